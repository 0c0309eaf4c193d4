import type { Address, Hash, Hex } from '../../base/bytes.ts';

/** What distinguishes a chain of the Superchain Registry, as compactly as it can be written. */
export type RegistryChain = {
  /** `<chain>-<superchain>`, as for `--network`. */
  readonly network: string;
  readonly l1ChainId: number;
  readonly l2ChainId: number;
  /** Seconds. */
  readonly blockTime: number;
  /** Seconds. */
  readonly maxSequencerDrift: number;
  /** L1 blocks. */
  readonly seqWindowSize: number;
  readonly batchInbox: Address;
  readonly portal: Address;
  readonly systemConfig: Address;
  readonly l1Genesis: readonly [number: number, hash: Hash];
  readonly l2Genesis: readonly [number: number, hash: Hash];
  /** Seconds. */
  readonly l2Time: number;
  readonly batcher: Address;
  /** Without leading zeros. */
  readonly overhead: Hex;
  /** Without leading zeros. */
  readonly scalar: Hex;
  readonly gasLimit: number;
  readonly eip1559: readonly [elasticity: number, denominator: number, denominatorCanyon: number];
  /** Canyon first; null where one is left out, shorter where the newest are not scheduled. */
  readonly forkTimes: readonly (number | null)[];
  readonly pectraBlobScheduleTime?: number;
  readonly keepKarstUpgradeGas?: boolean;
  /** A feature without which this chain cannot be derived, and which is absent here. */
  readonly needs?: 'alt-da' | 'interop';
};
