import { describe, expect, test } from 'vitest';
import {
  blobBaseFee,
  CANCUN_UPDATE_FRACTION,
  fakeExponential,
} from '../../src/protocol/blobBaseFee.ts';
import type { L1ChainConfig } from '../../src/protocol/l1ChainConfig.ts';

const entry = (fork: string, time: bigint, baseFeeUpdateFraction: bigint) => {
  return { fork, time, target: 3, max: 6, baseFeeUpdateFraction };
};

const L1: L1ChainConfig = {
  chainId: 1n,
  blobSchedule: [
    entry('cancun', 1000n, 3_338_477n),
    entry('prague', 2000n, 5_007_716n),
    entry('bpo1', 3000n, 8_346_193n),
    entry('bpo2', 4000n, 11_684_671n),
  ],
};

/** Fees by Cancun, Prague, BPO1 and BPO2; recomputed from EIP-4844. */
const FEES: readonly (readonly [bigint, readonly bigint[]])[] = [
  [0n, [1n, 1n, 1n, 1n]],
  [2_314_057n, [1n, 1n, 1n, 1n]],
  [2_314_058n, [2n, 1n, 1n, 1n]],
  [10_485_760n, [23n, 8n, 3n, 2n]],
  [50_000_000n, [3_194_333n, 21_689n, 399n, 72n]],
  [100_000_000n, [10_203_769_476_395n, 470_442_149n, 159_773n, 5_209n]],
  [150_000_000n, [32_594_247_408_339_235_274n, 10_203_738_961_070n, 63_863_970n, 375_995n]],
];

const NO_PECTRA = { pectraBlobScheduleTime: undefined };
const feeAt = (timestamp: bigint, excessBlobGas: bigint | undefined): bigint =>
  blobBaseFee(NO_PECTRA, L1, { timestamp, excessBlobGas });

describe('fakeExponential', () => {
  test.each(FEES)('default: excess blob gas %i', (excess, fees) => {
    const found = L1.blobSchedule.map((params) => {
      return fakeExponential(1n, excess, params.baseFeeUpdateFraction);
    });
    expect(found).toEqual(fees);
  });

  test('behavior: the factor', () => {
    // EIP-4844's own examples.
    expect(fakeExponential(38_493n, 0n, 1000n)).toBe(38_493n);
    expect(fakeExponential(0n, 1234n, 2345n)).toBe(0n);
    expect(fakeExponential(1n, 4n, 2n)).toBe(6n);
    expect(fakeExponential(10n, 8n, 2n)).toBe(542n);
    expect(fakeExponential(2n, 5n, 2n)).toBe(23n);
  });
});

describe('blobBaseFee', () => {
  test('default: Sepolia 10204429 as Base Sepolia 37312300 reports it', () => {
    expect(feeAt(4000n, 208_805_160n)).toBe(57_656_159n);
  });

  test('L13: the newest entry that is active at the L1 time', () => {
    const times = [1000n, 1999n, 2000n, 2999n, 3000n, 3999n, 4000n, 9999n];
    expect(times.map((time) => feeAt(time, 10_485_760n))).toEqual([
      23n,
      23n,
      8n,
      8n,
      3n,
      3n,
      2n,
      2n,
    ]);
  });

  test('behavior: no excess blob gas in the header', () => {
    expect(feeAt(4000n, undefined)).toBe(1n);
  });

  test('behavior: Cancun before the pectra blob schedule time, the schedule from then on', () => {
    const config = { pectraBlobScheduleTime: 2500n };
    const at = (timestamp: bigint, excessBlobGas: bigint | undefined) =>
      blobBaseFee(config, L1, { timestamp, excessBlobGas });
    expect(at(2499n, 10_485_760n)).toBe(23n);
    expect(at(2500n, 10_485_760n)).toBe(8n);
    expect(at(2499n, undefined)).toBe(1n);
  });

  test('behavior: the pectra rule has Cancun’s own fraction, not the schedule’s', () => {
    const l1 = { ...L1, blobSchedule: [entry('cancun', 0n, 1n), entry('prague', 2000n, 2n)] };
    const fee = blobBaseFee({ pectraBlobScheduleTime: 9n ** 9n }, l1, {
      timestamp: 2001n,
      excessBlobGas: 10_485_760n,
    });
    expect(fee).toBe(fakeExponential(1n, 10_485_760n, CANCUN_UPDATE_FRACTION));
  });

  test('behavior: excess blob gas before the schedule, or without one', () => {
    expect(feeAt(0n, 10_485_760n)).toBe(23n);
    const empty = { ...L1, blobSchedule: [] };
    expect(blobBaseFee(NO_PECTRA, empty, { timestamp: 0n, excessBlobGas: 10_485_760n })).toBe(23n);
  });
});
