import { EMPTY_BYTES, type Hash, bigintToMinimalBytes, bytesToHex } from '../base/bytes.ts';
import { keccak256 } from '../base/hash.ts';
import { borrowRlp, encodeRlp, type RlpItem } from '../base/rlp.ts';

/** Root of a trie without entries: Keccak-256 of the RLP of the empty byte string. */
export const EMPTY_TRIE_ROOT: Hash =
  '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

/**
 * Root of the Merkle Patricia trie that maps `rlp(index)` to each value: the transactions root of
 * encoded transactions, the receipts root of encoded receipts, the withdrawals root.
 *
 * The trie is built from its sorted keys at once and never stored.
 *
 * @param values No value may be empty: a trie cannot hold empty ones.
 * @spec protocol/execution.md 3.9
 */
export function orderedTrieRoot(values: readonly Uint8Array[]): Hash {
  if (values.length === 0) return EMPTY_TRIE_ROOT;
  const entries: Entry[] = [];
  // In the order of their keys: 0 is encoded as 0x80, behind 1 to 127, which stand for themselves.
  for (let i = 1; i < Math.min(values.length, 128); i++) entries.push(entryOf(values, i));
  entries.push(entryOf(values, 0));
  for (let i = 128; i < values.length; i++) entries.push(entryOf(values, i));
  return bytesToHex(keccak256(borrowRlp(buildNode(entries, 0, entries.length, 0))));
}

type Entry = { readonly key: readonly number[]; readonly value: Uint8Array };

/**
 * Node over `entries[from..to)`, which share the first `depth` nibbles. No key is a prefix of
 * another, because RLP items are not, so a branch never holds a value.
 */
function buildNode(entries: readonly Entry[], from: number, to: number, depth: number): RlpItem {
  const first = entries[from] as Entry;
  if (to - from === 1) {
    return [hexPrefix(first.key, depth, first.key.length, true), first.value];
  }
  const last = entries[to - 1] as Entry;
  let shared = depth;
  while (first.key[shared] === last.key[shared]) shared++;
  if (shared > depth) {
    const child = reference(buildNode(entries, from, to, shared));
    return [hexPrefix(first.key, depth, shared, false), child];
  }
  const branch: RlpItem[] = [];
  for (let nibble = 0, at = from; nibble < 16; nibble++) {
    let end = at;
    while (end < to && (entries[end] as Entry).key[depth] === nibble) end++;
    branch.push(end === at ? EMPTY_BYTES : reference(buildNode(entries, at, end, depth + 1)));
    at = end;
  }
  branch.push(EMPTY_BYTES);
  return branch;
}

/** A child of fewer than 32 bytes stands in its parent itself, any other by its hash. */
function reference(node: RlpItem): RlpItem {
  const encoded = borrowRlp(node);
  return encoded.length < 32 ? node : keccak256(encoded);
}

/** Path of a node: the first nibble tells leaf (2) or extension (0), and odd length (1). */
function hexPrefix(key: readonly number[], from: number, to: number, isLeaf: boolean): Uint8Array {
  const odd = (to - from) & 1;
  const path = new Uint8Array(((to - from) >> 1) + 1);
  const flag = ((isLeaf ? 2 : 0) + odd) << 4;
  path[0] = odd === 1 ? flag | (key[from] as number) : flag;
  for (let i = 1, at = from + odd; at < to; i++, at += 2) {
    path[i] = ((key[at] as number) << 4) | (key[at + 1] as number);
  }
  return path;
}

function entryOf(values: readonly Uint8Array[], index: number): Entry {
  const key: number[] = [];
  for (const byte of encodeRlp(bigintToMinimalBytes(BigInt(index)))) key.push(byte >> 4, byte & 15);
  return { key, value: values[index] as Uint8Array };
}
