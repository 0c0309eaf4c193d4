import { countZeros } from '../base/bytes.ts';
import { type Fork, isActive } from '../protocol/forks.ts';
import { L1_BLOCK } from '../protocol/predeploys.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import { fastLzLength } from './fastLz.ts';
import { storageOf, type WorldState } from './state/worldState.ts';

/**
 * Fee parameters as the L1Block predeploy holds them. Fees in wei.
 *
 * @spec protocol/execution.md 2.3
 */
export type FeeParameters = {
  readonly l1BaseFee: bigint;
  readonly blobBaseFee: bigint;
  readonly baseFeeScalar: bigint;
  readonly blobBaseFeeScalar: bigint;
  /** Before Ecotone. */
  readonly l1FeeOverhead: bigint;
  /** Before Ecotone, in millionths. */
  readonly l1FeeScalar: bigint;
  readonly operatorFeeScalar: bigint;
  readonly operatorFeeConstant: bigint;
  readonly daFootprintGasScalar: bigint;
};

/** What the fees of one transaction depend on, apart from gas. */
export type TxSize = {
  readonly zeros: bigint;
  readonly nonzeros: bigint;
  /** Estimated compressed size in millionths of a byte. */
  readonly estimatedSize: bigint;
};

/**
 * The fee parameters now in the state. Read once per block, when the deposits have run. Slots that
 * the block's rules do not use are not read, because a witness lacks them; they count as 0.
 */
export function readFeeParameters(
  config: ExecutionConfig,
  time: bigint,
  state: WorldState,
): FeeParameters {
  const read = (since: Fork, slot: bigint): bigint =>
    isActive(config.forkTimes, since, time) ? storageOf(state, L1_BLOCK, slot) : 0n;
  const scalars = read('ecotone', 3n);
  const operator = read('isthmus', 8n);
  const fees: FeeParameters = {
    l1BaseFee: storageOf(state, L1_BLOCK, 1n),
    blobBaseFee: read('ecotone', 7n),
    blobBaseFeeScalar: (scalars >> 64n) & U32,
    baseFeeScalar: (scalars >> 96n) & U32,
    l1FeeOverhead: 0n,
    l1FeeScalar: 0n,
    operatorFeeConstant: operator & U64,
    operatorFeeScalar: (operator >> 64n) & U32,
    daFootprintGasScalar: (operator >> 96n) & U16,
  };
  if (!isBeforeEcotoneAttributes(fees)) return fees;
  return {
    ...fees,
    l1FeeOverhead: storageOf(state, L1_BLOCK, 5n),
    l1FeeScalar: storageOf(state, L1_BLOCK, 6n),
  };
}

/** Wei for each gas that a transaction or a call pays at a base fee. */
export function effectiveGasPrice(
  fees: { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint },
  baseFee: bigint,
): bigint {
  const price = baseFee + fees.maxPriorityFeePerGas;
  return price < fees.maxFeePerGas ? price : fees.maxFeePerGas;
}

/** Size figures of an encoded transaction. */
export function txSize(raw: Uint8Array): TxSize {
  const zeros = countZeros(raw);
  return {
    zeros: BigInt(zeros),
    nonzeros: BigInt(raw.length - zeros),
    estimatedSize: estimatedSize(fastLzLength(raw)),
  };
}

/** Compressed size from the FastLZ length, in millionths of a byte: at least 100 bytes. */
export function estimatedSize(fastLz: number): bigint {
  const estimate = 836_500n * BigInt(fastLz) - 42_585_600n;
  return estimate < MIN_ESTIMATED_SIZE ? MIN_ESTIMATED_SIZE : estimate;
}

/**
 * Fee in wei for bringing a transaction to L1, by the rules of the fork at `time`.
 *
 * @spec protocol/execution.md 2.4
 */
export function l1DataFee(
  config: ExecutionConfig,
  time: bigint,
  fees: FeeParameters,
  size: TxSize,
): bigint {
  const times = config.forkTimes;
  if (isBeforeEcotoneAttributes(fees)) {
    const extra = isActive(times, 'regolith', time) ? 0n : 68n;
    const gas = 4n * size.zeros + 16n * (size.nonzeros + extra) + fees.l1FeeOverhead;
    return (gas * fees.l1BaseFee * fees.l1FeeScalar) / 1_000_000n;
  }
  const price =
    16n * fees.l1BaseFee * fees.baseFeeScalar + fees.blobBaseFee * fees.blobBaseFeeScalar;
  if (isActive(times, 'fjord', time)) return (size.estimatedSize * price) / 1_000_000_000_000n;
  return ((4n * size.zeros + 16n * size.nonzeros) * price) / 16_000_000n;
}

/** Before Ecotone and in its first block, where the L1 attributes still have Bedrock's form. */
export function isBeforeEcotoneAttributes(fees: FeeParameters): boolean {
  return fees.blobBaseFee === 0n && fees.baseFeeScalar === 0n && fees.blobBaseFeeScalar === 0n;
}

/** Gas that `l1GasUsed` of a receipt shows. */
export function l1GasUsed(
  config: ExecutionConfig,
  time: bigint,
  fees: FeeParameters,
  size: TxSize,
): bigint {
  const times = config.forkTimes;
  if (isActive(times, 'fjord', time) && !isBeforeEcotoneAttributes(fees)) {
    return (16n * size.estimatedSize) / 1_000_000n;
  }
  const old = isBeforeEcotoneAttributes(fees);
  const extra = isActive(times, 'regolith', time) ? 0n : 68n;
  return 4n * size.zeros + 16n * (size.nonzeros + extra) + (old ? fees.l1FeeOverhead : 0n);
}

/**
 * Operator fee in wei for `gas`; 0 before Isthmus.
 *
 * @spec protocol/execution.md 2.6
 */
export function operatorFee(
  config: ExecutionConfig,
  time: bigint,
  fees: FeeParameters,
  gas: bigint,
): bigint {
  if (!isActive(config.forkTimes, 'isthmus', time)) return 0n;
  const product = gas * fees.operatorFeeScalar;
  const variable = isActive(config.forkTimes, 'jovian', time)
    ? product * 100n
    : product / 1_000_000n;
  return variable + fees.operatorFeeConstant;
}

/**
 * Data availability footprint of a transaction, in gas; 0 before Jovian.
 *
 * @spec protocol/execution.md 3.6
 */
export function daFootprint(
  config: ExecutionConfig,
  time: bigint,
  fees: FeeParameters,
  size: TxSize,
): bigint {
  if (!isActive(config.forkTimes, 'jovian', time)) return 0n;
  return (size.estimatedSize / 1_000_000n) * fees.daFootprintGasScalar;
}

const MIN_ESTIMATED_SIZE = 100_000_000n;
const U16 = (1n << 16n) - 1n;
const U32 = (1n << 32n) - 1n;
const U64 = (1n << 64n) - 1n;
