import { describe, expect, test } from 'vitest';
import { type Address, bytesToBigint } from '../../../../src/base/bytes.ts';
import { creationAddress } from '../../../../src/execution/creationAddress.ts';
import type { EvmFork } from '../../../../src/execution/evm/port.ts';
import {
  accountOf,
  balanceOf,
  codeOf,
  storageOf,
} from '../../../../src/execution/state/worldState.ts';
import { HERE, runCode } from '../../../support/evmCode.ts';

const OTHER: Address = `0x${'0b'.repeat(20)}`;
const TARGET: Address = `0x${'0c'.repeat(20)}`;
const NEW = '0d'.repeat(20);

/** CALL without data, with all gas; then the success flag goes to slot 0. */
function calls(to: string, value = '00', gas = '5a'): string {
  return `600060006000600060${value}73${to}${gas}f1`;
}

/** Gas of 7 operands. */
const OPERANDS = 6n * 3n + 2n;

describe('CALL_OPS', () => {
  test.each<[string, string, bigint]>([
    ['a cold account', calls(NEW), 2600n],
    ['a warm account', calls('ca'.repeat(20)), 100n],
    ['a precompile', calls('00'.repeat(19) + '04'), 100n + 15n],
    ['a new account with value', calls(NEW, '01'), 2600n + 9000n + 25_000n - 2300n],
    ['an account with value', calls('ca'.repeat(20), '01'), 100n + 9000n - 2300n],
    ['callcode with value', calls(NEW, '01').replace(/f1$/, 'f2'), 2600n + 9000n - 2300n],
    ['more value than there is', calls(NEW, 'ff'), 2600n + 9000n + 25_000n - 2300n],
  ])('behavior: the price of a call to %s', async (_, code, gas) => {
    expect((await runCode({ code })).gasUsed).toBe(OPERANDS + gas);
  });

  test('behavior: one part in 64 stays, and value brings 2300', async () => {
    // The other stores nothing: it uses up all it gets.
    const others = [[OTHER, 'fe']] as const;
    const to = '0b'.repeat(20);
    const gas = 100_000n;
    const left = (gas - OPERANDS - 2600n) / 64n;
    expect((await runCode({ code: calls(to), others, gas })).gasUsed).toBe(gas - left);
    const some = await runCode({ code: calls(to, '00', '6064'), others, gas });
    expect(some.gasUsed).toBe(OPERANDS + 1n + 2600n + 100n);
    const paid = await runCode({ code: calls(to, '01', '6000'), others, gas });
    // The stipend is the other's, not the caller's.
    expect(paid.gasUsed).toBe(OPERANDS + 1n + 2600n + 9000n);
  });

  test('behavior: 1024 calls nest, and the next one fails at no cost', async () => {
    // Counts frames in slot 0 on the way down, calls itself, and stops.
    const self = '60006000600060006000305af1';
    const { state, status } = await runCode({ code: `600054600101600055${self}`, gas: 10n ** 12n });
    expect(status).toBe('success');
    expect(storageOf(state, HERE, 0n)).toBe(1025n);
  });

  test('behavior: what the identity returned stays when memory changes', async () => {
    const identity = '600060006020600060045afa50';
    const code = `6007600052${identity}60096000526020600060203e60206020f3`;
    expect(bytesToBigint((await runCode({ code })).output)).toBe(7n);
  });

  // Copied, a megabyte for 120 gas would take half a minute.
  test('behavior: the length of call data costs no time', async () => {
    const megabyte = '62100000';
    const call = `5f5f${megabyte}5f60ee5ffa50`;
    const before = process.cpuUsage();
    const { status } = await runCode({ code: `5b${call.repeat(100)}5f56`, gas: 20_000_000n });
    const { user, system } = process.cpuUsage(before);
    expect(status).toBe('halt');
    expect((user + system) / 1e6).toBeLessThan(5);
  });

  test('error: a call with value in a static call', async () => {
    const others = [[OTHER, calls(NEW, '01')]] as const;
    const code = `600060006000600073${'0b'.repeat(20)}5afa600055`;
    const { state } = await runCode({ code: `6001600055${code}`, others });
    expect(storageOf(state, HERE, 0n)).toBe(0n);
    expect(accountOf(state, `0x${NEW}`)).toBeUndefined();
  });

  test.each<[string, EvmFork, string, bigint, bigint]>([
    ['a cold delegate', 'isthmus', `ef0100${'0c'.repeat(20)}`, 2600n + 2600n + 22_106n, 7n],
    ['a warm delegate', 'isthmus', `ef0100${'ca'.repeat(20)}`, 2600n + 100n, 0n],
    ['itself', 'isthmus', `ef0100${'0b'.repeat(20)}`, 100n, 0n],
    ['a precompile: nothing runs', 'isthmus', `ef0100${'00'.repeat(19)}04`, 2700n, 0n],
  ])('behavior: EIP-7702, %s', async (name, fork, designator, gas, stored) => {
    const others = [
      [OTHER, designator],
      [TARGET, '600760005500'],
    ] as const;
    const { gasUsed, state } = await runCode({ code: calls('0b'.repeat(20)), others, fork });
    expect(storageOf(state, OTHER, 0n)).toBe(stored);
    // A delegation is followed once: to itself, its mark is what runs, and that takes all gas.
    if (name === 'itself') expect(gasUsed).toBeGreaterThan(900_000n);
    else expect(gasUsed).toBe(OPERANDS + gas);
  });

  test('behavior: before Isthmus a designator is invalid code', async () => {
    const others = [[OTHER, `ef0100${'0c'.repeat(20)}`]] as const;
    const ran = await runCode({ code: calls('0b'.repeat(20)), others, fork: 'holocene' });
    expect(ran.gasUsed).toBeGreaterThan(900_000n);
  });
});

/** CREATE from init code of at most 32 bytes, whose address goes to slot 0. */
function creates(init: string, value = '00'): string {
  const size = (init.length / 2).toString(16).padStart(2, '0');
  const push = (0x5f + init.length / 2).toString(16);
  return `${push}${init}60005260${size}60${(32 - init.length / 2).toString(16)}60${value}f0`;
}

describe('CREATE', () => {
  const address = creationAddress(HERE, 1n);

  test('default: deploys what the init code returns, with value', async () => {
    // Returns one byte of zero.
    const { state, gasUsed } = await runCode({ code: creates('60016000f3', '05') });
    expect(codeOf(state, address)).toEqual(Uint8Array.of(0));
    expect(accountOf(state, address)).toMatchObject({ nonce: 1n, balance: 5n });
    expect(accountOf(state, HERE)).toMatchObject({ nonce: 2n, balance: 95n });
    expect(gasUsed).toBe(6n + 6n + 9n + 32_000n + 2n + 9n + 200n);
  });

  test.each<[EvmFork, bigint]>([
    ['regolith', 32_000n],
    ['canyon', 32_002n],
  ])('behavior: words of init code at %s', async (fork, gas) => {
    const { gasUsed } = await runCode({ code: creates('00'), fork });
    expect(gasUsed).toBe(6n + 6n + 9n + gas);
  });

  test.each<[string, string, boolean]>([
    ['24,576 bytes of code', '6160006000f3', true],
    ['24,577 bytes of code', '6160016000f3', false],
    ['code that begins with 0xef', '60ef60005360016000f3', false],
    ['no code', '00', true],
    ['a revert', '60006000fd', false],
    ['a revert whose output begins with 0xef', '60ef60005360016000fd', false],
  ])('behavior: init code returns %s', async (_, init, isMade) => {
    const gas = 9_000_000n;
    const { state, gasUsed } = await runCode({ code: `${creates(init)}600055`, gas });
    expect(storageOf(state, HERE, 0n)).toBe(isMade ? BigInt(address) : 0n);
    expect(accountOf(state, address) !== undefined).toBe(isMade);
    // Bad code takes all gas of the creation; a revert does not.
    const takesAll = !isMade && !init.endsWith('fd');
    expect(gasUsed > 8_000_000n).toBe(takesAll);
    expect(accountOf(state, HERE)?.nonce).toBe(2n);
  });

  test.each<[EvmFork, string, string]>([
    ['regolith', '61c001', 'success'],
    ['canyon', '61c000', 'success'],
    ['canyon', '61c001', 'halt'],
  ])('behavior: init code at %s of %s: %s', async (fork, size, status) => {
    const ran = await runCode({ code: `${size}60006000f0`, fork, gas: 9_000_000n });
    expect(ran.status).toBe(status);
  });

  test('error: an address that is taken costs all gas, and the nonce', async () => {
    const others = [[address, '00']] as const;
    const { state, gasUsed } = await runCode({ code: creates('00', '05'), others });
    expect(gasUsed).toBeGreaterThan(950_000n);
    expect(accountOf(state, HERE)).toMatchObject({ nonce: 2n, balance: 100n });
  });

  test('behavior: an address that holds money is free, and keeps it', async () => {
    const code = `${calls(address.slice(2), '07')}50${creates('00', '05')}600055`;
    const { state } = await runCode({ code });
    expect(storageOf(state, HERE, 0n)).toBe(BigInt(address));
    expect(accountOf(state, address)).toMatchObject({ nonce: 1n, balance: 12n });
  });

  test('behavior: the address stays warm when the creation fails', async () => {
    const look = `73${address.slice(2)}31`;
    const alone = (await runCode({ code: creates('fe') })).gasUsed;
    const before = (await runCode({ code: creates('60006000fd') })).gasUsed;
    const { gasUsed } = await runCode({ code: creates('60006000fd') + look });
    expect(gasUsed - before).toBe(103n);
    expect(alone).toBeGreaterThan(before);
  });

  test('behavior: without the value it wants, a creation costs nothing more', async () => {
    const { state, gasUsed } = await runCode({ code: creates('fe', 'ff') });
    expect(gasUsed).toBe(6n + 6n + 9n + 32_002n);
    expect(accountOf(state, HERE)?.nonce).toBe(1n);
    expect(balanceOf(state, HERE)).toBe(100n);
  });
});
