import type { Address } from '../base/bytes.ts';
import type { ForkTimes } from './forks.ts';
import type { BlockId } from './ids.ts';
import type { SystemConfig } from './systemConfig.ts';

/** Parameters of a rollup that never change after genesis. @spec protocol/derivation.md 1.2 */
export type RollupConfig = {
  readonly genesis: {
    readonly l1: BlockId;
    readonly l2: BlockId;
    /** Seconds. */
    readonly l2Time: bigint;
    readonly systemConfig: SystemConfig;
  };
  /** Seconds between L2 blocks. */
  readonly blockTime: bigint;
  /** Seconds; before Fjord. */
  readonly maxSequencerDrift: bigint;
  /** L1 blocks. */
  readonly seqWindowSize: bigint;
  /** L1 blocks; before Granite. */
  readonly channelTimeout: bigint;
  readonly l1ChainId: bigint;
  readonly l2ChainId: bigint;
  readonly forkTimes: ForkTimes;
  /** L1 time until which L1 blob fees in the L1 attributes follow Cancun. */
  readonly pectraBlobScheduleTime: bigint | undefined;
  readonly keepKarstUpgradeGas: boolean;
  readonly batchInboxAddress: Address;
  readonly depositContractAddress: Address;
  readonly l1SystemConfigAddress: Address;
  readonly chainOpConfig: ChainOpConfig;
  /**
   * Experimental, chain-local: L1 time of the block being read from which span batches of version 2
   * count. Off when absent.
   */
  readonly spanBatchV2Time: bigint | undefined;
};

/** EIP-1559 constants of the chain, for blocks whose parameters are zero. */
export type ChainOpConfig = {
  readonly eip1559Elasticity: bigint;
  readonly eip1559Denominator: bigint;
  readonly eip1559DenominatorCanyon: bigint;
};
