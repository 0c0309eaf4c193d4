import type { DeriveConfig } from '../../../src/derive/index.ts';
import type { Fork, ForkTimes } from '../../../src/protocol/forks.ts';
import type { L1ChainConfig } from '../../../src/protocol/l1ChainConfig.ts';
import type { RollupConfig } from '../../../src/protocol/rollupConfig.ts';
import { forkAt, forksUpTo, rollupConfig, SYSTEM_CONFIG } from '../../support/rollupConfig.ts';

/** An L1 without blobs in its schedule, so blob base fees are 1. */
export const L1_CHAIN: L1ChainConfig = { chainId: 900n, blobSchedule: [] };

/** Time of the L2 genesis and of its L1 origin, seconds. */
export const GENESIS_TIME = 1000n;

/**
 * A small chain: 2 s blocks, window of 5 L1 blocks, channels of 4, drift of 10 s, every fork up to
 * `newest` active at genesis. L1 genesis is block 100.
 */
export function chainAt(
  newest: Fork | 'bedrock',
  changes: Partial<RollupConfig> = {},
): DeriveConfig {
  return chainWith(forksUpTo(newest), changes);
}

/** The same chain with every fork before `fork` at genesis, and `fork` from `time` on. */
export function chainForking(
  before: Fork | 'bedrock',
  fork: Fork,
  time: bigint,
  changes: Partial<RollupConfig> = {},
): DeriveConfig {
  return chainWith(forkAt(before, fork, time), changes);
}

/** The same chain with these fork times. */
export function chainWith(forkTimes: ForkTimes, changes: Partial<RollupConfig> = {}): DeriveConfig {
  const rollup = rollupConfig('bedrock', {
    seqWindowSize: 5n,
    channelTimeout: 4n,
    maxSequencerDrift: 10n,
    forkTimes,
    ...changes,
  });
  const scalar = `0x01${'00'.repeat(23)}000c5fc500000558` as const;
  // From Ecotone on a scalar of version 1 is what a chain would have.
  const systemConfig = forkTimes.ecotone === 0n ? { ...SYSTEM_CONFIG, scalar } : SYSTEM_CONFIG;
  return { rollup: { ...rollup, genesis: { ...rollup.genesis, systemConfig } }, l1Chain: L1_CHAIN };
}
