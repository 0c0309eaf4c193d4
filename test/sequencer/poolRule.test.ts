import { describe, expect, test } from 'vitest';
import { whyWithoutPool } from '../../src/sequencer/poolRule.ts';
import { forkAt, rollupConfig } from '../support/rollupConfig.ts';

const ECOTONE = rollupConfig('ecotone');

describe('whyWithoutPool', () => {
  test('default: with the pool', () => {
    expect(whyWithoutPool(ECOTONE, 2_000n, 1_990n, false)).toBeUndefined();
  });

  test('behavior: beyond the drift without', () => {
    expect(whyWithoutPool(ECOTONE, 2_600n, 2_000n, false)).toBeUndefined();
    expect(whyWithoutPool(ECOTONE, 2_601n, 2_000n, false)).toBe('drift');
  });

  test('behavior: from Fjord on the drift is 1800 s, by the time of the origin', () => {
    const config = rollupConfig('ecotone', { forkTimes: forkAt('ecotone', 'fjord', 2_000n) });
    expect(whyWithoutPool(config, 3_800n, 2_000n, false)).toBeUndefined();
    expect(whyWithoutPool(config, 3_801n, 2_000n, false)).toBe('drift');
    expect(whyWithoutPool(config, 3_000n, 1_999n, false)).toBe('drift');
  });

  test.each([
    ['delta', 'ecotone'],
    ['ecotone', 'fjord'],
    ['holocene', 'isthmus'],
    ['isthmus', 'jovian'],
    ['jovian', 'karst'],
  ] as const)('behavior: after %s, the first block of %s without', (before, fork) => {
    const config = rollupConfig(before, { forkTimes: forkAt(before, fork, 2_001n) });
    expect(whyWithoutPool(config, 2_000n, 1_990n, false)).toBeUndefined();
    expect(whyWithoutPool(config, 2_002n, 1_990n, false)).toBe('activation');
    expect(whyWithoutPool(config, 2_004n, 1_990n, false)).toBeUndefined();
  });

  test.each([
    ['fjord', 'granite'],
    ['granite', 'holocene'],
  ] as const)('behavior: after %s, the first block of %s with', (before, fork) => {
    const config = rollupConfig(before, { forkTimes: forkAt(before, fork, 2_000n) });
    expect(whyWithoutPool(config, 2_000n, 1_990n, false)).toBeUndefined();
  });

  test('behavior: recovering without', () => {
    expect(whyWithoutPool(ECOTONE, 2_000n, 1_990n, true)).toBe('recovery');
  });
});
