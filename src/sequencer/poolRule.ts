import { maxSequencerDrift } from '../derive/parameters.ts';
import { type Fork, isActivationBlock } from '../protocol/forks.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';

/** Why a block must be built without transactions of the pool. */
export type NoPoolReason = 'drift' | 'activation' | 'recovery';

/** Forks whose first block carries upgrade transactions of some weight. */
const UPGRADES: readonly Fork[] = ['ecotone', 'fjord', 'isthmus', 'jovian', 'karst'];

/**
 * Why the block of time `timestamp` on an L1 origin must have deposits only, or undefined:
 *
 * 1. it is further ahead of its origin than the drift allows;
 * 2. it is the first block of a fork with upgrade transactions. Choice: Granite and Holocene have
 *    none, and their first blocks may have others', as in op-node; kona forbids them;
 * 3. the sequencer recovers.
 *
 * @param originTime Seconds, of the L1 origin.
 * @spec protocol/sequencer.md 3
 */
export function whyWithoutPool(
  config: RollupConfig,
  timestamp: bigint,
  originTime: bigint,
  isRecovering: boolean,
): NoPoolReason | undefined {
  if (timestamp > originTime + maxSequencerDrift(config, originTime)) return 'drift';
  const isUpgrade = UPGRADES.some((fork) =>
    isActivationBlock(config.forkTimes, fork, timestamp, config.blockTime),
  );
  if (isUpgrade) return 'activation';
  return isRecovering ? 'recovery' : undefined;
}
