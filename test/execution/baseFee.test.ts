import { describe, expect, test } from 'vitest';
import { bytesToHex, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { extraDataOf, nextBaseFee } from '../../src/execution/baseFee.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';
import type { Header } from '../../src/protocol/header.ts';
import { configAt } from '../support/executionConfig.ts';

function parent(fields: Partial<Header>): Header {
  return { timestamp: 1n, blobGasUsed: 0n, extraData: new Uint8Array(0), ...fields } as Header;
}

// execution.md 8.7
describe('nextBaseFee', () => {
  test.each<[EvmFork, bigint, bigint, bigint, bigint]>([
    ['regolith', 1_000_000_000n, 5_000_000n, 30_000_000n, 1_000_000_000n],
    ['regolith', 1_000_000_000n, 4_000_000n, 30_000_000n, 996_000_000n],
    ['canyon', 1_000_000_000n, 4_000_000n, 30_000_000n, 999_200_000n],
    ['regolith', 1_000_000_000n, 10_000_000n, 30_000_000n, 1_020_000_000n],
    ['canyon', 1_000_000_000n, 10_000_000n, 30_000_000n, 1_004_000_000n],
    ['canyon', 1_000_000_000n, 0n, 30_000_000n, 996_000_000n],
    ['canyon', 1_000_000_000n, 30_000_000n, 30_000_000n, 1_020_000_000n],
    ['canyon', 10n, 30_000_000n, 30_000_000n, 11n],
    ['canyon', 0n, 0n, 30_000_000n, 0n],
    ['canyon', 0n, 30_000_000n, 30_000_000n, 1n],
    ['canyon', 2_109_176n, 2_606_157n, 30_000_000n, 2_105_137n],
  ])('default: %s, %i wei', (fork, baseFeePerGas, gasUsed, gasLimit, next) => {
    const header = parent({ baseFeePerGas, gasUsed, gasLimit });
    expect(nextBaseFee(configAt(fork), header, 2n)).toBe(next);
  });

  test('behavior: Holocene parameters of the parent', () => {
    const extraData = hexToBytes('0x00000000fa0000000a');
    const fields = { baseFeePerGas: 507n, gasUsed: 4_847_634n, gasLimit: 60_000_000n, extraData };
    expect(nextBaseFee(configAt('holocene'), parent(fields), 2n)).toBe(507n);
  });

  test.each<[bigint, bigint, bigint, bigint, bigint]>([
    [1_000_000n, 0n, 0n, 1_000_000n, 1_000_000n],
    [500n, 0n, 0n, 1_000_000n, 1_000_000n],
    [2_000_000n, 0n, 0n, 1_999_000n, 1_999_000n],
    [1_000_000n, 1_000_000n, 20_000_000n, 0n, 1_004_000n],
  ])('behavior: Jovian, %i wei', (baseFeePerGas, gasUsed, blobGasUsed, minimum, next) => {
    const minBaseFee = minimum.toString(16).padStart(16, '0');
    const extraData = hexToBytes(`0x01000000fa00000006${minBaseFee}`);
    const fields = { baseFeePerGas, gasUsed, blobGasUsed, gasLimit: 60_000_000n, extraData };
    expect(nextBaseFee(configAt('jovian'), parent(fields), 2n)).toBe(next);
  });
});

describe('extraDataOf', () => {
  test.each<[EvmFork, Hex | undefined, bigint | undefined, Hex]>([
    ['granite', undefined, undefined, '0x'],
    ['holocene', '0x0000000000000000', undefined, '0x00000000fa00000006'],
    ['holocene', '0x0000000800000008', undefined, '0x000000000800000008'],
    ['jovian', '0x0000000800000008', 10n, '0x010000000800000008000000000000000a'],
    ['jovian', '0x0000000000000000', 0n, '0x01000000fa000000060000000000000000'],
  ])('default: %s %s', (fork, params, minBaseFee, expected) => {
    const extra = extraDataOf(configAt(fork), 1n, params, minBaseFee);
    if (extra.type === 'invalid') throw new Error(extra.reason);
    expect(bytesToHex(extra.extraData)).toBe(expected);
  });

  test.each<[string, EvmFork, Hex | undefined, bigint | undefined]>([
    ['parameters before Holocene', 'granite', '0x0000000000000000', undefined],
    ['no parameters from Holocene on', 'holocene', undefined, undefined],
    ['a minimum before Jovian', 'isthmus', '0x0000000000000000', 0n],
    ['no minimum from Jovian on', 'jovian', '0x0000000000000000', undefined],
    ['a denominator of zero alone', 'holocene', '0x0000000000000008', undefined],
    ['an elasticity of zero alone', 'holocene', '0x0000000800000000', undefined],
    ['parameters of 7 bytes', 'holocene', '0x00000008000000', undefined],
  ])('error: %s', (_, fork, params, minBaseFee) => {
    expect(extraDataOf(configAt(fork), 1n, params, minBaseFee).type).toBe('invalid');
  });
});
