import type { Hex } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';
import { encodeFrames, FRAME_HEADER_BYTES, type Frame } from '../protocol/frame.ts';
import { type ChannelConfig, framesPerTx, maxFrameSize } from './channelConfig.ts';
import { type CloseReason, frameCount } from './openChannel.ts';
import { type BatchBlock, rawSizeBound } from './batchBlock.ts';

/** A channel cut into frames, on its way to L1. The batcher's state owns and changes it. */
export type ClosedChannel = {
  /** 16 bytes. */
  readonly id: Hex;
  readonly config: ChannelConfig;
  readonly reason: CloseReason;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Bytes of its blocks before compression, at most. */
  readonly rawBytes: number;
  /** Number of the newest L1 origin in it. */
  readonly newestL1Origin: bigint;
  readonly frames: readonly Frame[];
  /** The next frame to be sent. */
  nextFrame: number;
  /** L1 block in which each transaction, named by its first frame, was confirmed. */
  readonly included: Map<number, bigint>;
};

/** Data of one L1 transaction: consecutive frames of one channel. */
export type BatcherTxData = {
  readonly channelId: Hex;
  readonly firstFrame: number;
  readonly daType: ChannelConfig['daType'];
  /** One calldata, or the content of each blob. Each begins with the version byte. */
  readonly payloads: readonly Uint8Array[];
};

/** Cuts a compressed channel into frames as large as its transactions can carry. */
export function closeChannel(
  id: Hex,
  config: ChannelConfig,
  blocks: readonly BatchBlock[],
  data: Uint8Array,
  reason: CloseReason,
): ClosedChannel {
  const first = blocks[0];
  const last = blocks.at(-1);
  assert(first !== undefined && last !== undefined, 'a channel has blocks');
  const room = maxFrameSize(config) - FRAME_HEADER_BYTES;
  const count = frameCount(config, data.length);
  const frames = Array.from({ length: count }, (_, frameNumber) => ({
    channelId: id,
    frameNumber,
    data: data.subarray(frameNumber * room, (frameNumber + 1) * room),
    isLast: frameNumber === count - 1,
  }));
  return {
    id,
    config,
    reason,
    firstBlock: first.number,
    lastBlock: last.number,
    rawBytes: blocks.reduce((sum, block) => sum + rawSizeBound(block), 0),
    newestL1Origin: last.l1Origin.number,
    frames,
    nextFrame: 0,
    included: new Map(),
  };
}

/** Takes the data of the next transaction, or undefined when all frames are on their way. */
export function takeTxData(channel: ClosedChannel): BatcherTxData | undefined {
  const firstFrame = channel.nextFrame;
  const frames = channel.frames.slice(firstFrame, firstFrame + framesPerTx(channel.config));
  if (frames.length === 0) return undefined;
  channel.nextFrame = firstFrame + frames.length;
  return {
    channelId: channel.id,
    firstFrame,
    daType: channel.config.daType,
    payloads: frames.map((frame) => encodeFrames([frame])),
  };
}

/** Notes that a transaction's frames are in L1 block `l1Block`. */
export function noteIncluded(channel: ClosedChannel, firstFrame: number, l1Block: bigint): void {
  channel.included.set(firstFrame, l1Block);
}

/** Sends again from a failed transaction on, later ones too, so that frames keep their order. */
export function noteFailed(channel: ClosedChannel, firstFrame: number): void {
  channel.nextFrame = Math.min(channel.nextFrame, firstFrame);
  for (const included of channel.included.keys()) {
    if (included >= firstFrame) channel.included.delete(included);
  }
}

/** L1 block of the last transaction, once every frame is confirmed. */
export function fullyIncludedIn(channel: ClosedChannel): bigint | undefined {
  const txs = Math.ceil(channel.frames.length / framesPerTx(channel.config));
  if (channel.included.size < txs) return undefined;
  return [...channel.included.values()].reduce((a, b) => (a > b ? a : b));
}

/** Whether its frames are spread over more L1 blocks than derivation waits for. */
export function isTimedOut(channel: ClosedChannel, timeout: bigint): boolean {
  const blocks = [...channel.included.values()];
  if (blocks.length === 0) return false;
  const least = blocks.reduce((a, b) => (a < b ? a : b));
  const most = blocks.reduce((a, b) => (a > b ? a : b));
  return most - least >= timeout;
}
