/** Fees an L1 transaction offers, wei per gas. */
export type TxFees = {
  readonly tip: bigint;
  readonly feeCap: bigint;
  /** Undefined for a transaction without blobs. */
  readonly blobFeeCap: bigint | undefined;
};

/** What the L1 asks for now, wei per gas. */
export type FeeMarket = {
  readonly tip: bigint;
  readonly baseFee: bigint;
  readonly blobBaseFee: bigint;
};

/** Bounds of what may be offered, wei per gas. */
export type FeeLimits = {
  readonly minTip: bigint;
  readonly maxTip: bigint | undefined;
  readonly minBaseFee: bigint;
  readonly maxBaseFee: bigint | undefined;
  /** No bump above this many times the suggestion... */
  readonly limitMultiplier: bigint;
  /** ...unless the fee is below this. */
  readonly limitThreshold: bigint;
};

/** Outcome of a fee calculation. */
export type FeeOutcome =
  | { readonly type: 'fees'; readonly fees: TxFees }
  /** The market is above what the operator allows. */
  | { readonly type: 'tooDear'; readonly message: string };

const GWEI = 1_000_000_000n;

/** Least blob fee cap offered: 1 gwei. */
const MIN_BLOB_FEE_CAP = GWEI;

/**
 * Fees for a new transaction: the cap leaves room for a doubled base fee.
 *
 * @spec protocol/batcher.md 7
 */
export function suggestFees(market: FeeMarket, limits: FeeLimits, hasBlobs: boolean): FeeOutcome {
  const tip = max(market.tip, limits.minTip);
  const baseFee = max(market.baseFee, limits.minBaseFee);
  if (limits.maxTip !== undefined && tip > limits.maxTip) {
    return tooDear('tip', limits.maxTip, tip);
  }
  if (limits.maxBaseFee !== undefined && baseFee > limits.maxBaseFee) {
    return tooDear('base fee', limits.maxBaseFee, baseFee);
  }
  const blobFeeCap = hasBlobs ? max(2n * market.blobBaseFee, MIN_BLOB_FEE_CAP) : undefined;
  return { type: 'fees', fees: { tip, feeCap: tip + 2n * baseFee, blobFeeCap } };
}

/**
 * Fees that replace `old` in the mempool: 10 % more, or double for blobs, and not less than what a
 * new transaction would offer.
 *
 * @spec protocol/batcher.md 7
 */
export function bumpFees(old: TxFees, market: FeeMarket, limits: FeeLimits): FeeOutcome {
  const hasBlobs = old.blobFeeCap !== undefined;
  const suggested = suggestFees(market, limits, hasBlobs);
  if (suggested.type === 'tooDear') return suggested;
  const { fees } = suggested;
  const percent = hasBlobs ? 200n : 110n;
  const raise = (value: bigint): bigint => (value * percent + 99n) / 100n;
  const baseFee = max(market.baseFee, limits.minBaseFee);
  const tip = max(fees.tip, raise(old.tip));
  const feeCap = max(tip + 2n * baseFee, raise(old.feeCap));
  const blobFeeCap =
    old.blobFeeCap === undefined ? undefined : max(fees.blobFeeCap ?? 0n, raise(old.blobFeeCap));
  const isOver = (value: bigint, suggestion: bigint): boolean =>
    value > limits.limitThreshold && value > limits.limitMultiplier * suggestion;
  if (isOver(tip, fees.tip)) return overLimit('tip', tip, fees.tip, limits);
  if (isOver(feeCap, fees.feeCap)) return overLimit('fee cap', feeCap, fees.feeCap, limits);
  if (blobFeeCap !== undefined && isOver(blobFeeCap, fees.blobFeeCap ?? 0n)) {
    return overLimit('blob fee cap', blobFeeCap, fees.blobFeeCap ?? 0n, limits);
  }
  return { type: 'fees', fees: { tip, feeCap, blobFeeCap } };
}

/** Gas of a transaction that only carries data: the floor of EIP-7623 and EIP-7976 to come. */
export function dataGas(data: Uint8Array): bigint {
  let tokens = 0;
  for (const byte of data) tokens += byte === 0 ? 1 : 4;
  const osaka = 21_000n + 10n * BigInt(tokens);
  const amsterdam = 15_000n + 64n * BigInt(data.length);
  return max(osaka, amsterdam);
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

function tooDear(name: string, limit: bigint, found: bigint): FeeOutcome {
  return { type: 'tooDear', message: `${name}: expected at most ${limit} wei, found ${found}` };
}

function overLimit(
  name: string,
  found: bigint,
  suggestion: bigint,
  { limitMultiplier }: FeeLimits,
): FeeOutcome {
  const message =
    `raised ${name}: expected at most ${limitMultiplier} times the suggested ${suggestion} ` +
    `wei, found ${found}`;
  return { type: 'tooDear', message };
}
