import type { Address } from '../../base/bytes.ts';
import { isObject, type JsonValue } from '../../base/json.ts';
import { EMPTY_ACCOUNT } from '../state/account.ts';
import {
  accountOf,
  setAccount,
  setCode,
  setStorage,
  wipeStorage,
  type WorldState,
} from '../state/worldState.ts';
import { invalidParam, toBytes, toFixedHex, toQuantity } from './params.ts';

/** What a call is to find changed at an address. */
export type Override = {
  readonly address: Address;
  readonly nonce: bigint | undefined;
  readonly balance: bigint | undefined;
  readonly code: Uint8Array | undefined;
  /** `whole`: slots that are not named are 0. */
  readonly storage: { readonly form: 'whole' | 'diff'; readonly slots: Slots } | undefined;
};

type Slots = readonly (readonly [bigint, bigint])[];

/** The set of overrides that `eth_call` takes, by address. @throws RpcError */
export function readOverrides(value: JsonValue | undefined, index: number): readonly Override[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw invalidParam(index, 'expected an object of overrides by address');
  return Object.entries(value).map(([address, fields]) => {
    if (!isObject(fields)) throw invalidParam(index, 'expected an object as override');
    const {
      nonce = null,
      balance = null,
      code = null,
      state = null,
      stateDiff = null,
      ...others
    } = fields;
    const unknown = Object.keys(others).find((name) => others[name] !== null);
    if (unknown !== undefined) {
      const reason = `account override \`${unknown.slice(0, 64)}\` is not supported`;
      throw invalidParam(index, reason);
    }
    const at = (name: string) => ({ index, field: `OverrideAccount.${name}` });
    if (state !== null && stateDiff !== null) {
      throw invalidParam(index, `account ${address} has both 'state' and 'stateDiff'`);
    }
    return {
      address: toFixedHex(address, 20, index),
      nonce: nonce === null ? undefined : toQuantity(nonce, at('nonce'), 64),
      balance: balance === null ? undefined : toQuantity(balance, at('balance'), 256),
      code: code === null ? undefined : toBytes(code, at('code')),
      storage:
        state !== null
          ? { form: 'whole', slots: readSlots(state, index) }
          : stateDiff !== null
            ? { form: 'diff', slots: readSlots(stateDiff, index) }
            : undefined,
    };
  });
}

/** Changes `state` as the overrides say. */
export function applyOverrides(state: WorldState, overrides: readonly Override[]): void {
  for (const { address, nonce, balance, code, storage } of overrides) {
    const account = accountOf(state, address) ?? EMPTY_ACCOUNT;
    setAccount(state, address, {
      ...account,
      nonce: nonce ?? account.nonce,
      balance: balance ?? account.balance,
    });
    if (code !== undefined) setCode(state, address, code);
    if (storage?.form === 'whole') wipeStorage(state, address);
    for (const [slot, value] of storage?.slots ?? []) setStorage(state, address, slot, value);
  }
}

function readSlots(value: JsonValue, index: number): Slots {
  if (!isObject(value)) throw invalidParam(index, 'expected an object of slots');
  return Object.entries(value).map(([slot, word]) => [
    BigInt(toFixedHex(slot, 32, index)),
    BigInt(toFixedHex(word, 32, index)),
  ]);
}
