import { describe, expect, test } from 'vitest';
import { outputWait } from '../../../src/devnet/bridge/outputWait.ts';

const STEPS = { latest: 20n, next: 30n };
const HEAD = { number: 40n, timestamp: 1080n };
/** Proposed 25 s after it was made; the chain makes a block in 2 s. */
const LAST = { number: 20n, timestamp: 1040n, proposedAt: 1065n };

describe('outputWait', () => {
  test.each([
    [21n, 30n],
    [30n, 30n],
    [31n, 40n],
    [40n, 40n],
    [41n, 50n],
  ])('default: block %s is covered by the output of block %s', (wanted, l2Block) => {
    // It was made 2 s after the one before it, and is proposed after the same time as the last.
    const seconds = 1065n + (l2Block - 20n) * 2n - 1080n;
    expect(outputWait(wanted, STEPS, HEAD, LAST)).toEqual({ l2Block, seconds });
  });

  test('behavior: what is overdue comes at once', () => {
    const late = { number: 400n, timestamp: 1800n };
    expect(outputWait(25n, STEPS, late, LAST).seconds).toBe(0n);
  });

  test('behavior: nobody knows when the first one comes', () => {
    const first = { latest: 0n, next: 10n };
    expect(outputWait(5n, first, HEAD, undefined)).toEqual({ l2Block: 10n, seconds: undefined });
    expect(outputWait(21n, STEPS, LAST, LAST).seconds).toBe(undefined);
  });

  test('behavior: an oracle of no interval takes every block', () => {
    expect(outputWait(33n, { latest: 30n, next: 30n }, HEAD, LAST).l2Block).toBe(33n);
  });
});
