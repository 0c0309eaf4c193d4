import { keccak256 } from '../../base/hash.ts';
import { borrowRlp, decodeRlp, encodeRlp, type RlpItem } from '../../base/rlp.ts';

// Nodes of a Merkle Patricia trie whose keys are all 32-byte hashes, as values.
//
//   leaf        [compact(path, leaf), value]
//   extension   [compact(path, extension), child]
//   branch      [child × 16, empty]
//
// A child stands in its parent as itself when its encoding is shorter than 32 bytes, else as its
// hash. A node whose `ref` is known is sealed: it may be shared by several tries and is never
// changed, except that an unread child may be replaced by what it stands for. A node without
// `ref` belongs to the update that made it and may be changed in place.

/** Last node of a path. In a trie of accounts `storage` is the root of the account's storage. */
export type LeafNode = {
  readonly type: 'leaf';
  /** Nibbles. */
  path: Uint8Array;
  value: Uint8Array;
  storage: TrieLink;
  ref: Uint8Array | undefined;
  stored: boolean;
};

/** A run of nibbles without a choice. */
export type ExtensionNode = {
  readonly type: 'extension';
  path: Uint8Array;
  child: TrieLink;
  ref: Uint8Array | undefined;
  stored: boolean;
};

/** One child per nibble. */
export type BranchNode = {
  readonly type: 'branch';
  readonly children: TrieLink[];
  ref: Uint8Array | undefined;
  stored: boolean;
};

/** A node in memory. `stored` says that it and all below it are in the node store. */
export type TrieNode = LeafNode | ExtensionNode | BranchNode;

/**
 * A node that stands in the store and has not been read: 0xa0 and its hash are the 33 bytes of
 * `within` from `at` on. Most are never asked for, so they get no view of their own before.
 */
export type UnreadNode = {
  readonly type: 'unread';
  readonly within: Uint8Array;
  readonly at: number;
  ref: Uint8Array | undefined;
};

/** Where a node leads: a node, one not read yet, or nothing. */
export type TrieLink = TrieNode | UnreadNode | undefined;

/** Link to the node with `hash`, 32 bytes. */
export function unreadNode(hash: Uint8Array): UnreadNode {
  const ref = hashRef(hash);
  return { type: 'unread', within: ref, at: 0, ref };
}

function hashRef(hash: Uint8Array): Uint8Array {
  const ref = new Uint8Array(33);
  ref[0] = 0xa0;
  ref.set(hash, 1);
  return ref;
}

/** How `link` stands in its parent, RLP encoded; seals it and everything below. */
export function nodeRef(link: TrieLink): Uint8Array {
  if (link === undefined) return EMPTY_ITEM;
  const known = sealedRef(link);
  if (known !== undefined) return known;
  const encoded = borrowNode(link as TrieNode);
  link.ref = encoded.length < 32 ? encoded.slice() : hashRef(keccak256(encoded));
  return link.ref;
}

/** The same without sealing anything: undefined for a node that is being changed. */
export function sealedRef(link: Exclude<TrieLink, undefined>): Uint8Array | undefined {
  if (link.ref === undefined && link.type === 'unread') {
    link.ref = link.within.subarray(link.at, link.at + 33);
  }
  return link.ref;
}

/** RLP of a node; its children are sealed on the way. */
export function encodeNode(node: TrieNode): Uint8Array {
  return borrowNode(node).slice();
}

/** The same as a view that is good until another node is encoded: most nodes are only hashed. */
function borrowNode(node: TrieNode): Uint8Array {
  switch (node.type) {
    case 'leaf':
      return borrowRlp([encodePath(node.path, true), node.value]);
    case 'extension': {
      const path = encodeRlp(encodePath(node.path, false));
      return joinList([path, nodeRef(node.child)]);
    }
    case 'branch':
      return borrowBranch(node.children);
  }
}

/**
 * The node that `encoded` describes, as one that is stored.
 *
 * @throws DecodeError when it is not RLP, RangeError when it is not a node.
 */
export function decodeNode(encoded: Uint8Array, ref: Uint8Array): TrieNode {
  return decodePlainBranch(encoded, ref) ?? toNode(decodeRlp(encoded), ref);
}

/**
 * A branch of hashes alone, as nearly all stored nodes are; undefined for any other node. It takes
 * a tenth of the time that all items and links take as arrays of their own.
 */
function decodePlainBranch(encoded: Uint8Array, ref: Uint8Array): TrieNode | undefined {
  // The list of 2 to 7 hashes has its length in one byte, that of more in two.
  let at = encoded[0] === 0xf8 ? 2 : 3;
  if (at === 3 && encoded[0] !== 0xf9) return undefined;
  const length = encoded.length - at;
  const said = at === 2 ? encoded[1] : ((encoded[1] as number) << 8) | (encoded[2] as number);
  if (length !== said || length < (at === 2 ? 56 : 256)) return undefined;
  const children: TrieLink[] = [];
  for (let i = 0; i < 16; i++) {
    const first = encoded[at];
    if (first === 0xa0) {
      children.push({ type: 'unread', within: encoded, at, ref: undefined });
      at += 33;
    } else if (first === 0x80) {
      children.push(undefined);
      at += 1;
    } else {
      return undefined;
    }
  }
  const isWhole = at === encoded.length - 1 && encoded[at] === 0x80;
  return isWhole ? { type: 'branch', children, ref, stored: true } : undefined;
}

function toNode(item: RlpItem, ref: Uint8Array): TrieNode {
  if (item instanceof Uint8Array) throw new RangeError('expected a trie node, found a string');
  if (item.length === 17) {
    const children: TrieLink[] = [];
    for (let i = 0; i < 16; i++) children.push(toLink(item[i] as RlpItem));
    return { type: 'branch', children, ref, stored: true };
  }
  const [first, second] = item;
  if (item.length !== 2 || !(first instanceof Uint8Array) || second === undefined) {
    throw new RangeError(`expected a trie node of 2 or 17 items, found ${item.length}`);
  }
  const path = decodePath(first);
  if (((first[0] as number) & 0x20) === 0) {
    return { type: 'extension', path, child: toLink(second), ref, stored: true };
  }
  if (!(second instanceof Uint8Array)) throw new RangeError('expected a value in a leaf');
  return { type: 'leaf', path, value: second, storage: undefined, ref, stored: true };
}

function toLink(item: RlpItem): TrieLink {
  if (!(item instanceof Uint8Array)) return toNode(item, encodeRlp(item));
  if (item.length === 0) return undefined;
  if (item.length !== 32) {
    throw new RangeError(`expected a node hash of 32 bytes, found ${item.length}`);
  }
  return unreadNode(item);
}

/** Two nibbles per byte. */
export function toNibbles(bytes: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    nibbles[2 * i] = byte >> 4;
    nibbles[2 * i + 1] = byte & 15;
  }
  return nibbles;
}

/** Bytes of an even number of nibbles. */
export function fromNibbles(nibbles: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(nibbles.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = ((nibbles[2 * i] as number) << 4) | (nibbles[2 * i + 1] as number);
  }
  return bytes;
}

function encodePath(nibbles: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = nibbles.length & 1;
  const bytes = new Uint8Array((nibbles.length >> 1) + 1);
  bytes[0] = ((isLeaf ? 2 : 0) + odd) << 4;
  if (odd === 1) bytes[0] |= nibbles[0] as number;
  for (let i = 1, at = odd; at < nibbles.length; i++, at += 2) {
    bytes[i] = ((nibbles[at] as number) << 4) | (nibbles[at + 1] as number);
  }
  return bytes;
}

function decodePath(bytes: Uint8Array): Uint8Array {
  const nibbles = toNibbles(bytes);
  return nibbles.subarray((nibbles[0] as number) & 1 ? 1 : 2);
}

/** The children, sealed, and the empty value. */
function borrowBranch(children: readonly TrieLink[]): Uint8Array {
  let length = 1;
  for (const child of children) length += child?.type === 'unread' ? 33 : nodeRef(child).length;
  const [out, start] = openList(length);
  let at = start;
  for (let i = 0; i < 16; ) {
    const child = children[i];
    if (child === undefined) {
      out[at++] = 0x80;
      i++;
    } else if (child.type === 'unread') {
      // Neighbours that were read together are copied together.
      const count = neighbours(children, i, child);
      out.set(child.within.subarray(child.at, child.at + 33 * count), at);
      at += 33 * count;
      i += count;
    } else {
      const ref = nodeRef(child);
      out.set(ref, at);
      at += ref.length;
      i++;
    }
  }
  out[at] = 0x80;
  return out;
}

/** How many unread children stand back to back: `first`, which is the child `from`, and on. */
function neighbours(children: readonly TrieLink[], from: number, first: UnreadNode): number {
  let count = 1;
  for (; from + count < 16; count++) {
    const next = children[from + count];
    if (next?.type !== 'unread' || next.within !== first.within) break;
    if (next.at !== first.at + 33 * count) break;
  }
  return count;
}

function joinList(items: readonly Uint8Array[]): Uint8Array {
  const [out, start] = openList(items.reduce((length, item) => length + item.length, 0));
  let at = start;
  for (const item of items) {
    out.set(item, at);
    at += item.length;
  }
  return out;
}

/**
 * A list of `length` bytes with its header, and where its items begin. No node of ours has more
 * than MAX_LIST_BYTES: 16 hashes, or a path and the hash or leaf below.
 */
function openList(length: number): readonly [Uint8Array, number] {
  const header = length < 56 ? 1 : length < 256 ? 2 : 3;
  const out = LIST.subarray(0, header + length);
  if (header === 1) out[0] = 0xc0 + length;
  else {
    out[0] = 0xf7 + header - 1;
    if (header === 3) out[1] = length >> 8;
    out[header - 1] = length & 255;
  }
  return [out, header];
}

const MAX_LIST_BYTES = 16 * 33 + 1;

/** The list that was opened last. */
const LIST: Uint8Array = new Uint8Array(3 + MAX_LIST_BYTES);

const EMPTY_ITEM: Uint8Array = Uint8Array.of(0x80);
