import { DecodeError } from '../base/errors.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { type BatchBlock, rawSizeBound } from './batchBlock.ts';
import { type ChannelConfig, MAX_FRAMES, maxFrameSize, outputTarget } from './channelConfig.ts';
import { FRAME_HEADER_BYTES } from '../protocol/frame.ts';
import { singularContent, spanContent } from './channelContent.ts';

/** Whole compressed channel of `content`. The first byte tells the reader the algorithm. */
export type Compress = (content: Uint8Array, algorithm: ChannelConfig['algorithm']) => Uint8Array;

/** Why a channel takes no more blocks. */
export type CloseReason = 'full' | 'rlpLimit' | 'duration' | 'seqWindow' | 'flushed' | 'terminated';

/** A channel that still takes blocks. Compressed only when its size must be known. */
export type OpenChannel = {
  readonly config: ChannelConfig;
  readonly blocks: readonly BatchBlock[];
  /** Raw bytes of `blocks`, at most. */
  readonly rawBytes: number;
  /** Compressed bytes of the blocks measured so far, and how many raw bytes those were. */
  readonly measured: { readonly compressedBytes: number; readonly rawBytes: number };
  /** L1 blocks. The channel closes when the L1 head reaches the lower one. */
  readonly deadline:
    | { readonly l1Block: bigint; readonly reason: 'duration' | 'seqWindow' }
    | undefined;
};

/** The parts of making a channel that a channel does not hold itself. */
export type ChannelTools = {
  readonly rollup: RollupConfig;
  readonly compress: Compress;
  /** Raw bytes that derivation reads of one channel. */
  readonly maxRlpBytes: number;
};

/** What became of a block offered to a channel. `refused` blocks belong in the next one. */
export type Offer =
  | { readonly type: 'added'; readonly channel: OpenChannel }
  | { readonly type: 'addedLast'; readonly channel: OpenChannel; readonly reason: CloseReason }
  | { readonly type: 'refused'; readonly reason: CloseReason };

/** A channel without blocks. */
export function openChannel(config: ChannelConfig, deadline: OpenChannel['deadline']): OpenChannel {
  return { config, blocks: [], rawBytes: 0, measured: NOTHING, deadline };
}

const NOTHING = { compressedBytes: 0, rawBytes: 0 };

/**
 * Offers the next block. The result stays below the output target, but for a single block that is
 * above it alone: that one is a channel of more frames than wanted.
 *
 * @spec protocol/batcher.md 4, 4.1, 4.2
 */
export function offerBlock(channel: OpenChannel, block: BatchBlock, tools: ChannelTools): Offer {
  const rawBytes = channel.rawBytes + rawSizeBound(block);
  const isFirst = channel.blocks.length === 0;
  if (rawBytes > tools.maxRlpBytes && !isFirst) return { type: 'refused', reason: 'rlpLimit' };
  const grown = { ...channel, blocks: [...channel.blocks, block], rawBytes };
  if (!isMeasureDue(grown)) return { type: 'added', channel: grown };
  const compressedBytes = compressChannel(grown, tools).length;
  const target = outputTarget(channel.config);
  const measured = { ...grown, measured: { compressedBytes, rawBytes } };
  if (channel.config.compressor === 'none') {
    return compressedBytes >= target
      ? { type: 'addedLast', channel: measured, reason: 'full' }
      : { type: 'added', channel: measured };
  }
  if (channel.config.compressor === 'ratio') {
    return { type: 'addedLast', channel: measured, reason: 'full' };
  }
  if (compressedBytes < target) return { type: 'added', channel: measured };
  if (compressedBytes === target || isFirst) {
    return { type: 'addedLast', channel: measured, reason: 'full' };
  }
  return { type: 'refused', reason: 'full' };
}

/** Compressed channel of all its blocks. */
export function compressChannel(channel: OpenChannel, tools: ChannelTools): Uint8Array {
  return tools.compress(contentOf(channel, tools.rollup), channel.config.algorithm);
}

/** A transaction that no span can carry makes the channel one of singular batches: no gap. */
function contentOf({ config, blocks }: OpenChannel, rollup: RollupConfig): Uint8Array {
  if (config.batchType === 'singular') return singularContent(blocks);
  try {
    return spanContent(rollup, blocks, config.maxBlocksPerSpanBatch);
  } catch (error) {
    if (error instanceof DecodeError) return singularContent(blocks);
    throw error;
  }
}

/**
 * Frames that `compressedBytes` of channel data need. At least one: it says that it is the last.
 */
export function frameCount(config: ChannelConfig, compressedBytes: number): number {
  const count = Math.max(
    1,
    Math.ceil(compressedBytes / (maxFrameSize(config) - FRAME_HEADER_BYTES)),
  );
  if (count > MAX_FRAMES) {
    throw new RangeError(`expected at most ${MAX_FRAMES} frames of a channel, found ${count}`);
  }
  return count;
}

/**
 * Whether the compressed size may have reached the target. Incompressible data grows by its raw
 * length and some bytes per stream; only beyond that it must be measured.
 */
function isMeasureDue({ config, rawBytes, measured }: OpenChannel): boolean {
  const target = outputTarget(config);
  switch (config.compressor) {
    case 'none':
      return true;
    case 'ratio':
      return rawBytes >= target / config.approxComprRatio;
    case 'shadow':
      return measured.compressedBytes + rawBytes - measured.rawBytes + STREAM_BYTES >= target;
  }
}

/** Header, checksum and block headers of a compressed stream of some blobs. */
const STREAM_BYTES = 64;
