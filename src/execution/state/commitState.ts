import { bigintToMinimalBytes, type Hash } from '../../base/bytes.ts';
import { encodeRlp } from '../../base/rlp.ts';
import { newWordMap, valuesOf } from '../../base/wordMap.ts';
import { encodeAccount } from './account.ts';
import { EMPTY_TRIE_ROOT, putLeaf, removeLeaf, trieRoot } from './trie.ts';
import {
  type CachedAccount,
  MAX_CACHED_CODES,
  MAX_CACHED_ENTRIES,
  type Slot,
  slotKey,
  storageTrie,
  type WorldState,
} from './worldState.ts';

/**
 * Writes all changes since the last commit into the tries and forgets how to undo them.
 *
 * Entries are put before others are removed: a removal may need the one sibling that is left,
 * which a witness holds only when the whole block leaves it alone.
 *
 * @returns the state root. `state.trie.root` is the trie itself, sealed.
 * @throws MissingNodeError when the store or the witness lacks a node; the state is then useless.
 */
export function commitState(state: WorldState): Hash {
  const removed: CachedAccount[] = [];
  for (const account of state.dirty) {
    const storageChanged = commitStorage(state, account);
    if (account.current === undefined) {
      if (account.committed !== undefined) removed.push(account);
    } else if (storageChanged || account.current !== account.committed) {
      const value = encodeAccount(account.current, account.storageRoot);
      putLeaf(state.trie, account.key, value, account.storage);
    }
  }
  for (const account of removed) removeLeaf(state.trie, account.key);
  const root = trieRoot(state.trie.root);
  for (const account of state.dirty) account.committed = account.current;
  state.dirty.clear();
  state.undo.length = 0;
  state.touched = [];
  // What is committed is no longer part of the running transaction: a genesis never ended one.
  state.transaction++;
  if (state.cached > MAX_CACHED_ENTRIES) {
    state.accounts.clear();
    state.cached = 0;
  }
  if (state.code.size > MAX_CACHED_CODES) state.code.clear();
  return root;
}

function commitStorage(state: WorldState, account: CachedAccount): boolean {
  const { wiped } = account;
  if (wiped || account.current === undefined) {
    account.storage = undefined;
    account.storageRoot = EMPTY_TRIE_ROOT;
    account.wiped = false;
    for (const slot of valuesOf(account.slots)) slot.committed = 0n;
  }
  if (account.current === undefined) {
    account.slots = newWordMap();
    account.dirtySlots = [];
    return true;
  }
  const changed: Slot[] = [];
  for (const slot of account.dirtySlots) {
    if (slot.current === slot.committed) continue;
    slot.committed = slot.current;
    changed.push(slot);
  }
  account.dirtySlots = [];
  if (changed.length === 0) return wiped;
  const trie = storageTrie(state, account);
  for (const { key, current } of changed) {
    if (current !== 0n) putLeaf(trie, slotKey(key), encodeRlp(bigintToMinimalBytes(current)));
  }
  for (const { key, current } of changed) {
    if (current === 0n) removeLeaf(trie, slotKey(key));
  }
  account.storage = trie.root;
  account.storageRoot = trieRoot(trie.root);
  return true;
}
