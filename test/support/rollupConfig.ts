import { ZERO_HASH } from '../../src/base/bytes.ts';
import { FORKS, type Fork, type ForkTimes } from '../../src/protocol/forks.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import type { SystemConfig } from '../../src/protocol/systemConfig.ts';

/** A system config whose fields are all told apart. */
export const SYSTEM_CONFIG: SystemConfig = {
  batcherAddr: '0x6887246668a3b87f54deb3b94ba47a6f63f32985',
  overhead: `0x${'00'.repeat(31)}bc`,
  scalar: `0x${'00'.repeat(29)}0a6fe0`,
  gasLimit: 30_000_000n,
  eip1559Params: '0x0000000000000000',
  operatorFeeParams: ZERO_HASH,
  minBaseFee: 0n,
  daFootprintGasScalar: 0,
};

/** Every fork up to and including `newest` active since ever; later ones never. */
export function forksUpTo(newest: Fork | 'bedrock'): ForkTimes {
  const last = newest === 'bedrock' ? -1 : FORKS.indexOf(newest);
  const times = FORKS.map((fork, i) => [fork, i <= last ? 0n : undefined] as const);
  return Object.fromEntries(times) as ForkTimes;
}

/** A chain of 2 s blocks with genesis at time 1000, forks as `forksUpTo(newest)`. */
export function rollupConfig(
  newest: Fork | 'bedrock',
  changes: Partial<RollupConfig> = {},
): RollupConfig {
  return {
    genesis: {
      l1: { number: 100n, hash: `0x${'1a'.repeat(32)}` },
      l2: { number: 0n, hash: `0x${'2a'.repeat(32)}` },
      l2Time: 1000n,
      systemConfig: SYSTEM_CONFIG,
    },
    blockTime: 2n,
    maxSequencerDrift: 600n,
    seqWindowSize: 3600n,
    channelTimeout: 300n,
    l1ChainId: 900n,
    l2ChainId: 901n,
    forkTimes: forksUpTo(newest),
    pectraBlobScheduleTime: undefined,
    keepKarstUpgradeGas: false,
    batchInboxAddress: '0xff00000000000000000000000000000000000901',
    depositContractAddress: `0x${'0d'.repeat(20)}`,
    l1SystemConfigAddress: `0x${'5c'.repeat(20)}`,
    chainOpConfig: {
      eip1559Elasticity: 6n,
      eip1559Denominator: 50n,
      eip1559DenominatorCanyon: 250n,
    },
    spanBatchV2Time: undefined,
    ...changes,
  };
}

/** `forksUpTo(before)`, and `fork` from `time` on. */
export function forkAt(before: Fork | 'bedrock', fork: Fork, time: bigint): ForkTimes {
  return { ...forksUpTo(before), [fork]: time };
}
