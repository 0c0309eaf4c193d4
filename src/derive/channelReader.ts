import { DecodeError } from '../base/errors.ts';
import type { Batch } from '../protocol/batch.ts';
import { decodeBatch, decodeBatchOrV2, type RawBatch } from '../protocol/batchCodec.ts';
import { decompressChannel, readBatchItem } from '../protocol/channel.ts';
import { isActive } from '../protocol/forks.ts';
import { expandSpanBatch } from '../protocol/spanBatch.ts';
import { expandSpanBatchV2, type RawSpanBatchV2 } from '../protocol/spanBatchV2.ts';
import { nextAssembledChannel } from './channelAssembler.ts';
import { nextBankedChannel } from './channelBank.ts';
import type { ChannelDropReason } from './dropped.ts';
import { noteDroppedBatch } from './notes.ts';
import { maxRlpBytesPerChannel } from './parameters.ts';
import {
  type DeriveState,
  type OpenChannel,
  pipelineOrigin,
  type RawChannel,
  type StageEnd,
  type TaggedBatch,
} from './state.ts';
import type { BatchPosition } from './step.ts';

/**
 * The next batch of the channel being read; opens the next channel when there is none.
 *
 * A batch that does not decode ends the channel. A span batch that decodes but comes before Delta,
 * or cannot be turned into transactions, is skipped alone.
 *
 * @spec protocol/derivation.md 5
 */
export function nextBatch(state: DeriveState): TaggedBatch | StageEnd {
  if (state.channel === undefined) {
    const raw =
      state.channels.type === 'bank'
        ? nextBankedChannel(state, state.channels)
        : nextAssembledChannel(state, state.channels);
    if (typeof raw === 'string') return raw;
    state.read.channels += 1;
    state.channel = openChannel(state, raw);
    return 'again';
  }
  const { channel } = state;
  const position: BatchPosition = {
    inclusion: channel.inclusion,
    channelId: channel.id,
    batchIndex: channel.batchIndex,
  };
  const raw = readRawBatch(state, channel);
  if (raw === undefined) {
    state.channel = undefined;
    return 'again';
  }
  channel.batchIndex += 1;
  state.read.batches += 1;
  const batch = acceptableBatch(state, raw, position);
  return batch === undefined ? 'again' : { batch, position };
}

function openChannel(state: DeriveState, { id, data }: RawChannel): OpenChannel | undefined {
  const { rollup } = state.config;
  const inclusion = pipelineOrigin(state).ref;
  try {
    const { compression, bytes, ending } = decompressChannel(data, {
      maxRlpBytes: maxRlpBytesPerChannel(rollup, inclusion.timestamp),
      brotli: isActive(rollup.forkTimes, 'fjord', inclusion.timestamp),
    });
    return {
      id,
      inclusion,
      compression,
      bytes,
      ending,
      offset: 0,
      batchIndex: 0,
      candidate: undefined,
      span: undefined,
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    noteChannelEnd(state, id, 'channelUnreadable', error);
    return undefined;
  }
}

/** The next batch of the stream, split but not put together; undefined ends the channel. */
function readRawBatch(
  state: DeriveState,
  channel: OpenChannel,
): RawBatch | RawSpanBatchV2 | undefined {
  let reason: ChannelDropReason = ENDING_REASON[channel.ending];
  try {
    const read = readBatchItem(channel, channel.offset);
    if (read === undefined) return undefined;
    channel.offset = read.end;
    reason = 'malformedBatch';
    return takesSpanV2(state, channel) ? decodeBatchOrV2(read.item) : decodeBatch(read.item);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    noteChannelEnd(state, channel.id, reason, error, channel.batchIndex);
    return undefined;
  }
}

function takesSpanV2({ config }: DeriveState, { inclusion }: OpenChannel): boolean {
  const { spanBatchV2Time } = config.rollup;
  return spanBatchV2Time !== undefined && inclusion.timestamp >= spanBatchV2Time;
}

const ENDING_REASON: { readonly [ending in OpenChannel['ending']]: ChannelDropReason } = {
  clean: 'malformedBatch',
  truncated: 'streamBroken',
  corrupt: 'streamBroken',
  capped: 'streamTooLong',
};

/** The batch put together, or undefined (with a note) when it alone is to be skipped. */
function acceptableBatch(
  state: DeriveState,
  raw: RawBatch | RawSpanBatchV2,
  position: BatchPosition,
): Batch | undefined {
  if (raw.type === 'singular') return raw;
  const { rollup } = state.config;
  if (!isActive(rollup.forkTimes, 'delta', pipelineOrigin(state).ref.timestamp)) {
    noteDroppedBatch(state, position, 'spanBeforeDelta');
    return undefined;
  }
  try {
    const context = {
      l2Time: rollup.genesis.l2Time,
      blockTime: rollup.blockTime,
      l2ChainId: rollup.l2ChainId,
    };
    return raw.type === 'rawSpanV2'
      ? expandSpanBatchV2(raw, context)
      : expandSpanBatch(raw, context);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    noteDroppedBatch(state, position, 'spanNotConvertible', error.message);
    return undefined;
  }
}

function noteChannelEnd(
  state: DeriveState,
  channelId: string,
  reason: ChannelDropReason,
  error: DecodeError,
  batchIndex?: number,
): void {
  state.notes.push({
    subject: 'channel',
    reason,
    at: {
      l1: pipelineOrigin(state).ref,
      channelId,
      ...(batchIndex === undefined ? {} : { batchIndex }),
    },
    message:
      batchIndex === undefined
        ? `A channel cannot be read: ${error.message}`
        : `A channel ends at its batch ${batchIndex}: ${error.message}`,
  });
}
