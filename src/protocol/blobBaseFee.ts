import { rememberLast } from '../base/rememberLast.ts';
import type { L1ChainConfig } from './l1ChainConfig.ts';
import type { RollupConfig } from './rollupConfig.ts';

/** Wei. Also what L2 is told while its L1 has no blobs. */
const MIN_BLOB_BASE_FEE = 1n;

/**
 * Blob base fee update fraction of Cancun: what `pectra_blob_schedule_time` holds on to.
 *
 * @spec EIP-4844, BLOB_BASE_FEE_UPDATE_FRACTION
 */
export const CANCUN_UPDATE_FRACTION = 3_338_477n;

/** The fields of an L1 header that its blob base fee follows from. `timestamp` in seconds. */
export type BlobFeeInputs = {
  readonly timestamp: bigint;
  readonly excessBlobGas: bigint | undefined;
};

/**
 * Blob base fee of an L1 block as L2's L1 attributes report it, in wei.
 *
 * 1. Without excess blob gas in the header: the minimum.
 * 2. Before `pectra_blob_schedule_time`, where the rollup has one: by Cancun's fraction.
 * 3. Else by the fraction of the newest entry of the schedule that is active at the L1 time.
 *
 * Choice: excess blob gas before the first entry of the schedule cannot be on an L1 whose schedule
 * is right; the first entry then applies, and Cancun's fraction when the schedule is empty.
 *
 * @spec protocol/derivation.md 1.4, derivation-2-attributes-engine.md 8.3
 */
export function blobBaseFee(
  config: Pick<RollupConfig, 'pectraBlobScheduleTime'>,
  l1Chain: L1ChainConfig,
  l1: BlobFeeInputs,
): bigint {
  if (l1.excessBlobGas === undefined) return MIN_BLOB_BASE_FEE;
  const pectraTime = config.pectraBlobScheduleTime;
  const isCancun = pectraTime !== undefined && l1.timestamp < pectraTime;
  const fraction = isCancun ? CANCUN_UPDATE_FRACTION : updateFraction(l1Chain, l1.timestamp);
  return feeOfExcess(l1.excessBlobGas, fraction);
}

/** All L2 blocks of an epoch ask for the same: spares 7 µs at an excess of 80 million. */
const feeOfExcess = rememberLast((excessBlobGas: bigint, fraction: bigint) =>
  fakeExponential(MIN_BLOB_BASE_FEE, excessBlobGas, fraction),
);

function updateFraction(l1Chain: L1ChainConfig, time: bigint): bigint {
  let fraction = l1Chain.blobSchedule[0]?.baseFeeUpdateFraction ?? CANCUN_UPDATE_FRACTION;
  for (const entry of l1Chain.blobSchedule) {
    if (entry.time <= time) fraction = entry.baseFeeUpdateFraction;
  }
  return fraction;
}

/**
 * `factor * e ** (numerator / denominator)` by Taylor expansion in integers, as EIP-4844 has it.
 *
 * Cost grows with `numerator / denominator`: keep that below a few hundred.
 *
 * @spec EIP-4844, fake_exponential
 */
export function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let sum = 0n;
  let term = factor * denominator;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * numerator) / (denominator * i);
  }
  return sum / denominator;
}
