/**
 * What the L2 needs of its L1's schedule: how the blob base fee follows from excess blob gas.
 *
 * @spec protocol/derivation.md 1.4
 */
export type L1ChainConfig = {
  readonly chainId: bigint;
  /** Oldest first; the first one is Cancun where the L1 has it. */
  readonly blobSchedule: readonly BlobParams[];
};

/** Blob parameters from `time` (seconds) on. */
export type BlobParams = {
  readonly fork: string;
  readonly time: bigint;
  readonly target: number;
  readonly max: number;
  readonly baseFeeUpdateFraction: bigint;
};
