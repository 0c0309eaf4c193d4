import { describe, expect, test } from 'vitest';
import { bumpFees, dataGas, type FeeLimits, suggestFees } from '../../src/l1Tx/fees.ts';

const GWEI = 1_000_000_000n;

const LIMITS: FeeLimits = {
  minTip: GWEI,
  maxTip: undefined,
  minBaseFee: GWEI,
  maxBaseFee: undefined,
  limitMultiplier: 5n,
  limitThreshold: 100n * GWEI,
};

describe('suggestFees', () => {
  test('default: the cap leaves room for a doubled base fee', () => {
    const market = { tip: 2n * GWEI, baseFee: 30n * GWEI, blobBaseFee: 4n * GWEI };
    expect(suggestFees(market, LIMITS, true)).toEqual({
      type: 'fees',
      fees: { tip: 2n * GWEI, feeCap: 62n * GWEI, blobFeeCap: 8n * GWEI },
    });
  });

  test('behavior: least tip, base fee and blob fee', () => {
    const market = { tip: 0n, baseFee: 7n, blobBaseFee: 1n };
    expect(suggestFees(market, LIMITS, true)).toMatchObject({
      fees: { tip: GWEI, feeCap: 3n * GWEI, blobFeeCap: GWEI },
    });
    expect(suggestFees(market, LIMITS, false)).toMatchObject({ fees: { blobFeeCap: undefined } });
  });

  test('error: a market above the operator’s bounds', () => {
    const market = { tip: 3n * GWEI, baseFee: 30n * GWEI, blobBaseFee: 1n };
    expect(suggestFees(market, { ...LIMITS, maxTip: 2n * GWEI }, false).type).toBe('tooDear');
    expect(suggestFees(market, { ...LIMITS, maxBaseFee: GWEI }, false).type).toBe('tooDear');
  });
});

describe('bumpFees', () => {
  const market = { tip: GWEI, baseFee: 10n * GWEI, blobBaseFee: 1n };

  test('default: ten percent more, rounded up', () => {
    const old = { tip: GWEI + 1n, feeCap: 21n * GWEI, blobFeeCap: undefined };
    const bumped = bumpFees(old, market, LIMITS);
    expect(bumped).toMatchObject({ fees: { tip: 1_100_000_002n, feeCap: 23_100_000_000n } });
  });

  test('behavior: blobs double', () => {
    const old = { tip: GWEI, feeCap: 21n * GWEI, blobFeeCap: GWEI };
    const bumped = bumpFees(old, market, LIMITS);
    expect(bumped).toMatchObject({
      fees: { tip: 2n * GWEI, feeCap: 42n * GWEI, blobFeeCap: 2n * GWEI },
    });
  });

  test('behavior: a market that rose more than that decides', () => {
    const old = { tip: GWEI, feeCap: 21n * GWEI, blobFeeCap: undefined };
    const risen = bumpFees(old, { ...market, baseFee: 50n * GWEI }, LIMITS);
    expect(risen).toMatchObject({ fees: { tip: 1_100_000_000n, feeCap: 101_100_000_000n } });
  });

  test('error: more than five times the suggestion, above the threshold', () => {
    const old = { tip: GWEI, feeCap: 120n * GWEI, blobFeeCap: undefined };
    expect(bumpFees(old, market, LIMITS).type).toBe('tooDear');
    const below = { ...LIMITS, limitThreshold: 200n * GWEI };
    expect(bumpFees(old, market, below).type).toBe('fees');
  });
});

describe('dataGas', () => {
  test('default: the larger of the floors', () => {
    expect(dataGas(new Uint8Array(0))).toBe(21_000n);
    expect(dataGas(new Uint8Array(100))).toBe(22_000n);
    expect(dataGas(new Uint8Array(100).fill(1))).toBe(25_000n);
    expect(dataGas(new Uint8Array(10_000))).toBe(655_000n);
  });
});
