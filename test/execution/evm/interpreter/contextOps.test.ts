import { describe, expect, test } from 'vitest';
import { type Address, hexToBytes } from '../../../../src/base/bytes.ts';
import { keccak256Hex } from '../../../../src/base/hash.ts';
import type { EvmFork } from '../../../../src/execution/evm/port.ts';
import { CALLER, HERE, pushes, runCode, topOf } from '../../../support/evmCode.ts';

const OTHER: Address = `0x${'0b'.repeat(20)}`;
const TARGET: Address = `0x${'0c'.repeat(20)}`;
const DESIGNATOR = `ef0100${'0c'.repeat(20)}`;
const MAX = (1n << 256n) - 1n;

describe('CONTEXT_OPS', () => {
  test.each<[string, string, bigint]>([
    ['ADDRESS', '30', BigInt(HERE)],
    ['ORIGIN', '32', BigInt(CALLER)],
    ['CALLER', '33', BigInt(CALLER)],
    ['CALLVALUE', '34', 0n],
    ['CALLDATASIZE', '36', 33n],
    ['CALLDATALOAD', '600035', BigInt(`0x${'01'.repeat(32)}`)],
    ['CALLDATALOAD over the end', '600235', BigInt(`0x${'01'.repeat(31)}00`)],
    ['CALLDATALOAD at the end', '602135', 0n],
    ['CALLDATALOAD far away', `${pushes(MAX)}35`, 0n],
    ['CODESIZE', '38', 9n],
    ['GASPRICE', '3a', 10n],
    ['RETURNDATASIZE', '3d', 0n],
    ['COINBASE', '41', BigInt(`0x${'42'.repeat(20)}`)],
    ['TIMESTAMP', '42', 1_700_000_000n],
    ['NUMBER', '43', 1000n],
    ['PREVRANDAO', '44', BigInt(`0x${'77'.repeat(32)}`)],
    ['GASLIMIT', '45', 30_000_000n],
    ['CHAINID', '46', 901n],
    ['SELFBALANCE', '47', 100n],
    ['BASEFEE', '48', 9n],
    ['BLOBHASH', '600549', 0n],
    ['BLOBBASEFEE', '4a', 1n],
    ['PC', '5b58', 1n],
    ['MSIZE', '600160205359', 64n],
    ['GAS', '5a', 999_998n],
    ['PUSH0', '5f', 0n],
    ['BLOCKHASH of the parent', '6103e740', 999n],
    ['BLOCKHASH of the oldest', '6102e840', 744n],
    ['BLOCKHASH of one too old', '6102e740', 0n],
    ['BLOCKHASH of this block', '6103e840', 0n],
    ['BLOCKHASH of a later block', `${pushes(MAX)}40`, 0n],
  ])('default: %s', async (_, code, expected) => {
    const data = new Uint8Array(33).fill(1);
    expect(await topOf({ code, data })).toBe(expected);
  });

  test.each<[string, EvmFork, EvmFork]>([
    ['5f', 'regolith', 'canyon'],
    ['600049', 'canyon', 'ecotone'],
    ['4a', 'canyon', 'ecotone'],
    ['6000600060005e', 'canyon', 'ecotone'],
  ])('behavior: %s begins after %s', async (code, before, since) => {
    expect((await runCode({ code, fork: before })).status).toBe('halt');
    expect((await runCode({ code, fork: since })).status).toBe('success');
  });

  // EIP-2929: 2600 for the first look, 100 later.
  test.each<[string, string]>([
    ['BALANCE', '31'],
    ['EXTCODESIZE', '3b'],
    ['EXTCODEHASH', '3f'],
  ])('behavior: %s is dear once', async (_, op) => {
    const look = `73${'0b'.repeat(20)}${op}`;
    expect((await runCode({ code: look })).gasUsed).toBe(2603n);
    expect((await runCode({ code: look + look })).gasUsed).toBe(2706n);
  });

  test('behavior: EXTCODECOPY costs access, words and memory', async () => {
    const code = `60216000600073${'0b'.repeat(20)}3c`;
    expect((await runCode({ code })).gasUsed).toBe(2600n + 12n + 2n * 3n + 2n * 3n);
  });

  test('behavior: code of a delegated account is the designator (EIP-7702)', async () => {
    const others = [
      [OTHER, DESIGNATOR],
      [TARGET, '600160015500'],
    ] as const;
    const address = `73${'0b'.repeat(20)}`;
    expect(await topOf({ code: `${address}3b`, others })).toBe(23n);
    const hash = BigInt(keccak256Hex(hexToBytes(`0x${DESIGNATOR}`)));
    expect(await topOf({ code: `${address}3f`, others })).toBe(hash);
    expect(await topOf({ code: `601760006000${address}3c600051`, others })).toBe(
      BigInt(`0x${DESIGNATOR}`) << 72n,
    );
  });

  test('behavior: EXTCODEHASH tells nothing from an account without code', async () => {
    expect(await topOf({ code: `73${'99'.repeat(20)}3f` })).toBe(0n);
    const empty = BigInt(keccak256Hex(new Uint8Array(0)));
    expect(await topOf({ code: '333f' })).toBe(empty);
  });

  test('error: RETURNDATACOPY of more than there is, even of nothing behind it', async () => {
    expect((await runCode({ code: '6000600060003e' })).status).toBe('success');
    expect((await runCode({ code: '6000600160003e' })).status).toBe('halt');
    expect((await runCode({ code: '6001600060003e' })).status).toBe('halt');
  });

  test.each<[string, bigint]>([
    ['6021600060003700', 3n * 3n + 3n + 6n + 6n],
    ['6021600060003900', 3n * 3n + 3n + 6n + 6n],
    ['602160002000', 2n * 3n + 30n + 12n + 6n],
    ['6021600060205e00', 3n * 3n + 3n + 6n + 9n],
    ['60006107e05200', 2n * 3n + 3n + 3n * 64n + 8n],
  ])('behavior: %s costs %i', async (code, gasUsed) => {
    expect((await runCode({ code })).gasUsed).toBe(gasUsed);
  });
});
