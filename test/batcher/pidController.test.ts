import { describe, expect, test } from 'vitest';
import { type PidConfig, pidStep } from '../../src/batcher/pidController.ts';

const CONFIG: PidConfig = {
  kp: 0.2,
  ki: 0.1,
  kd: 0.4,
  integralMax: 3,
  outputMax: 0.9,
  sampleTimeMs: 1_000,
};

describe('pidStep', () => {
  test('default: weighs the error, its sum and its slope', () => {
    const first = pidStep(CONFIG, undefined, 100, 150, 5_000);
    expect(first).toMatchObject({ integral: 0.5, error: 0.5, sampledMs: 5_000 });
    expect(first?.intensity).toBeCloseTo(0.2 * 0.5 + 0.1 * 0.5, 12);
    const second = pidStep(CONFIG, first, 100, 200, 7_000);
    expect(second).toMatchObject({ integral: 2.5, error: 1 });
    expect(second?.intensity).toBeCloseTo(0.2 + 0.25 + 0.4 * 0.25, 12);
  });

  test('behavior: between two samples it stays as it is', () => {
    const first = pidStep(CONFIG, undefined, 100, 150, 5_000);
    expect(pidStep(CONFIG, first, 100, 900, 5_999)).toBe(first);
  });

  test('behavior: forgets all at and below the threshold', () => {
    const first = pidStep(CONFIG, undefined, 100, 150, 5_000);
    expect(pidStep(CONFIG, first, 100, 100, 9_000)).toBeUndefined();
  });

  test('behavior: the sum and the outcome are bounded, below too', () => {
    const high = pidStep(CONFIG, undefined, 100, 10_000, 0);
    expect(high).toMatchObject({ integral: 3, intensity: 0.9 });
    expect(pidStep(CONFIG, high, 100, 101, 1_000)?.intensity).toBe(0);
  });
});
