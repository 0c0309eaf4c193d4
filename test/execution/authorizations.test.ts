import { describe, expect, test } from 'vitest';
import { type Address, concatBytes, hexToBytes, ZERO_ADDRESS } from '../../src/base/bytes.ts';
import { applyAuthorizations, hasNoCodeOrDelegation } from '../../src/execution/authorizations.ts';
import { EMPTY_ACCOUNT } from '../../src/execution/state/account.ts';
import {
  accountOf,
  codeOf,
  openState,
  setAccount,
  setCode,
  type WorldState,
} from '../../src/execution/state/worldState.ts';
import type { Authorization } from '../../src/execution/transaction.ts';

const AUTHORITY: Address = `0x${'aa'.repeat(20)}`;
const TARGET: Address = `0x${'bb'.repeat(20)}`;
const DESIGNATOR = concatBytes(Uint8Array.of(0xef, 1, 0), hexToBytes(TARGET));
const VALID: Authorization = { chainId: 901n, address: TARGET, nonce: 3n, authority: AUTHORITY };

function stateWith(nonce: bigint, code: Uint8Array = new Uint8Array(0)): WorldState {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  if (nonce > 0n) setAccount(state, AUTHORITY, { ...EMPTY_ACCOUNT, nonce });
  if (code.length > 0) setCode(state, AUTHORITY, code);
  return state;
}

function apply(state: WorldState, ...authorizations: readonly Authorization[]) {
  return applyAuthorizations({ state, block: { chainId: 901n } }, authorizations);
}

// EIP-7702, in the order of its list; each case flips one thing of a valid authorization.
describe('applyAuthorizations', () => {
  test('default: sets the code, adds to the nonce and refunds for an account that exists', () => {
    const state = stateWith(3n);
    expect(apply(state, VALID)).toEqual({ warm: [AUTHORITY], gasRefund: 12_500n });
    expect(codeOf(state, AUTHORITY)).toEqual(DESIGNATOR);
    expect(accountOf(state, AUTHORITY)?.nonce).toBe(4n);
  });

  test('behavior: no refund for a new account', () => {
    const state = stateWith(0n);
    expect(apply(state, { ...VALID, nonce: 0n })).toEqual({ warm: [AUTHORITY], gasRefund: 0n });
    expect(codeOf(state, AUTHORITY)).toEqual(DESIGNATOR);
  });

  test('behavior: the last nonce but one is valid', () => {
    const nonce = 2n ** 64n - 2n;
    expect(apply(stateWith(nonce), { ...VALID, nonce }).gasRefund).toBe(12_500n);
  });

  test('behavior: chain id 0 is any chain', () => {
    expect(apply(stateWith(3n), { ...VALID, chainId: 0n }).gasRefund).toBe(12_500n);
  });

  test.each<[string, Partial<Authorization>, Uint8Array, boolean]>([
    ['another chain', { chainId: 902n }, new Uint8Array(0), false],
    ['the last nonce', { nonce: 2n ** 64n - 1n }, new Uint8Array(0), false],
    ['a bad signature', { authority: undefined }, new Uint8Array(0), false],
    ['an account with code', {}, Uint8Array.of(0), true],
    ['a nonce too low', { nonce: 2n }, new Uint8Array(0), true],
    ['a nonce too high', { nonce: 4n }, new Uint8Array(0), true],
  ])('error: skips %s', (_, fields, code, isWarm) => {
    const state = stateWith(fields.nonce === 2n ** 64n - 1n ? fields.nonce : 3n, code);
    const warm = isWarm ? [AUTHORITY] : [];
    expect(apply(state, { ...VALID, ...fields })).toEqual({ warm, gasRefund: 0n });
    expect(codeOf(state, AUTHORITY)).toEqual(code);
  });

  test('behavior: one delegation replaces another, and address zero ends it', () => {
    const state = stateWith(3n, DESIGNATOR);
    const end = { ...VALID, address: ZERO_ADDRESS, nonce: 4n };
    const other = { ...VALID, address: AUTHORITY };
    expect(apply(state, other, end).gasRefund).toBe(25_000n);
    expect(codeOf(state, AUTHORITY)).toHaveLength(0);
    expect(accountOf(state, AUTHORITY)?.nonce).toBe(5n);
  });
});

describe('hasNoCodeOrDelegation', () => {
  test.each<[string, Uint8Array, boolean]>([
    ['no code', new Uint8Array(0), true],
    ['a delegation', DESIGNATOR, true],
    ['a byte less', DESIGNATOR.subarray(0, 22), false],
    ['a byte more', concatBytes(DESIGNATOR, Uint8Array.of(0)), false],
    ['another mark', concatBytes(Uint8Array.of(0xef, 1, 1), hexToBytes(TARGET)), false],
  ])('default: %s', (_, code, expected) => {
    expect(hasNoCodeOrDelegation(stateWith(3n, code), AUTHORITY)).toBe(expected);
  });
});
