import { describe, expect, test } from 'vitest';
import {
  lacksPectraBlobSchedule,
  l1ChainConfigById,
} from '../../../src/protocol/registry/l1Chains.ts';
import { networkNames, rollupConfigByNetwork } from '../../../src/protocol/registry/networks.ts';

describe('l1ChainConfigById', () => {
  test('default', () => {
    expect(l1ChainConfigById(1n)).toEqual({
      chainId: 1n,
      blobSchedule: [
        { fork: 'cancun', time: 1710338135n, target: 3, max: 6, baseFeeUpdateFraction: 3338477n },
        { fork: 'prague', time: 1746612311n, target: 6, max: 9, baseFeeUpdateFraction: 5007716n },
        { fork: 'osaka', time: 1764798551n, target: 6, max: 9, baseFeeUpdateFraction: 5007716n },
        { fork: 'bpo1', time: 1765290071n, target: 10, max: 15, baseFeeUpdateFraction: 8346193n },
        { fork: 'bpo2', time: 1767747671n, target: 14, max: 21, baseFeeUpdateFraction: 11684671n },
      ],
    });
  });

  test.each([1n, 11155111n, 17000n, 560048n])('behavior: the times of L1 %d rise', (chainId) => {
    const times = l1ChainConfigById(chainId)?.blobSchedule.map(({ time }) => time) ?? [];
    expect(times).toHaveLength(5);
    for (let i = 1; i < times.length; i++) {
      expect((times[i] as bigint) > (times[i - 1] as bigint), `fork ${i}`).toBe(true);
    }
  });

  test('behavior: an L1 of one’s own is not known', () => {
    expect(l1ChainConfigById(900n)).toBeUndefined();
  });

  test('L13: every L1 of the registry is known', () => {
    for (const name of networkNames()) {
      const { l1ChainId } = rollupConfigByNetwork(name);
      expect(l1ChainConfigById(l1ChainId)?.chainId, name).toBe(l1ChainId);
    }
  });
});

describe('lacksPectraBlobSchedule', () => {
  const sepolia = rollupConfigByNetwork('op-sepolia');

  test('default', () => {
    expect(lacksPectraBlobSchedule(sepolia)).toBe(false);
    expect(lacksPectraBlobSchedule({ ...sepolia, pectraBlobScheduleTime: undefined })).toBe(true);
  });

  test('behavior: chains on mainnet, and those born after Prague, need none', () => {
    expect(lacksPectraBlobSchedule(rollupConfigByNetwork('op-mainnet'))).toBe(false);
    const genesis = { ...sepolia.genesis, l2Time: 1741159776n };
    const young = { ...sepolia, genesis, pectraBlobScheduleTime: undefined };
    expect(lacksPectraBlobSchedule(young)).toBe(false);
  });
});
