import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../src/base/bytes.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';
import type { ExecutionConfig } from '../../src/execution/executionConfig.ts';
import { fastLzLength } from '../../src/execution/fastLz.ts';
import {
  daFootprint,
  effectiveGasPrice,
  estimatedSize,
  type FeeParameters,
  l1DataFee,
  l1GasUsed,
  operatorFee,
  readFeeParameters,
  type TxSize,
  txSize,
} from '../../src/execution/fees.ts';
import { openState, setStorage } from '../../src/execution/state/worldState.ts';
import { L1_BLOCK } from '../../src/protocol/predeploys.ts';
import { configAt } from '../support/executionConfig.ts';

const NO_FEES: FeeParameters = {
  l1BaseFee: 0n,
  blobBaseFee: 0n,
  baseFeeScalar: 0n,
  blobBaseFeeScalar: 0n,
  l1FeeOverhead: 0n,
  l1FeeScalar: 0n,
  operatorFeeScalar: 0n,
  operatorFeeConstant: 0n,
  daFootprintGasScalar: 0n,
};

const EMPTY_TX = hexToBytes('0xdd80808094095e7baea6a6c7c4c2dfeb977efac326af552d878080808080');
const BASE_TX = hexToBytes(
  '0x02f86c8221058034839a4ae283021528942f16386bb37709016023232523ff6d9daf444be380841249c58bc080a001b927eda2af9b00b52a57be0885e0303c39dd2831732e14051c2336470fd468a0681bf120baf562915841a48601c2b54a6742511e535cf8f71c95115af7ff63bd',
);

describe('fastLzLength', () => {
  const repeat = (length: number, byteAt: (i: number) => number): Uint8Array =>
    Uint8Array.from({ length }, (_, i) => byteAt(i));
  test.each([
    ['empty', new Uint8Array(0), 0],
    ['13 zero bytes', new Uint8Array(13), 14],
    ['14 zero bytes', new Uint8Array(14), 15],
    ['1000 zero bytes', new Uint8Array(1000), 21],
    ['1000 bytes of 1', new Uint8Array(1000).fill(1), 21],
    ['10000 zero bytes', new Uint8Array(10_000), 126],
    ['0 to 32', repeat(33, (i) => i), 35],
    ['0 to 255', repeat(256, (i) => i), 264],
    ['0 to 255 twice', repeat(512, (i) => i & 255), 273],
    ['abc 100 times', repeat(300, (i) => 97 + (i % 3)), 16],
    [
      'the window edge',
      repeat(18_000, (i) => {
        const k = i % 8300;
        return (k * k * 31 + 7 * k + (k >> 3)) & 255;
      }),
      4397,
    ],
    ['the empty transaction', EMPTY_TX, 31],
    ['a transaction of Base', BASE_TX, 115],
  ])('default: %s', (_, data, length) => {
    expect(fastLzLength(data)).toBe(length);
  });
});

describe('effectiveGasPrice', () => {
  test.each([
    [10n, 2n, 7n, 9n],
    [10n, 2n, 8n, 10n],
    [10n, 2n, 9n, 10n],
    [0n, 0n, 7n, 0n],
  ])('default: at most %s, with %s above a base fee of %s', (max, tip, baseFee, price) => {
    const fees = { maxFeePerGas: max, maxPriorityFeePerGas: tip };
    expect(effectiveGasPrice(fees, baseFee)).toBe(price);
  });
});

describe('estimatedSize', () => {
  test.each([
    [0, 100_000_000n],
    [170, 100_000_000n],
    [171, 100_455_900n],
    [235, 153_991_900n],
    [1000, 793_914_400n],
  ])('default: %i', (length, estimate) => {
    expect(estimatedSize(length)).toBe(estimate);
  });
});

describe('l1DataFee', () => {
  const fee = (config: ExecutionConfig, fees: Partial<FeeParameters>, size = txSize(EMPTY_TX)) => {
    const all = { ...NO_FEES, ...fees };
    return [l1GasUsed(config, 1n, all, size), l1DataFee(config, 1n, all, size)];
  };
  const BEDROCK = { l1BaseFee: 1_000_000_000n, l1FeeOverhead: 50n, l1FeeScalar: 7_000_000n };
  const ECOTONE = {
    l1BaseFee: 1_000_000_000n,
    blobBaseFee: 10_000_000n,
    baseFeeScalar: 2n,
    blobBaseFeeScalar: 3n,
  };

  test('behavior: Bedrock', () => {
    expect(fee(configAt('bedrock'), BEDROCK)).toEqual([1618n, 11_326_000_000_000n]);
  });
  test('behavior: Regolith', () => {
    expect(fee(configAt('regolith'), BEDROCK)).toEqual([530n, 3_710_000_000_000n]);
  });
  test('behavior: Ecotone', () => {
    expect(fee(configAt('ecotone'), ECOTONE)).toEqual([480n, 960_900n]);
  });
  test('behavior: the first block of Ecotone, and of Fjord in the same block', () => {
    expect(fee(configAt('ecotone'), BEDROCK)).toEqual([530n, 3_710_000_000_000n]);
    expect(fee(configAt('fjord'), BEDROCK)).toEqual([530n, 3_710_000_000_000n]);
  });
  test('behavior: Fjord', () => {
    expect(fee(configAt('fjord'), ECOTONE)).toEqual([1600n, 3_203_000n]);
  });
  test('behavior: Fjord, from a FastLZ length', () => {
    const fees = {
      l1BaseFee: 2_000_000n,
      blobBaseFee: 3_000_000n,
      baseFeeScalar: 20n,
      blobBaseFeeScalar: 15n,
    };
    const size = { zeros: 0n, nonzeros: 0n, estimatedSize: estimatedSize(235) };
    expect(fee(configAt('fjord'), fees, size)).toEqual([2463n, 105_484n]);
  });
  test('behavior: Fjord, a transaction of Base', () => {
    const fees = {
      l1BaseFee: 14_121_491_676n,
      blobBaseFee: 1_324_954_204n,
      baseFeeScalar: 2269n,
      blobBaseFeeScalar: 1_055_762n,
    };
    expect(fee(configAt('fjord'), fees, txSize(BASE_TX))).toEqual([1600n, 191_150_293_412n]);
  });
});

describe('operatorFee', () => {
  const fees = {
    ...NO_FEES,
    operatorFeeScalar: 1_439_103_868n,
    operatorFeeConstant: 1_256_417_826_609_331_460n,
  };
  test.each([
    ['holocene', 0n],
    ['isthmus', 1_256_417_826_611_659_930n],
    ['jovian', 1_256_650_673_615_173_860n],
  ] as const)('behavior: %s', (fork, expected) => {
    expect(operatorFee(configAt(fork), 1n, fees, 1618n)).toBe(expected);
  });
});

describe('daFootprint', () => {
  const fees = { ...NO_FEES, daFootprintGasScalar: 400n };
  const sized = (length: number): TxSize => ({
    zeros: 0n,
    nonzeros: 0n,
    estimatedSize: estimatedSize(length),
  });
  test.each([
    [170, 40_000n],
    [200, 49_600n],
    [235, 61_200n],
    [1000, 317_200n],
  ])('default: a compressed length of %i', (length, footprint) => {
    expect(daFootprint(configAt('jovian'), 1n, fees, sized(length))).toBe(footprint);
  });
  test('behavior: nothing before Jovian', () => {
    expect(daFootprint(configAt('isthmus'), 1n, fees, sized(200))).toBe(0n);
  });
});

// execution.md 2.3: every byte of the slots is its own number.
describe('readFeeParameters', () => {
  const word = (first: number) =>
    BigInt(
      `0x${Array.from({ length: 32 }, (_, i) => (first + i).toString(16).padStart(2, '0')).join('')}`,
    );
  const read = (fork: EvmFork, ...empty: readonly bigint[]) => {
    const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
    for (let slot = 0n; slot < 9n; slot++) {
      if (!empty.includes(slot)) setStorage(state, L1_BLOCK, slot, word(16 * Number(slot)));
    }
    return readFeeParameters(configAt(fork), 1n, state);
  };
  const old = { l1FeeOverhead: word(0x50), l1FeeScalar: word(0x60) };
  const ecotone = {
    ...NO_FEES,
    l1BaseFee: word(0x10),
    blobBaseFee: word(0x70),
    baseFeeScalar: 0x40414243n,
    blobBaseFeeScalar: 0x44454647n,
  };
  const isthmus = {
    ...ecotone,
    operatorFeeScalar: 0x94959697n,
    operatorFeeConstant: 0x98999a9b9c9d9e9fn,
    daFootprintGasScalar: 0x9293n,
  };

  test.each<[EvmFork, FeeParameters]>([
    ['bedrock', { ...NO_FEES, ...old, l1BaseFee: word(0x10) }],
    ['canyon', { ...NO_FEES, ...old, l1BaseFee: word(0x10) }],
    ['ecotone', ecotone],
    ['holocene', ecotone],
    ['isthmus', isthmus],
    ['karst', isthmus],
  ])('default: %s', (fork, fees) => {
    expect(read(fork)).toEqual(fees);
  });

  test('behavior: the first block of Ecotone has the old parameters', () => {
    expect(read('ecotone', 3n, 7n)).toEqual({ ...NO_FEES, ...old, l1BaseFee: word(0x10) });
    // One of the new ones is enough.
    expect(read('ecotone', 3n)).toMatchObject({ l1FeeOverhead: 0n, blobBaseFee: word(0x70) });
    expect(read('ecotone', 7n)).toMatchObject({ l1FeeOverhead: 0n, baseFeeScalar: 0x40414243n });
  });
});
