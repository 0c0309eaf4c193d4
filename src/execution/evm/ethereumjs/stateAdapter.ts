import type { AccountFields, StateManagerInterface } from '@ethereumjs/common';
import { Account, type Address } from '@ethereumjs/util';
import {
  bigintToMinimalBytes,
  bytesToBigint,
  bytesToHex,
  type Hex,
  hexToBytes,
} from '../../../base/bytes.ts';
import { InvariantError } from '../../../base/errors.ts';
import { EMPTY_ACCOUNT, EMPTY_CODE_HASH } from '../../state/account.ts';
import { EMPTY_TRIE_ROOT } from '../../state/trie.ts';
import {
  accountOf,
  checkpoint,
  codeOf,
  deleteAccount,
  hasStorage,
  originalStorageOf,
  revertTo,
  setAccount,
  setCode,
  setStorage,
  storageOf,
  wipeStorage,
  type WorldState,
} from '../../state/worldState.ts';

/** Our state in the form that @ethereumjs/evm asks for. `use` says which state calls go to. */
export type StateAdapter = StateManagerInterface & {
  readonly use: (state: WorldState) => void;
};

/** A new adapter without a state. */
export function createStateAdapter(): StateAdapter {
  let current: WorldState | undefined;
  let checkpoints: number[] = [];
  const state = (): WorldState => {
    if (current === undefined) throw new InvariantError('the EVM ran without a state');
    return current;
  };
  return {
    use: (next) => {
      current = next;
      checkpoints = [];
    },
    getAccount: async (address) => toAccount(state(), address),
    putAccount: async (address, account) => putAccount(state(), address, account),
    deleteAccount: async (address) => deleteAccount(state(), hexOf(address)),
    modifyAccountFields: async (address, fields) => modifyFields(state(), address, fields),
    putCode: async (address, code) => setCode(state(), hexOf(address), code),
    getCode: async (address) => codeOf(state(), hexOf(address)),
    getCodeSize: async (address) => codeOf(state(), hexOf(address)).length,
    getStorage: async (address, key) => {
      return bigintToMinimalBytes(storageOf(state(), hexOf(address), bytesToBigint(key)));
    },
    putStorage: async (address, key, value) => {
      setStorage(state(), hexOf(address), bytesToBigint(key), bytesToBigint(value));
    },
    clearStorage: async (address) => wipeStorage(state(), hexOf(address)),
    checkpoint: async () => {
      checkpoints.push(checkpoint(state()));
    },
    commit: async () => {
      checkpoints.pop();
    },
    revert: async () => revertTo(state(), checkpoints.pop() as number),
    originalStorageCache: {
      get: async (address, key) => {
        return bigintToMinimalBytes(originalStorageOf(state(), hexOf(address), bytesToBigint(key)));
      },
      clear: () => undefined,
    },
    getStateRoot: notOffered,
    setStateRoot: notOffered,
    hasStateRoot: notOffered,
    clearCaches: () => undefined,
    shallowCopy: () => {
      throw new InvariantError('the state adapter cannot be copied');
    },
  };
}

function hexOf(address: Address): Hex {
  return bytesToHex(address.bytes);
}

function toAccount(state: WorldState, address: Address): Account | undefined {
  const hex = hexOf(address);
  const account = accountOf(state, hex);
  if (account === undefined) return undefined;
  // Only whether there is storage matters (EIP-7610), never its root.
  const root = hasStorage(state, hex) ? SOME_ROOT : EMPTY_ROOT;
  const codeHash = account.codeHash === EMPTY_CODE_HASH ? NO_CODE : hexToBytes(account.codeHash);
  return new Account(account.nonce, account.balance, root, codeHash);
}

function putAccount(state: WorldState, address: Address, account: Account | undefined): void {
  const hex = hexOf(address);
  if (account === undefined) deleteAccount(state, hex);
  else {
    const { nonce, balance, codeHash } = account;
    setAccount(state, hex, { nonce, balance, codeHash: bytesToHex(codeHash) });
  }
}

function modifyFields(state: WorldState, address: Address, fields: AccountFields): void {
  const hex = hexOf(address);
  const old = accountOf(state, hex) ?? EMPTY_ACCOUNT;
  setAccount(state, hex, {
    nonce: fields.nonce ?? old.nonce,
    balance: fields.balance ?? old.balance,
    codeHash: fields.codeHash === undefined ? old.codeHash : bytesToHex(fields.codeHash),
  });
}

async function notOffered(): Promise<never> {
  throw new InvariantError('state roots are not the EVM’s business');
}

const EMPTY_ROOT = hexToBytes(EMPTY_TRIE_ROOT);
const SOME_ROOT = new Uint8Array(32);
const NO_CODE = hexToBytes(EMPTY_CODE_HASH);
