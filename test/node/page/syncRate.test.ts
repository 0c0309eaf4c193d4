import { describe, expect, test } from 'vitest';
import { type Sample, syncRate } from '../../../src/node/page/syncRate.ts';

describe('syncRate', () => {
  test('default: rates of the newest 30 seconds, and the time until the head is reached', () => {
    const samples = [
      sample(0, { safe: 0, l1: 0, l1Head: 900, l1Calls: 0 }),
      sample(70, { safe: 1000, l1: 100, l1Head: 997, l1Calls: 50 }),
      sample(100, { safe: 4000, l1: 400, l1Head: 1000, l1Calls: 350 }),
    ];
    expect(syncRate(samples)).toEqual({
      l2PerSecond: 100,
      l1PerSecond: 10,
      l1CallsPerSecond: 10,
      l1Left: 600,
      // The head moves on by 0.1 blocks a second.
      secondsLeft: 600 / 9.9,
    });
  });

  test('behavior: nothing left', () => {
    const samples = [sample(0, { l1: 5, l1Head: 5 }), sample(10, { l1: 6, l1Head: 6 })];
    expect(syncRate(samples)).toMatchObject({ l1Left: 0, secondsLeft: 0 });
  });

  test('behavior: a head that moves faster is never reached', () => {
    const samples = [sample(0, { l1: 5, l1Head: 50 }), sample(10, { l1: 6, l1Head: 60 })];
    expect(syncRate(samples)).toMatchObject({ l1Left: 54, secondsLeft: null });
  });

  test('behavior: a reset goes back, which is no rate', () => {
    const samples = [sample(0, { safe: 9, l1: 50 }), sample(10, { safe: 3, l1: 20, l1Head: 60 })];
    expect(syncRate(samples)).toMatchObject({ l2PerSecond: null, l1PerSecond: null, l1Left: 40 });
  });

  test('behavior: nothing is known', () => {
    const unknown = { l2PerSecond: null, l1PerSecond: null, l1Left: null, secondsLeft: null };
    expect(syncRate([])).toEqual({ ...unknown, l1CallsPerSecond: null });
    expect(syncRate([sample(0, {})])).toEqual({ ...unknown, l1CallsPerSecond: null });
  });
});

function sample(seconds: number, changes: Partial<Sample>): Sample {
  const unknown = { unsafe: null, safe: null, l1: null, l1Head: null, l1Calls: 0 };
  return { ...unknown, ...changes, atMs: 1000 * seconds };
}
