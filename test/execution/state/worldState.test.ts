import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/base/bytes.ts';
import { EMPTY_ACCOUNT } from '../../../src/execution/state/account.ts';
import { commitState } from '../../../src/execution/state/commitState.ts';
import {
  accountOf,
  checkpoint,
  deleteAccount,
  discardChanges,
  endTransaction,
  hasStorage,
  openState,
  originalStorageOf,
  revertTo,
  setAccount,
  setStorage,
  storageOf,
  type WorldState,
} from '../../../src/execution/state/worldState.ts';

const SOME: Address = `0x${'11'.repeat(20)}`;
const RIPEMD160: Address = '0x0000000000000000000000000000000000000003';

/** A state that holds an empty account at each of `addresses`, as a genesis can. */
function withEmpty(...addresses: readonly Address[]): WorldState {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  for (const address of addresses) setAccount(state, address, EMPTY_ACCOUNT);
  commitState(state);
  return state;
}

describe('endTransaction', () => {
  test('default: an empty account disappears when it was touched', () => {
    const state = withEmpty(SOME, RIPEMD160);
    setAccount(state, SOME, EMPTY_ACCOUNT);
    endTransaction(state);
    expect(accountOf(state, SOME)).toBeUndefined();
    expect(accountOf(state, RIPEMD160)).toEqual(EMPTY_ACCOUNT);
  });
});

describe('revertTo', () => {
  test('behavior: takes back a touch, but not that of RIPEMD160', () => {
    const state = withEmpty(SOME, RIPEMD160);
    const start = checkpoint(state);
    setAccount(state, SOME, EMPTY_ACCOUNT);
    setAccount(state, RIPEMD160, EMPTY_ACCOUNT);
    revertTo(state, start);
    endTransaction(state);
    expect(accountOf(state, SOME)).toEqual(EMPTY_ACCOUNT);
    expect(accountOf(state, RIPEMD160)).toBeUndefined();
  });

  test('behavior: takes back a deletion with the storage', () => {
    const state = withEmpty();
    setAccount(state, SOME, { ...EMPTY_ACCOUNT, nonce: 1n });
    setStorage(state, SOME, 1n, 7n);
    endTransaction(state);
    const root = commitState(state);
    const start = checkpoint(state);
    deleteAccount(state, SOME);
    setStorage(state, SOME, 1n, 9n);
    expect(originalStorageOf(state, SOME, 1n)).toBe(0n);
    revertTo(state, start);
    expect(storageOf(state, SOME, 1n)).toBe(7n);
    expect(hasStorage(state, SOME)).toBe(true);
    expect(commitState(state)).toBe(root);
  });
});

describe('discardChanges', () => {
  test('default: goes back to the last commit, touches included', () => {
    const state = withEmpty(RIPEMD160);
    setAccount(state, RIPEMD160, EMPTY_ACCOUNT);
    setAccount(state, SOME, { ...EMPTY_ACCOUNT, nonce: 1n });
    discardChanges(state);
    endTransaction(state);
    expect(accountOf(state, RIPEMD160)).toEqual(EMPTY_ACCOUNT);
    expect(accountOf(state, SOME)).toBeUndefined();
  });
});

describe('originalStorageOf', () => {
  test('default: the value before the transaction, whatever it wrote', () => {
    const state = withEmpty();
    setAccount(state, SOME, { ...EMPTY_ACCOUNT, nonce: 1n });
    setStorage(state, SOME, 1n, 7n);
    expect(originalStorageOf(state, SOME, 1n)).toBe(0n);
    endTransaction(state);
    expect(originalStorageOf(state, SOME, 1n)).toBe(7n);
    setStorage(state, SOME, 1n, 8n);
    setStorage(state, SOME, 1n, 9n);
    expect(originalStorageOf(state, SOME, 1n)).toBe(7n);
  });

  test('behavior: what a commit holds, a genesis too, is from before the transaction', () => {
    const state = withEmpty();
    setAccount(state, SOME, { ...EMPTY_ACCOUNT, nonce: 1n });
    setStorage(state, SOME, 1n, 7n);
    commitState(state);
    expect(originalStorageOf(state, SOME, 1n)).toBe(7n);
    setStorage(state, SOME, 1n, 0n);
    expect(originalStorageOf(state, SOME, 1n)).toBe(7n);
  });
});
