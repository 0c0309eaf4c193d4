import { EMPTY_BYTES, type Hash, bigintToMinimalBytes, bytesToHex } from '../base/bytes.ts';
import { keccak256 } from '../base/hash.ts';
import { type RlpItem, encodeRlp } from '../base/rlp.ts';

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
  const entries = values.map((value, index) => ({ key: nibbles(encodeIndex(index)), value }));
  entries.sort((left, right) => compareNibbles(left.key, right.key));
  return bytesToHex(keccak256(encodeRlp(buildNode(entries, 0, entries.length, 0))));
}

type Entry = { readonly key: readonly number[]; readonly value: Uint8Array };

/**
 * Node over `entries[from..to)`, which share the first `depth` nibbles. No key is a prefix of
 * another, because RLP items are not, so a branch never holds a value.
 */
function buildNode(entries: readonly Entry[], from: number, to: number, depth: number): RlpItem {
  const first = entries[from] as Entry;
  if (to - from === 1) return [hexPrefix(first.key.slice(depth), true), first.value];
  const last = entries[to - 1] as Entry;
  let shared = depth;
  while (first.key[shared] === last.key[shared]) shared++;
  if (shared > depth) {
    const child = reference(buildNode(entries, from, to, shared));
    return [hexPrefix(first.key.slice(depth, shared), false), child];
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
  const encoded = encodeRlp(node);
  return encoded.length < 32 ? node : keccak256(encoded);
}

/** Path of a node: the first nibble tells leaf (2) or extension (0), and odd length (1). */
function hexPrefix(path: readonly number[], isLeaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const flag = (isLeaf ? 2 : 0) + odd;
  const padded = odd === 1 ? [flag, ...path] : [flag, 0, ...path];
  return Uint8Array.from({ length: padded.length / 2 }, (_, i) => {
    return ((padded[2 * i] as number) << 4) | (padded[2 * i + 1] as number);
  });
}

function encodeIndex(index: number): Uint8Array {
  return encodeRlp(bigintToMinimalBytes(BigInt(index)));
}

function nibbles(bytes: Uint8Array): number[] {
  const path: number[] = [];
  for (const byte of bytes) path.push(byte >> 4, byte & 15);
  return path;
}

function compareNibbles(left: readonly number[], right: readonly number[]): number {
  let i = 0;
  while (i < left.length && left[i] === right[i]) i++;
  return (left[i] ?? -1) - (right[i] ?? -1);
}
