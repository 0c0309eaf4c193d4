import { describe, expect, test } from 'vitest';
import { createHealth } from '../../src/sources/health.ts';

describe('createHealth', () => {
  test('default: well, and not resting', () => {
    const health = createHealth(() => 0);
    expect([health.restMs(), health.isUnsure()]).toEqual([0, false]);
  });

  test('behavior: rests grow with failures in a row, up to a limit', () => {
    let nowMs = 0;
    const health = createHealth(() => nowMs);
    const rests: number[] = [];
    for (let i = 0; i < 12; i++) {
      health.failed();
      rests.push(health.restMs());
      nowMs += health.restMs();
    }
    expect(rests.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(rests.at(-1)).toBe(10_000);
    expect(health.isUnsure()).toBe(true);
    health.succeeded();
    expect(health.isUnsure()).toBe(false);
    health.failed();
    expect(health.restMs()).toBe(100);
  });

  test('behavior: lies are counted apart: only a proven answer takes them back', () => {
    let nowMs = 0;
    const health = createHealth(() => nowMs);
    health.distrust();
    expect([health.restMs(), health.isUnsure()]).toEqual([100, false]);
    health.succeeded();
    nowMs += 100;
    health.distrust();
    expect(health.restMs()).toBe(200);
    nowMs += 200;
    health.trust();
    health.distrust();
    expect(health.restMs()).toBe(100);
  });

  test('behavior: lagging is a short rest that ends no longer one', () => {
    const health = createHealth(() => 0);
    health.lags();
    expect(health.restMs()).toBe(500);
    health.failed();
    expect(health.restMs()).toBe(500);
  });
});
