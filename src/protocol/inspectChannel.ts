import { type Hex, joinBytes } from '../base/bytes.ts';
import { cursorAt } from '../base/cursor.ts';
import { DecodeError } from '../base/errors.ts';
import type { SpanBatch } from './batch.ts';
import { decodeBatch, type RawBatch } from './batchCodec.ts';
import { type ChannelContent, decompressChannel, readBatchItem } from './channel.ts';
import {
  FRAME_HEADER_BYTES,
  type Frame,
  frameCursor,
  readFrame,
  readFrameHeader,
} from './frame.ts';
import { expandSpanBatch, type SpanContext } from './spanBatch.ts';

// For people who look at batcher data: everything that can be read comes out, and each fault says
// where it is. Derivation is stricter: data with a fault loses all of its frames.

/** Where something stopped being readable. `offset` is that of the stage's own bytes, or -1. */
export type Fault = {
  readonly stage: 'blob' | 'frames' | 'channel' | 'stream' | 'batch' | 'transactions';
  readonly code: string;
  readonly offset: number;
  readonly message: string;
};

/** Frames of a piece of batcher data. */
export type InspectedFrames = {
  /** Whole ones, up to the fault. */
  readonly frames: readonly Frame[];
  /** What there is of the frame with the fault, when its header can be read. Never the last. */
  readonly partial: Frame | undefined;
  readonly fault: Fault | undefined;
};

/** Frames of one piece of batcher data, those before a fault included. Never throws. */
export function inspectFrames(data: Uint8Array): InspectedFrames {
  const frames: Frame[] = [];
  let start = data.length;
  const fault = faultOf('frames', () => {
    const cursor = frameCursor(data);
    do {
      start = cursor.offset;
      frames.push(readFrame(cursor));
    } while (cursor.offset < data.length);
  });
  const partial = fault === undefined ? undefined : partialFrame(data, start);
  return { frames, partial, fault };
}

function partialFrame(data: Uint8Array, start: number): Frame | undefined {
  let partial: Frame | undefined;
  faultOf('frames', () => {
    const header = readFrameHeader(cursorAt(data, start));
    const begin = start + FRAME_HEADER_BYTES - 1;
    const bytes = data.subarray(begin, begin + header.length);
    const { channelId, frameNumber } = header;
    partial = { channelId, frameNumber, data: bytes, isLast: false };
  });
  return partial;
}

/** Frames of one channel joined, as far as they follow each other from the first one on. */
export type JoinedChannel = {
  readonly id: Hex;
  readonly frameCount: number;
  readonly data: Uint8Array;
  readonly fault: Fault | undefined;
};

/** Channels in the order of their first frames; of frames with the same number the first counts. */
export function joinFrames(frames: readonly Frame[]): readonly JoinedChannel[] {
  const channels = new Map<Hex, Map<number, Frame>>();
  for (const frame of frames) {
    const known = channels.get(frame.channelId) ?? new Map<number, Frame>();
    channels.set(frame.channelId, known);
    if (!known.has(frame.frameNumber)) known.set(frame.frameNumber, frame);
  }
  return [...channels].map(([id, known]) => joinChannel(id, known));
}

function joinChannel(id: Hex, frames: ReadonlyMap<number, Frame>): JoinedChannel {
  const parts: Uint8Array[] = [];
  let isClosed = false;
  for (let number = 0; !isClosed; number++) {
    const frame = frames.get(number);
    if (frame === undefined) break;
    parts.push(frame.data);
    isClosed = frame.isLast;
  }
  const message = `expected frame ${parts.length}, found none: the channel goes on elsewhere`;
  const fault: Fault = { stage: 'channel', code: 'frameMissing', offset: -1, message };
  const data = joinBytes(parts);
  return { id, frameCount: frames.size, data, fault: isClosed ? undefined : fault };
}

/** A batch and where its item begins in the decompressed channel. */
export type InspectedBatch = {
  readonly offset: number;
  /** Type byte and batch. */
  readonly bytes: number;
  readonly raw: RawBatch;
  /** The span put together; undefined for singular batches, and where the chain is not known. */
  readonly span: SpanBatch | undefined;
  /** Why a span could not be put together. */
  readonly fault: Fault | undefined;
};

/** Everything that a channel yields. */
export type InspectedChannel = {
  /** Undefined when nothing could be decompressed. */
  readonly content: ChannelContent | undefined;
  readonly batches: readonly InspectedBatch[];
  readonly fault: Fault | undefined;
};

/**
 * Batches of a compressed channel up to the first fault. Never throws on bad data.
 *
 * @param chain  Undefined where it is not known: transactions of spans then stay in columns.
 */
export function inspectChannel(
  data: Uint8Array,
  maxRlpBytes: number,
  chain: SpanContext | undefined,
): InspectedChannel {
  const batches: InspectedBatch[] = [];
  let content: ChannelContent | undefined;
  const opening = faultOf('channel', () => {
    content = decompressChannel(data, { maxRlpBytes, brotli: true });
  });
  if (content === undefined) return { content, batches, fault: opening };
  const found = content;
  let offset = 0;
  const fault = faultOf('batch', () => {
    for (;;) {
      const read = readBatchItem(found, offset);
      if (read === undefined) return;
      batches.push(inspectBatch(read.item, offset, chain));
      offset = read.end;
    }
  });
  return {
    content,
    batches,
    fault: withPlace(fault, offset, batches.length) ?? streamFault(found),
  };
}

function inspectBatch(
  item: Uint8Array,
  offset: number,
  chain: SpanContext | undefined,
): InspectedBatch {
  const raw = decodeBatch(item);
  let span: SpanBatch | undefined;
  const fault = faultOf('transactions', () => {
    if (raw.type === 'rawSpan' && chain !== undefined) span = expandSpanBatch(raw, chain);
  });
  return { offset, bytes: item.length, raw, span, fault };
}

/** A batch's offsets are its own: the fault of a person is where the batch begins. */
function withPlace(fault: Fault | undefined, offset: number, index: number): Fault | undefined {
  if (fault === undefined) return undefined;
  return { ...fault, offset, message: `batch ${index} at ${offset}: ${fault.message}` };
}

/** A stream without end is common and costs nothing; a broken or oversized one is worth telling. */
function streamFault({ ending, bytes }: ChannelContent): Fault | undefined {
  if (ending === 'clean' || ending === 'truncated') return undefined;
  const what = ending === 'capped' ? 'is longer than the limit' : 'is broken';
  const message = `the compressed stream ${what}: it yields ${bytes.length} bytes`;
  return { stage: 'stream', code: ending, offset: bytes.length, message };
}

function faultOf(stage: Fault['stage'], call: () => void): Fault | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { stage, code: error.code, offset: error.offset, message: error.message };
  }
}
