import { isActive } from '../protocol/forks.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';

/** Bytes added for each frame in size accounting. @spec protocol/derivation.md 1.1 */
export const FRAME_OVERHEAD_BYTES = 200;

/** From Granite on. @spec protocol/derivation.md 1.1 */
export const GRANITE_CHANNEL_TIMEOUT_L1_BLOCKS = 50n;
const FJORD_MAX_SEQUENCER_DRIFT = 1800n;

/** From Fjord on. @spec protocol/derivation.md 1.1 */
export const FJORD_MAX_RLP_BYTES_PER_CHANNEL = 100_000_000;

/** L1 blocks from a channel's first frame to its death, at L1 time `time`. */
export function channelTimeout(config: RollupConfig, time: bigint): bigint {
  return isActive(config.forkTimes, 'granite', time)
    ? GRANITE_CHANNEL_TIMEOUT_L1_BLOCKS
    : config.channelTimeout;
}

/** Seconds that L2 may lead an L1 origin of time `originTime`. */
export function maxSequencerDrift(config: RollupConfig, originTime: bigint): bigint {
  return isActive(config.forkTimes, 'fjord', originTime)
    ? FJORD_MAX_SEQUENCER_DRIFT
    : config.maxSequencerDrift;
}

/** Decompressed bytes read from one channel, and from Holocene on compressed bytes, at most. */
export function maxRlpBytesPerChannel(config: RollupConfig, time: bigint): number {
  return isActive(config.forkTimes, 'fjord', time) ? FJORD_MAX_RLP_BYTES_PER_CHANNEL : 10_000_000;
}

/** Bytes of all channels in the bank, frame overhead included, at most. */
export function maxChannelBankBytes(config: RollupConfig, time: bigint): number {
  return isActive(config.forkTimes, 'fjord', time) ? 1_000_000_000 : 100_000_000;
}
