import { keccak256 } from '../../base/hash.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../base/rlp.ts';

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

/** A node that stands in the store and has not been read: `ref` is 0xa0 and its hash. */
export type UnreadNode = { readonly type: 'unread'; readonly ref: Uint8Array };

/** Where a node leads: a node, one not read yet, or nothing. */
export type TrieLink = TrieNode | UnreadNode | undefined;

/** Link to the node with `hash`, 32 bytes. */
export function unreadNode(hash: Uint8Array): UnreadNode {
  const ref = new Uint8Array(33);
  ref[0] = 0xa0;
  ref.set(hash, 1);
  return { type: 'unread', ref };
}

/** How `link` stands in its parent, RLP encoded; seals it and everything below. */
export function nodeRef(link: TrieLink): Uint8Array {
  if (link === undefined) return EMPTY_ITEM;
  if (link.ref !== undefined) return link.ref;
  const node = link as TrieNode;
  const encoded = encodeNode(node);
  if (encoded.length < 32) {
    node.ref = encoded;
  } else {
    const ref = new Uint8Array(33);
    ref[0] = 0xa0;
    ref.set(keccak256(encoded), 1);
    node.ref = ref;
  }
  return node.ref;
}

/** RLP of a node; its children are sealed on the way. */
export function encodeNode(node: TrieNode): Uint8Array {
  switch (node.type) {
    case 'leaf':
      return encodeRlp([encodePath(node.path, true), node.value]);
    case 'extension': {
      const path = encodeRlp(encodePath(node.path, false));
      return joinList([path, nodeRef(node.child)]);
    }
    case 'branch': {
      const items: Uint8Array[] = [];
      for (const child of node.children) items.push(nodeRef(child));
      items.push(EMPTY_ITEM);
      return joinList(items);
    }
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
 * a third of the time that all items and links take as arrays of their own: the links are views.
 */
function decodePlainBranch(encoded: Uint8Array, ref: Uint8Array): TrieNode | undefined {
  // The lists of 7 to 16 hashes have a length of two bytes.
  if (encoded[0] !== 0xf9) return undefined;
  if ((((encoded[1] as number) << 8) | (encoded[2] as number)) !== encoded.length - 3) {
    return undefined;
  }
  const children: TrieLink[] = [];
  let at = 3;
  for (let i = 0; i < 16; i++) {
    const first = encoded[at];
    if (first === 0xa0) {
      children.push({ type: 'unread', ref: encoded.subarray(at, at + 33) });
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

function joinList(items: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const item of items) length += item.length;
  const header = length < 56 ? 1 : length < 256 ? 2 : 3;
  const out = new Uint8Array(header + length);
  if (header === 1) out[0] = 0xc0 + length;
  else {
    out[0] = 0xf7 + header - 1;
    if (header === 3) out[1] = length >> 8;
    out[header - 1] = length & 255;
  }
  let offset = header;
  for (const item of items) {
    // Half of a branch's items are empty, and `set` has a high price of its own.
    if (item.length === 1) out[offset] = item[0] as number;
    else out.set(item, offset);
    offset += item.length;
  }
  return out;
}

const EMPTY_ITEM: Uint8Array = Uint8Array.of(0x80);
