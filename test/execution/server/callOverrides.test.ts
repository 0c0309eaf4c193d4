import { describe, expect, test } from 'vitest';
import type { Address } from '../../../src/base/bytes.ts';
import type { JsonValue } from '../../../src/base/json.ts';
import { applyOverrides, readOverrides } from '../../../src/execution/server/callOverrides.ts';
import { EMPTY_ACCOUNT } from '../../../src/execution/state/account.ts';
import { commitState } from '../../../src/execution/state/commitState.ts';
import {
  accountOf,
  codeOf,
  openState,
  setAccount,
  setCode,
  setStorage,
  storageOf,
  type WorldState,
} from '../../../src/execution/state/worldState.ts';

const ADDRESS: Address = `0x${'aa'.repeat(20)}`;
const word = (last: string): string => `0x${last.padStart(64, '0')}`;

describe('readOverrides', () => {
  test('default: none where there is no object', () => {
    expect(readOverrides(undefined, 2)).toEqual([]);
    expect(readOverrides(null, 2)).toEqual([]);
    expect(readOverrides({}, 2)).toEqual([]);
  });

  test('behavior: every field is read, and null is as good as none', () => {
    const fields = {
      nonce: '0x5',
      balance: '0x7',
      code: '0x6001',
      stateDiff: { [word('1')]: word('ff') },
    };
    expect(readOverrides({ [ADDRESS]: { ...fields, state: null, more: null } }, 2)).toEqual([
      {
        address: ADDRESS,
        nonce: 5n,
        balance: 7n,
        code: Uint8Array.of(0x60, 1),
        storage: { form: 'diff', slots: [[1n, 255n]] },
      },
    ]);
    expect(readOverrides({ [ADDRESS]: { state: {} } }, 2)).toEqual([
      {
        address: ADDRESS,
        nonce: undefined,
        balance: undefined,
        code: undefined,
        storage: { form: 'whole', slots: [] },
      },
    ]);
  });

  test('behavior: a nonce has 64 bits, a balance 256', () => {
    const read = (fields: JsonValue) => readOverrides({ [ADDRESS]: fields }, 2)[0];
    const most = { nonce: `0x${'f'.repeat(16)}`, balance: `0x${'f'.repeat(64)}` };
    expect(read(most)).toMatchObject({ nonce: 2n ** 64n - 1n, balance: 2n ** 256n - 1n });
    expect(() => read({ nonce: `0x1${'0'.repeat(16)}` })).toThrow('OverrideAccount.nonce');
    expect(() => read({ balance: `0x1${'0'.repeat(64)}` })).toThrow('OverrideAccount.balance');
  });

  test.each<[string, JsonValue, string]>([
    ['no object', [], 'expected an object of overrides by address'],
    ['an account that is none', { [ADDRESS]: '0x1' }, 'expected an object as override'],
    ['storage that is none', { [ADDRESS]: { state: [] } }, 'expected an object of slots'],
    ['a short slot', { [ADDRESS]: { state: { '0x01': word('1') } } }, 'want 64 for common.Hash'],
    ['a short word', { [ADDRESS]: { state: { [word('1')]: '0x01' } } }, 'want 64 for common.Hash'],
    ['a short address', { '0xaa': {} }, 'want 40 for common.Address'],
    [
      'the whole storage and a part',
      { [ADDRESS]: { state: {}, stateDiff: {} } },
      `account ${ADDRESS} has both 'state' and 'stateDiff'`,
    ],
    [
      'what is not known',
      { [ADDRESS]: { ['m'.repeat(70)]: 1 } },
      `account override \`${'m'.repeat(64)}\` is not supported`,
    ],
  ])('error: %s', (_, value, message) => {
    expect(() => readOverrides(value, 2)).toThrow(message);
    expect(() => readOverrides(value, 2)).toThrow('invalid argument 2: ');
  });
});

describe('applyOverrides', () => {
  /** An account with nonce 1, balance 2, code and two slots. */
  function made(): WorldState {
    const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
    setAccount(state, ADDRESS, { ...EMPTY_ACCOUNT, nonce: 1n, balance: 2n });
    setCode(state, ADDRESS, Uint8Array.of(0x5f));
    setStorage(state, ADDRESS, 1n, 11n);
    setStorage(state, ADDRESS, 2n, 22n);
    commitState(state);
    return state;
  }

  const change = (fields: JsonValue, address = ADDRESS): WorldState => {
    const state = made();
    applyOverrides(state, readOverrides({ [address]: fields }, 2));
    return state;
  };
  const slots = (state: WorldState) => [1n, 2n, 3n].map((slot) => storageOf(state, ADDRESS, slot));

  test('default: what is not named stays', () => {
    const state = change({});
    expect(accountOf(state, ADDRESS)).toMatchObject({ nonce: 1n, balance: 2n });
    expect(codeOf(state, ADDRESS)).toEqual(Uint8Array.of(0x5f));
    expect(slots(state)).toEqual([11n, 22n, 0n]);
  });

  test('behavior: nonce, balance and code, each for itself', () => {
    expect(accountOf(change({ nonce: '0x0' }), ADDRESS)).toMatchObject({ nonce: 0n, balance: 2n });
    expect(accountOf(change({ balance: '0x0' }), ADDRESS)).toMatchObject({
      nonce: 1n,
      balance: 0n,
    });
    const state = change({ code: '0x6001' });
    expect(codeOf(state, ADDRESS)).toEqual(Uint8Array.of(0x60, 1));
    expect(accountOf(state, ADDRESS)).toMatchObject({ nonce: 1n, balance: 2n });
    expect(slots(state)).toEqual([11n, 22n, 0n]);
  });

  test('behavior: an account that is not there yet', () => {
    const other: Address = `0x${'bb'.repeat(20)}`;
    const state = change({ balance: '0x9' }, other);
    expect(accountOf(state, other)).toEqual({ ...EMPTY_ACCOUNT, balance: 9n });
  });

  test('behavior: `stateDiff` changes slots, `state` is all of them', () => {
    const given = { [word('2')]: word('5'), [word('3')]: word('6') };
    expect(slots(change({ stateDiff: given }))).toEqual([11n, 5n, 6n]);
    expect(slots(change({ state: given }))).toEqual([0n, 5n, 6n]);
    expect(slots(change({ state: {} }))).toEqual([0n, 0n, 0n]);
  });
});
