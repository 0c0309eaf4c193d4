import { describe, expect, test } from 'vitest';
import {
  afterBatchRefusal,
  afterBrokenBatch,
  afterRefusal,
  afterSuccess,
  allowedCalls,
  type Pace,
  spend,
  startPace,
  waitMs,
} from '../../src/sources/pace.ts';

const LIMITS = { maxConcurrency: 10, maxBatchSize: 20, maxCallsPerSecond: Infinity };

function times(count: number, change: (pace: Pace) => Pace, pace: Pace): Pace {
  let changed = pace;
  for (let i = 0; i < count; i++) changed = change(changed);
  return changed;
}

describe('allowedCalls', () => {
  test('default: a whole batch', () => {
    expect(allowedCalls(startPace(LIMITS, 0), 0)).toBe(20);
  });

  test('behavior: no more than the rate, and a batch costs its length', () => {
    const start = startPace({ ...LIMITS, maxCallsPerSecond: 5 }, 0);
    expect(allowedCalls(start, 0)).toBe(5);
    const spent = spend(start, 5, 0);
    expect(allowedCalls(spent, 0)).toBe(0);
    expect(waitMs(spent, 0)).toBe(200);
    expect(allowedCalls(spent, 200)).toBe(1);
    expect(allowedCalls(spent, 60_000)).toBe(5);
  });

  test('behavior: a rate below one call per second', () => {
    const spent = spend(startPace({ ...LIMITS, maxCallsPerSecond: 0.5 }, 0), 1, 0);
    expect(waitMs(spent, 0)).toBe(2000);
    expect(allowedCalls(spent, 2000)).toBe(1);
  });
});

describe('afterRefusal', () => {
  const start = startPace(LIMITS, 0);

  test('default: half at once, a rate under what was let through, a pause', () => {
    const refused = afterRefusal(start, 50, undefined, 1000);
    expect(refused).toMatchObject({ concurrency: 5, callsPerSecond: 40, pausedUntilMs: 1250 });
    expect(allowedCalls(refused, 1249)).toBe(0);
    expect(allowedCalls(refused, 1250)).toBeGreaterThan(0);
  });

  test('behavior: pauses as long as asked, within limits', () => {
    expect(afterRefusal(start, 0, 7000, 0).pausedUntilMs).toBe(7000);
    expect(afterRefusal(start, 0, 3_600_000, 0).pausedUntilMs).toBe(30_000);
  });

  test('behavior: the rate falls where we had come near it, never below one call', () => {
    const refused = afterRefusal(start, 0, 0, 0);
    expect(refused.callsPerSecond).toBe(10);
    expect(afterRefusal(refused, 8, 0, 1).callsPerSecond).toBe(7);
    expect(afterRefusal(refused, 4, 0, 1).callsPerSecond).toBe(10);
    let pace = refused;
    for (let nowMs = 1; nowMs < 50; nowMs++) pace = afterRefusal(pace, 99, 0, nowMs);
    expect(pace.callsPerSecond).toBe(1);
  });

  test('behavior: pauses grow', () => {
    let pace = start;
    let nowMs = 1000;
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      pace = afterRefusal(pace, 0, undefined, nowMs);
      pauses.push(pace.pausedUntilMs - nowMs);
      nowMs = pace.pausedUntilMs;
    }
    expect(pauses.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
    expect(pauses.at(-1)).toBe(30_000);
    expect(pace.concurrency).toBe(1);
  });

  test('behavior: refusals of requests sent before the pause change nothing', () => {
    const refused = afterRefusal(start, 50, undefined, 1000);
    expect(afterRefusal(refused, 50, undefined, 1100)).toBe(refused);
  });
});

describe('afterSuccess', () => {
  test('behavior: returns to the limits step by step, and forgets the rate', () => {
    const refused = afterRefusal(afterBrokenBatch(startPace(LIMITS, 0), 20), 10, undefined, 0);
    const next = (pace: Pace): Pace => afterSuccess(pace, LIMITS);
    expect(times(8, next, refused)).toMatchObject({ concurrency: 6, batchSize: 20, refusals: 0 });
    expect(times(2000, next, refused)).toMatchObject({ concurrency: 10, callsPerSecond: Infinity });
  });

  test('behavior: never beyond the operator limit', () => {
    const limits = { ...LIMITS, maxCallsPerSecond: 3 };
    const pace = times(5000, (p) => afterSuccess(p, limits), startPace(limits, 0));
    expect(pace.callsPerSecond).toBe(3);
  });
});

describe('afterBatchRefusal', () => {
  test('behavior: a refused size is never tried again', () => {
    const refused = afterBatchRefusal(startPace(LIMITS, 0), 20);
    expect(refused.batchSize).toBe(10);
    expect(times(1000, (p) => afterSuccess(p, LIMITS), refused).batchSize).toBe(10);
    expect(times(10, (p) => afterBatchRefusal(p, p.batchSize), refused).batchSize).toBe(1);
  });
});
