import type { Hash } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';
import {
  blockChange,
  canonicalChange,
  type ChainStore,
  codeChange,
  txChange,
} from './store/chainStore.ts';
import type { KeyValueChange } from './store/keyValueStore.ts';
import type { BlockRecord } from './store/records.ts';

/** Known blocks: recent ones in memory, built ones that are not stored yet, and the store. */
export type BlockTree = {
  readonly block: (hash: Hash) => BlockRecord | undefined;
  readonly canonicalHash: (number: bigint) => Hash | undefined;
  /** Hash of the block `number` among the ancestors of `block`, itself included. */
  readonly ancestorHash: (block: BlockRecord, number: bigint) => Hash | undefined;
  /** Remembers a block with the code it created; it is not stored until `changesFor` asks. */
  readonly add: (block: BlockRecord, code: ReadonlyMap<Hash, Uint8Array>) => void;
  /** Code of blocks that are not stored yet. */
  readonly pendingCode: (codeHash: Hash) => Uint8Array | undefined;
  /** Changes that store `hash` and its ancestors that are not stored yet. */
  readonly unstored: (hash: Hash) => readonly KeyValueChange[];
  /** Changes that make `head` the canonical head in place of `oldHead`. */
  readonly canonicalChanges: (head: BlockRecord, oldHead: BlockRecord) => readonly KeyValueChange[];
  /** Says that what `unstored` gave for `hash` has been written. */
  readonly stored: (hash: Hash) => void;
};

/** Built blocks that nobody made canonical are forgotten beyond this many. */
const MAX_PENDING_BLOCKS = 1024;

/** Decoded blocks kept in memory. */
const MAX_RECENT_BLOCKS = 512;

/** A tree over what `store` holds. */
export function createBlockTree(store: ChainStore): BlockTree {
  const recent = new Map<Hash, BlockRecord>();
  const pending = new Map<Hash, Pending>();
  const block = (hash: Hash): BlockRecord | undefined => {
    const known = pending.get(hash)?.block ?? recent.get(hash) ?? store.block(hash);
    if (known !== undefined) keepRecent(recent, known);
    return known;
  };
  return {
    block,
    canonicalHash: store.canonicalHash,
    ancestorHash: (from, number) => ancestorHash(block, store, from, number),
    add: (added, code) => {
      keepRecent(recent, added);
      pending.set(added.hash, { block: added, code });
      if (pending.size > MAX_PENDING_BLOCKS) pending.delete(pending.keys().next().value as Hash);
    },
    pendingCode: (codeHash) => {
      for (const { code } of pending.values()) {
        const found = code.get(codeHash);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    unstored: (hash) => unstored(pending, hash),
    canonicalChanges: (head, oldHead) => canonicalChanges(block, store, head, oldHead),
    stored: (hash) => {
      for (let at: Hash | undefined = hash; at !== undefined; ) {
        const entry: Pending | undefined = pending.get(at);
        pending.delete(at);
        at = entry?.block.header.parentHash;
      }
    },
  };
}

type Pending = { readonly block: BlockRecord; readonly code: ReadonlyMap<Hash, Uint8Array> };

type ReadBlock = (hash: Hash) => BlockRecord | undefined;

function keepRecent(recent: Map<Hash, BlockRecord>, block: BlockRecord): void {
  recent.delete(block.hash);
  recent.set(block.hash, block);
  if (recent.size > MAX_RECENT_BLOCKS) recent.delete(recent.keys().next().value as Hash);
}

function ancestorHash(
  read: ReadBlock,
  store: ChainStore,
  from: BlockRecord,
  number: bigint,
): Hash | undefined {
  let at: BlockRecord | undefined = from;
  while (at !== undefined && at.header.number > number) {
    if (store.canonicalHash(at.header.number) === at.hash) return store.canonicalHash(number);
    at = read(at.header.parentHash);
  }
  return at?.header.number === number ? at.hash : undefined;
}

function unstored(pending: ReadonlyMap<Hash, Pending>, hash: Hash): readonly KeyValueChange[] {
  const changes: KeyValueChange[] = [];
  for (let entry = pending.get(hash); entry !== undefined; ) {
    changes.push(blockChange(entry.block));
    for (const [codeHash, code] of entry.code) changes.push(codeChange(codeHash, code));
    entry = pending.get(entry.block.header.parentHash);
  }
  return changes;
}

function canonicalChanges(
  read: ReadBlock,
  store: ChainStore,
  head: BlockRecord,
  oldHead: BlockRecord,
): readonly KeyValueChange[] {
  const changes: KeyValueChange[] = [];
  for (let number = oldHead.header.number; number > head.header.number; number--) {
    changes.push(canonicalChange(number, undefined));
  }
  let at = head;
  while (store.canonicalHash(at.header.number) !== at.hash) {
    const { number } = at.header;
    changes.push(canonicalChange(number, at.hash));
    for (const raw of at.transactions) changes.push(txChange(raw, number));
    const parent = read(at.header.parentHash);
    assert(parent !== undefined, `expected the parent of block \`${at.hash}\`, found none`);
    at = parent;
  }
  return changes;
}
