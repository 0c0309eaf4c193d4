import { describe, expect, test } from 'vitest';
import { buildStartMs, isSafeLagReached, sealMs } from '../../src/sequencer/buildTime.ts';

describe('buildStartMs', () => {
  test('default: one block time before the block, which is the time of its parent', () => {
    expect(buildStartMs(1_700_000_000n)).toBe(1_700_000_000_000);
  });
});

describe('sealMs', () => {
  test('default: as long before the time of the block as sealing takes', () => {
    expect(sealMs(1_700_000_002n, 50)).toBe(1_700_000_001_950);
  });
});

describe('isSafeLagReached', () => {
  test('default: no limit', () => {
    expect(isSafeLagReached(1_000_000n, 0n, 0n)).toBe(false);
  });

  test('behavior: as many unsafe blocks as allowed are enough', () => {
    expect(isSafeLagReached(19n, 10n, 10n)).toBe(false);
    expect(isSafeLagReached(20n, 10n, 10n)).toBe(true);
    expect(isSafeLagReached(21n, 10n, 10n)).toBe(true);
  });
});
