import { bytesToHex, concatBytes, EMPTY_BYTES, type Hash } from '../../base/bytes.ts';
import { InvariantError } from '../../base/errors.ts';
import { keccak256, keccak256Hex } from '../../base/hash.ts';
import { MissingNodeError } from '../errors.ts';
import {
  type BranchNode,
  decodeNode,
  encodeNode,
  fromNibbles,
  type LeafNode,
  nodeRef,
  type TrieLink,
  type TrieNode,
} from './trieNode.ts';

/**
 * Where nodes that are not in memory come from. `owner` is the hashed address whose storage the
 * trie holds, empty for the trie of accounts.
 */
export type NodeReader = (hash: Uint8Array, owner: Uint8Array) => Uint8Array | undefined;

/**
 * A trie over 32-byte hashed keys, given as 64 nibbles. Only `root` changes: older roots remain
 * good, because sealed nodes are shared and never altered.
 */
export type Trie = {
  root: TrieLink;
  readonly owner: Uint8Array;
  readonly read: NodeReader;
};

/** Root hash of the trie without entries. */
export const EMPTY_TRIE_ROOT: Hash = keccak256Hex(Uint8Array.of(0x80));

/** Root hash; seals the trie. */
export function trieRoot(root: TrieLink): Hash {
  if (root === undefined) return EMPTY_TRIE_ROOT;
  const ref = nodeRef(root);
  return bytesToHex(ref.length === 33 ? ref.subarray(1) : keccak256(ref));
}

/**
 * The leaf under `key`, or undefined.
 *
 * @throws MissingNodeError when a node on the way is neither in memory nor in the store.
 */
export function findLeaf(trie: Trie, key: Uint8Array): LeafNode | undefined {
  trie.root = load(trie, trie.root, 0);
  let node: TrieNode | undefined = trie.root;
  let depth = 0;
  while (node !== undefined) {
    switch (node.type) {
      case 'leaf':
        return matches(node.path, key, depth) ? node : undefined;
      case 'extension': {
        if (!matches(node.path, key, depth)) return undefined;
        depth += node.path.length;
        node.child = load(trie, node.child, depth);
        node = node.child;
        break;
      }
      case 'branch': {
        const nibble = key[depth++] as number;
        const child = load(trie, node.children[nibble], depth);
        node.children[nibble] = child;
        node = child;
        break;
      }
    }
  }
  return undefined;
}

/**
 * Sets the value under `key`; in a trie of accounts `storage` is the account's storage.
 *
 * @param value not empty.
 * @throws MissingNodeError as `findLeaf`; the trie is then as before.
 */
export function putLeaf(trie: Trie, key: Uint8Array, value: Uint8Array, storage?: TrieLink): void {
  trie.root = insert(trie, load(trie, trie.root, 0), key, 0, { value, storage });
}

/**
 * Removes the entry under `key`, if there.
 *
 * @throws MissingNodeError as `findLeaf`, and when the only sibling left cannot be read.
 */
export function removeLeaf(trie: Trie, key: Uint8Array): void {
  if (findLeaf(trie, key) === undefined) return;
  trie.root = remove(trie, trie.root as TrieNode, key, 0);
}

/** One node on its way to the store; `encoded` hashes to `hash`. */
export type NewNode = {
  readonly owner: Uint8Array;
  readonly path: Uint8Array;
  readonly hash: Uint8Array;
  readonly encoded: Uint8Array;
};

/**
 * Hands every node below `root` that is not stored yet to `store`, storage tries included, and
 * marks it as stored.
 */
export function storeNewNodes(root: TrieLink, store: (node: NewNode) => void): void {
  nodeRef(root);
  storeBelow(root, EMPTY_BYTES, EMPTY_BYTES, store);
}

function storeBelow(
  link: TrieLink,
  owner: Uint8Array,
  path: Uint8Array,
  store: (node: NewNode) => void,
): void {
  if (link === undefined || link.type === 'unread' || link.stored) return;
  link.stored = true;
  if (link.type === 'branch') {
    for (let i = 0; i < 16; i++) {
      const child = link.children[i];
      if (child !== undefined)
        storeBelow(child, owner, concatBytes(path, NIBBLE[i] as Uint8Array), store);
    }
  } else if (link.type === 'extension') {
    storeBelow(link.child, owner, concatBytes(path, link.path), store);
  } else if (link.storage !== undefined) {
    storeBelow(link.storage, fromNibbles(concatBytes(path, link.path)), EMPTY_BYTES, store);
  }
  const ref = nodeRef(link);
  if (ref.length === 33) store({ owner, path, hash: ref.subarray(1), encoded: encodeNode(link) });
}

function load(trie: Trie, link: TrieLink, depth: number): TrieNode | undefined {
  if (link === undefined || link.type !== 'unread') return link;
  const ref = nodeRef(link);
  const hash = ref.subarray(1);
  const encoded = trie.read(hash, trie.owner);
  if (encoded === undefined) throw new MissingNodeError(bytesToHex(hash), trie.owner, depth);
  return decodeNode(encoded, ref);
}

type NewLeaf = { readonly value: Uint8Array; readonly storage: TrieLink };

function insert(
  trie: Trie,
  node: TrieNode | undefined,
  key: Uint8Array,
  depth: number,
  leaf: NewLeaf,
): TrieNode {
  if (node === undefined) return newLeaf(key.subarray(depth), leaf);
  if (node.type === 'branch') {
    const nibble = key[depth] as number;
    const child = load(trie, node.children[nibble], depth + 1);
    const changed = insert(trie, child, key, depth + 1, leaf);
    const branch = ownBranch(node);
    branch.children[nibble] = changed;
    return branch;
  }
  const common = commonLength(node.path, key, depth);
  if (common < node.path.length) return split(node, common, key, depth, leaf);
  if (node.type === 'leaf') return newLeaf(node.path, leaf);
  const child = load(trie, node.child, depth + common);
  return newExtension(node.path, insert(trie, child, key, depth + common, leaf));
}

function split(
  node: Exclude<TrieNode, BranchNode>,
  common: number,
  key: Uint8Array,
  depth: number,
  leaf: NewLeaf,
): TrieNode {
  const branch = newBranch();
  const rest = node.path.subarray(common + 1);
  const nibble = node.path[common] as number;
  if (node.type === 'leaf') branch.children[nibble] = newLeaf(rest, node);
  else branch.children[nibble] = rest.length === 0 ? node.child : newExtension(rest, node.child);
  const fork = depth + common;
  branch.children[key[fork] as number] = newLeaf(key.subarray(fork + 1), leaf);
  return common === 0 ? branch : newExtension(node.path.subarray(0, common), branch);
}

function remove(trie: Trie, node: TrieNode, key: Uint8Array, depth: number): TrieNode | undefined {
  if (node.type === 'leaf') return undefined;
  if (node.type === 'extension') {
    const child = remove(trie, node.child as TrieNode, key, depth + node.path.length);
    if (child === undefined) throw new InvariantError('an extension led to a single leaf');
    return prefixed(node.path, child);
  }
  const nibble = key[depth] as number;
  const changed = remove(trie, node.children[nibble] as TrieNode, key, depth + 1);
  if (changed === undefined) {
    const last = onlyOtherChild(node, nibble);
    if (last !== undefined) {
      const sibling = load(trie, node.children[last], depth + 1) as TrieNode;
      return prefixed(Uint8Array.of(last), sibling);
    }
  }
  const branch = ownBranch(node);
  branch.children[nibble] = changed;
  return branch;
}

/** `node` below a run of nibbles. */
function prefixed(path: Uint8Array, node: TrieNode): TrieNode {
  if (node.type === 'branch') return newExtension(path, node);
  const joined = concatBytes(path, node.path);
  return node.type === 'leaf' ? newLeaf(joined, node) : newExtension(joined, node.child);
}

function onlyOtherChild(branch: BranchNode, removed: number): number | undefined {
  let last: number | undefined;
  for (let i = 0; i < 16; i++) {
    if (i === removed || branch.children[i] === undefined) continue;
    if (last !== undefined) return undefined;
    last = i;
  }
  return last;
}

function ownBranch(node: BranchNode): BranchNode {
  if (node.ref === undefined) return node;
  return { type: 'branch', children: node.children.slice(), ref: undefined, stored: false };
}

function newBranch(): BranchNode {
  return { type: 'branch', children: NO_CHILDREN.slice(), ref: undefined, stored: false };
}

const NO_CHILDREN: readonly TrieLink[] = Array.from({ length: 16 }, () => undefined);

function newLeaf(path: Uint8Array, leaf: NewLeaf): LeafNode {
  const { value, storage } = leaf;
  return { type: 'leaf', path, value, storage, ref: undefined, stored: false };
}

function newExtension(path: Uint8Array, child: TrieLink): TrieNode {
  return { type: 'extension', path, child, ref: undefined, stored: false };
}

function matches(path: Uint8Array, key: Uint8Array, depth: number): boolean {
  return commonLength(path, key, depth) === path.length;
}

function commonLength(path: Uint8Array, key: Uint8Array, depth: number): number {
  const limit = Math.min(path.length, key.length - depth);
  let length = 0;
  while (length < limit && path[length] === key[depth + length]) length++;
  return length;
}

const NIBBLE: readonly Uint8Array[] = Array.from({ length: 16 }, (_, i) => Uint8Array.of(i));
