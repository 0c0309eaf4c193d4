import { ConfigError } from '../base/errors.ts';
import { GRANITE_CHANNEL_TIMEOUT_L1_BLOCKS } from '../derive/parameters.ts';
import { isActive } from '../protocol/forks.ts';
import { CHANNEL_ID_BYTES, FRAME_HEADER_BYTES } from '../protocol/frame.ts';
import { MAX_BLOB_DATA_BYTES } from '../protocol/blob.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';

/** Where batcher data goes. */
export type DaType = 'calldata' | 'blobs';

/** Compression of a channel. The number is brotli's quality. */
export type CompressionAlgorithm = 'zlib' | 'brotli-9' | 'brotli-10' | 'brotli-11';

/** How a channel tells that it is full. */
export type CompressorKind = 'shadow' | 'ratio' | 'none';

/** Everything that shapes a channel. Fixed when the channel is made. */
export type ChannelConfig = {
  readonly batchType: 'singular' | 'span';
  readonly algorithm: CompressionAlgorithm;
  readonly compressor: CompressorKind;
  /** Compressed bytes per raw byte; only for `ratio`. */
  readonly approxComprRatio: number;
  readonly daType: DaType;
  /** Bytes of calldata in one transaction; not for blobs. */
  readonly maxL1TxSizeBytes: number;
  readonly targetNumFrames: number;
  /** L1 blocks a channel may stay open; 0 for no limit. */
  readonly maxChannelDuration: bigint;
  /** L1 blocks taken off every deadline. */
  readonly subSafetyMargin: bigint;
  /** 0 for no limit. */
  readonly maxBlocksPerSpanBatch: number;
};

/** Frame number is u16: no channel has more frames. */
export const MAX_FRAMES = 65_536;

/**
 * Bytes of one frame with its header: what fits a transaction, or a blob, less the version byte.
 */
export function maxFrameSize(config: ChannelConfig): number {
  return (config.daType === 'blobs' ? MAX_BLOB_DATA_BYTES : config.maxL1TxSizeBytes) - 1;
}

/** Compressed bytes of channel data that fill the wanted number of frames. */
export function outputTarget(config: ChannelConfig): number {
  return config.targetNumFrames * (maxFrameSize(config) - FRAME_HEADER_BYTES);
}

/** Frames that travel in one L1 transaction: as many blobs as the target, or one calldata. */
export function framesPerTx(config: ChannelConfig): number {
  return config.daType === 'blobs' ? config.targetNumFrames : 1;
}

/**
 * L1 blocks within which all frames of a channel must be included. The shorter one counts as soon
 * as Granite has a time, so that no channel is caught by its activation.
 */
export function channelTimeout(rollup: RollupConfig): bigint {
  const hasGranite = rollup.forkTimes.granite !== undefined;
  return hasGranite ? GRANITE_CHANNEL_TIMEOUT_L1_BLOCKS : rollup.channelTimeout;
}

/**
 * `wanted`, taken back to what derivation already reads at `l1Time`: brotli from Fjord, blobs from
 * Ecotone, both by the time of the including L1 block, which is not before the L1 head.
 * Choice: op-batcher refuses to start; here the chain's forks may be staged while we run.
 */
export function supportedConfig(
  wanted: ChannelConfig,
  rollup: RollupConfig,
  l1Time: bigint,
): ChannelConfig {
  const { forkTimes } = rollup;
  const fjord = isActive(forkTimes, 'fjord', l1Time);
  const ecotone = isActive(forkTimes, 'ecotone', l1Time);
  return {
    ...wanted,
    algorithm: fjord ? wanted.algorithm : 'zlib',
    daType: ecotone ? wanted.daType : 'calldata',
  };
}

/** @throws ConfigError naming the first value that cannot be used. */
export function assertChannelConfig(config: ChannelConfig): void {
  const least = FRAME_HEADER_BYTES + CHANNEL_ID_BYTES + 2;
  if (config.maxL1TxSizeBytes < least) {
    const accepted = `at least ${least} bytes`;
    throw new ConfigError('max-l1-tx-size-bytes', String(config.maxL1TxSizeBytes), accepted);
  }
  if (config.targetNumFrames < 1 || config.targetNumFrames > MAX_FRAMES) {
    const accepted = `1 to ${MAX_FRAMES}`;
    throw new ConfigError('target-num-frames', String(config.targetNumFrames), accepted);
  }
  if (!(config.approxComprRatio > 0 && config.approxComprRatio <= 1)) {
    const found = String(config.approxComprRatio);
    throw new ConfigError('approx-compr-ratio', found, 'a number above 0, at most 1');
  }
}
