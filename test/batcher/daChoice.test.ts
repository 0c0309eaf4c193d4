import { describe, expect, test } from 'vitest';
import { cheaperDaType } from '../../src/batcher/daChoice.ts';

const GWEI = 1_000_000_000n;

describe('cheaperDaType', () => {
  test('default: blobs while they are cheap', () => {
    const prices = { baseFee: 10n * GWEI, tip: GWEI, blobBaseFee: 1n };
    expect(cheaperDaType(prices, 120_000, 1)).toBe('blobs');
  });

  test('behavior: calldata while blobs are dear', () => {
    const prices = { baseFee: 10n * GWEI, tip: GWEI, blobBaseFee: 10_000n * GWEI };
    expect(cheaperDaType(prices, 120_000, 1)).toBe('calldata');
  });

  test('behavior: calldata only when strictly cheaper', () => {
    expect(cheaperDaType({ baseFee: 0n, tip: 0n, blobBaseFee: 0n }, 120_000, 1)).toBe('blobs');
  });
});
