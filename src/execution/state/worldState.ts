import {
  type Address,
  bigintToBytes,
  EMPTY_BYTES,
  type Hash,
  hexToBytes,
} from '../../base/bytes.ts';
import { assert } from '../../base/errors.ts';
import { keccak256, keccak256Hex } from '../../base/hash.ts';
import { decodeRlp, rlpToBigint } from '../../base/rlp.ts';
import { newWordMap, setValueAt, valueAt, valuesOf, type WordMap } from '../../base/wordMap.ts';
import {
  type Account,
  decodeAccount,
  EMPTY_ACCOUNT,
  EMPTY_CODE_HASH,
  isEmptyAccount,
} from './account.ts';
import { EMPTY_TRIE_ROOT, findLeaf, type NodeReader, type Trie } from './trie.ts';
import { toNibbles, type TrieLink, unreadNode } from './trieNode.ts';

/** Reads of what is not in memory. Both return undefined for what the store does not hold. */
export type StateSource = {
  readonly readNode: NodeReader;
  readonly readCode: (codeHash: Hash) => Uint8Array | undefined;
};

/**
 * The state while a block runs on it: accounts and storage over the trie of the parent block,
 * with an undo log. Everything is synchronous. `commitState` turns the changes into a trie; until
 * then `revertTo` undoes any of them.
 */
export type WorldState = {
  readonly trie: Trie;
  readonly source: StateSource;
  readonly accounts: Map<Address, CachedAccount>;
  readonly dirty: Set<CachedAccount>;
  /** Code by hash: read ones, and all that this state created. */
  readonly code: Map<Hash, Uint8Array>;
  /** Code that the blocks since the last `takeNewCode` created. */
  newCode: Map<Hash, Uint8Array>;
  readonly undo: Undo[];
  /** Accounts touched by the running transaction, perhaps more than once. */
  touched: CachedAccount[];
  /** Counts transactions; marks what belongs to the running one. */
  transaction: number;
  /** Slots and accounts in memory, for the limit. */
  cached: number;
};

/** An account in memory. */
export type CachedAccount = {
  readonly address: Address;
  /** Keccak-256 of the address, as bytes and as nibbles: the trie key. */
  readonly hash: Uint8Array;
  readonly key: Uint8Array;
  current: Account | undefined;
  /** As the trie has it. */
  committed: Account | undefined;
  /** Storage as the trie has it, and its root. */
  storage: TrieLink;
  storageRoot: Hash;
  slots: WordMap<Slot>;
  /** Slots that were written since the last commit, perhaps more than once. */
  dirtySlots: Slot[];
  /** The storage in the trie no longer counts. */
  wiped: boolean;
  /** The last transaction that touched it (EIP-161). */
  touchedBy: number;
};

/** A storage slot in memory. */
export type Slot = {
  readonly key: bigint;
  current: bigint;
  /** Value before transaction `writtenBy`. */
  original: bigint;
  writtenBy: number;
  committed: bigint;
};

type Undo =
  | { readonly slot: Slot; readonly value: bigint }
  | {
      readonly account: CachedAccount;
      readonly value: Account | undefined;
      readonly touchedBy: number;
    }
  | {
      readonly wiped: CachedAccount;
      readonly slots: WordMap<Slot>;
      readonly dirtySlots: Slot[];
      readonly was: boolean;
    };

/** Accounts and slots kept in memory between blocks; about 300 bytes each. */
export const MAX_CACHED_ENTRIES = 200_000;

const RIPEMD160: Address = '0x0000000000000000000000000000000000000003';

/** Codes kept in memory between blocks; 24 kB each at most. */
export const MAX_CACHED_CODES = 2048;

/** State of the trie at `root`, with nothing in memory yet. */
export function openState(root: TrieLink, source: StateSource): WorldState {
  return {
    trie: { root, owner: EMPTY_BYTES, read: source.readNode },
    source,
    accounts: new Map(),
    dirty: new Set(),
    code: new Map(),
    newCode: new Map(),
    undo: [],
    touched: [],
    transaction: 1,
    cached: 0,
  };
}

/** The account at `address` now, or undefined. */
export function accountOf(state: WorldState, address: Address): Account | undefined {
  return cachedAccount(state, address).current;
}

/** Balance of `address` in wei. */
export function balanceOf(state: WorldState, address: Address): bigint {
  return cachedAccount(state, address).current?.balance ?? 0n;
}

/** Sets or deletes the account and marks it as touched. */
export function setAccount(state: WorldState, address: Address, value: Account | undefined): void {
  const account = cachedAccount(state, address);
  state.undo.push({ account, value: account.current, touchedBy: account.touchedBy });
  account.current = value;
  state.dirty.add(account);
  if (account.touchedBy !== state.transaction) {
    account.touchedBy = state.transaction;
    state.touched.push(account);
  }
}

/** Adds to a balance. Creates the account where needed; 0 changes and touches nothing. */
export function addBalance(state: WorldState, address: Address, amount: bigint): void {
  if (amount === 0n) return;
  const account = accountOf(state, address) ?? EMPTY_ACCOUNT;
  setAccount(state, address, { ...account, balance: account.balance + amount });
}

/** What is empty and touched disappears at the end of the transaction (EIP-161). */
export function touch(state: WorldState, address: Address): void {
  const account = accountOf(state, address);
  if (account !== undefined && isEmptyAccount(account)) setAccount(state, address, account);
}

/** Adds 1 to a nonce. */
export function bumpNonce(state: WorldState, address: Address): void {
  const account = accountOf(state, address) ?? EMPTY_ACCOUNT;
  setAccount(state, address, { ...account, nonce: account.nonce + 1n });
}

/** Code with `codeHash`; a view that must not be changed. */
export function codeByHash(state: WorldState, codeHash: Hash): Uint8Array {
  if (codeHash === EMPTY_CODE_HASH) return EMPTY_BYTES;
  const known = state.code.get(codeHash) ?? state.newCode.get(codeHash);
  if (known !== undefined) return known;
  const code = state.source.readCode(codeHash);
  assert(code !== undefined, `expected code \`${codeHash}\` in the store, found none`);
  state.code.set(codeHash, code);
  return code;
}

/** Code at `address`, empty where there is none. */
export function codeOf(state: WorldState, address: Address): Uint8Array {
  const account = accountOf(state, address);
  return account === undefined ? EMPTY_BYTES : codeByHash(state, account.codeHash);
}

/** Sets the code of an account. */
export function setCode(state: WorldState, address: Address, code: Uint8Array): void {
  const codeHash = code.length === 0 ? EMPTY_CODE_HASH : keccak256Hex(code);
  if (code.length > 0) {
    state.code.set(codeHash, code);
    state.newCode.set(codeHash, code);
  }
  setAccount(state, address, { ...(accountOf(state, address) ?? EMPTY_ACCOUNT), codeHash });
}

/** Value of a storage slot; 0 where nothing was written. */
export function storageOf(state: WorldState, address: Address, key: bigint): bigint {
  return slotOf(state, cachedAccount(state, address), key).current;
}

/** Value of a storage slot before the running transaction. */
export function originalStorageOf(state: WorldState, address: Address, key: bigint): bigint {
  const slot = slotOf(state, cachedAccount(state, address), key);
  return slot.writtenBy === state.transaction ? slot.original : slot.current;
}

/** Writes a storage slot. */
export function setStorage(state: WorldState, address: Address, key: bigint, value: bigint): void {
  const account = cachedAccount(state, address);
  const slot = slotOf(state, account, key);
  if (slot.current === value) return;
  if (slot.writtenBy !== state.transaction) {
    slot.writtenBy = state.transaction;
    slot.original = slot.current;
  }
  state.undo.push({ slot, value: slot.current });
  slot.current = value;
  account.dirtySlots.push(slot);
  state.dirty.add(account);
}

/** Empties the storage of an account. */
export function wipeStorage(state: WorldState, address: Address): void {
  const wiped = cachedAccount(state, address);
  if (wiped.storageRoot === EMPTY_TRIE_ROOT && wiped.dirtySlots.length === 0) return;
  const { slots, dirtySlots, wiped: was } = wiped;
  state.undo.push({ wiped, slots, dirtySlots, was });
  wiped.slots = newWordMap();
  wiped.dirtySlots = [];
  wiped.wiped = true;
  state.dirty.add(wiped);
}

/** Root of the storage as of the last commit. */
export function storageRootOf(state: WorldState, address: Address): Hash {
  return cachedAccount(state, address).storageRoot;
}

/** Whether any slot holds a value (EIP-7610); exact between transactions of a block too. */
export function hasStorage(state: WorldState, address: Address): boolean {
  const account = cachedAccount(state, address);
  if (account.storageRoot !== EMPTY_TRIE_ROOT && !account.wiped) return true;
  for (const slot of valuesOf(account.slots)) if (slot.current !== 0n) return true;
  return false;
}

/** A point to which `revertTo` goes back. */
export function checkpoint(state: WorldState): number {
  return state.undo.length;
}

/**
 * Undoes every change since `point`.
 *
 * Choice: RIPEMD160 stays touched, so that an empty account there disappears even when the call
 * failed. Mainnet once did so, and op-geth and op-reth still do on every chain.
 */
export function revertTo(state: WorldState, point: number): void {
  const { undo } = state;
  while (undo.length > point) {
    const entry = undo.pop() as Undo;
    if ('slot' in entry) {
      entry.slot.current = entry.value;
    } else if ('account' in entry) {
      entry.account.current = entry.value;
      if (entry.account.address !== RIPEMD160) entry.account.touchedBy = entry.touchedBy;
    } else {
      entry.wiped.slots = entry.slots;
      entry.wiped.dirtySlots = entry.dirtySlots;
      entry.wiped.wiped = entry.was;
    }
  }
}

/** Undoes every change since the last commit, and what the running transaction touched. */
export function discardChanges(state: WorldState): void {
  revertTo(state, 0);
  state.touched = [];
  state.transaction++;
}

/** Ends a transaction: touched accounts that are empty disappear (EIP-161). */
export function endTransaction(state: WorldState): void {
  for (const account of state.touched) {
    const { current } = account;
    if (account.touchedBy !== state.transaction || current === undefined) continue;
    if (isEmptyAccount(current)) deleteAccount(state, account.address);
  }
  state.touched = [];
  state.transaction++;
}

/** Removes an account and its storage. */
export function deleteAccount(state: WorldState, address: Address): void {
  setAccount(state, address, undefined);
  wipeStorage(state, address);
}

/** Accounts in memory are read through this. */
export function cachedAccount(state: WorldState, address: Address): CachedAccount {
  return state.accounts.get(address) ?? readAccount(state, address);
}

/**
 * Runs `work` with `address` absent, whatever the state holds there, and forgets what it did to
 * that account: for a caller that exists in name only.
 */
export async function withAbsentAccount<T>(
  state: WorldState,
  address: Address,
  work: () => Promise<T>,
): Promise<T> {
  const real = state.accounts.get(address);
  const absent = newCachedAccount(placeOf(address), undefined, undefined, EMPTY_TRIE_ROOT);
  state.accounts.set(address, absent);
  try {
    return await work();
  } finally {
    state.dirty.delete(absent);
    if (real === undefined) state.accounts.delete(address);
    else state.accounts.set(address, real);
  }
}

function readAccount(state: WorldState, address: Address): CachedAccount {
  const place = placeOf(address);
  const leaf = findLeaf(state.trie, place.key);
  const found = leaf === undefined ? undefined : decodeAccount(leaf.value);
  const storageRoot = found?.storageRoot ?? EMPTY_TRIE_ROOT;
  if (leaf !== undefined && leaf.storage === undefined && storageRoot !== EMPTY_TRIE_ROOT) {
    leaf.storage = unreadNode(hexToBytes(storageRoot));
  }
  const { storage } = leaf ?? { storage: undefined };
  const account = newCachedAccount(place, found?.account, storage, storageRoot);
  state.accounts.set(address, account);
  state.cached++;
  return account;
}

/** Where an account stands in the trie. */
type AccountPlace = Pick<CachedAccount, 'address' | 'hash' | 'key'>;

function placeOf(address: Address): AccountPlace {
  const hash = keccak256(hexToBytes(address));
  return { address, hash, key: toNibbles(hash) };
}

function newCachedAccount(
  { address, hash, key }: AccountPlace,
  value: Account | undefined,
  storage: TrieLink,
  storageRoot: Hash,
): CachedAccount {
  return {
    address,
    hash,
    key,
    current: value,
    committed: value,
    storage,
    storageRoot,
    slots: newWordMap(),
    dirtySlots: [],
    wiped: false,
    touchedBy: 0,
  };
}

function slotOf(state: WorldState, account: CachedAccount, key: bigint): Slot {
  const known = valueAt(account.slots, key);
  if (known !== undefined) return known;
  const value = account.wiped ? 0n : committedSlot(state, account, key);
  const slot = { key, current: value, original: value, writtenBy: 0, committed: value };
  setValueAt(account.slots, key, slot);
  state.cached++;
  return slot;
}

function committedSlot(state: WorldState, account: CachedAccount, key: bigint): bigint {
  if (account.storage === undefined) return 0n;
  const trie = storageTrie(state, account);
  const leaf = findLeaf(trie, slotKey(key));
  account.storage = trie.root;
  if (leaf === undefined) return 0n;
  const value = decodeRlp(leaf.value);
  assert(value instanceof Uint8Array, 'expected a storage value of bytes');
  return rlpToBigint(value, 32);
}

/** The storage of `account` as a trie; changes of its root must be put back. */
export function storageTrie(state: WorldState, account: CachedAccount): Trie {
  return { root: account.storage, owner: account.hash, read: state.source.readNode };
}

/** Trie key of a storage slot, in nibbles. */
export function slotKey(key: bigint): Uint8Array {
  return toNibbles(keccak256(bigintToBytes(key, 32)));
}
