import { bytesEqual, EMPTY_BYTES, hexToBytes } from '../../base/bytes.ts';
import { decodeAccount } from './account.ts';
import { EMPTY_TRIE_ROOT, type NodeReader } from './trie.ts';
import {
  decodeNode,
  fromNibbles,
  nodeRef,
  sealedRef,
  type TrieLink,
  type TrieNode,
  unreadNode,
} from './trieNode.ts';

/** A stored node that no kept state has. */
export type DeadNode = { readonly owner: Uint8Array; readonly hash: Uint8Array };

/**
 * Hands every stored node of the state at `root` that none of the `kept` states has to `remove`.
 *
 * All tries are walked side by side, and wherever one of the kept ones has the same node the whole
 * subtree is alive: the cost is that of the difference, not of the state.
 *
 * @param read Reads stored nodes. A node that is gone already ends the walk there, so a removal
 *             that was cut short can be done again.
 */
export function deadNodes(
  root: TrieLink,
  kept: readonly TrieLink[],
  read: NodeReader,
  remove: (node: DeadNode) => void,
): void {
  const sweep: Sweep = { owner: EMPTY_BYTES, path: [], read, remove };
  visit(sweep, root, kept.map(cursorAt));
}

type Sweep = {
  readonly owner: Uint8Array;
  readonly path: number[];
  readonly read: NodeReader;
  readonly remove: (node: DeadNode) => void;
};

/** A place in a kept trie: `skip` nibbles into the path of a node. */
type Cursor = { readonly link: Exclude<TrieLink, undefined>; readonly skip: number };

type Cursors = readonly (Cursor | undefined)[];

function cursorAt(link: TrieLink): Cursor | undefined {
  return link === undefined ? undefined : { link, skip: 0 };
}

function visit(sweep: Sweep, link: TrieLink, kept: Cursors): void {
  const ref = link === undefined ? undefined : sealedRef(link);
  if (link === undefined || ref === undefined) return;
  const isAlive = (cursor: Cursor | undefined): boolean =>
    cursor?.skip === 0 && hasSameRef(cursor.link, link);
  if (kept.some(isAlive)) return;
  const node = resolve(sweep, link);
  if (node === undefined) return;
  if (ref.length === 33) sweep.remove({ owner: sweep.owner, hash: ref.subarray(1) });
  const others = readOnce(sweep, kept);
  if (node.type === 'branch') {
    for (const [nibble, child] of node.children.entries()) {
      if (child !== undefined) below(sweep, Uint8Array.of(nibble), child, others);
    }
  } else if (node.type === 'extension') {
    below(sweep, node.path, node.child, others);
  } else if (sweep.owner.length === 0) {
    visitStorage(sweep, node.path, node.value, others);
  }
}

/**
 * The different places among `kept`, with their nodes read: kept states share most of what they
 * have, and all children of the node that is visited are looked up in the same few nodes.
 */
function readOnce(sweep: Sweep, kept: Cursors): Cursors {
  const places: Cursor[] = [];
  for (const cursor of kept) {
    if (cursor === undefined) continue;
    const { link, skip } = cursor;
    const isKnown = places.some(
      (other) => other.skip === skip && (other.link === link || hasSameRef(other.link, link)),
    );
    if (!isKnown) places.push(cursor);
  }
  return places.map(({ link, skip }) => {
    const node = resolve(sweep, link);
    return node === undefined ? undefined : { link: node, skip };
  });
}

function hasSameRef(a: Cursor['link'], b: Cursor['link']): boolean {
  const [one, other] = [sealedRef(a), sealedRef(b)];
  return one !== undefined && other !== undefined && bytesEqual(one, other);
}

function below(sweep: Sweep, nibbles: Uint8Array, child: TrieLink, kept: Cursors): void {
  const cursors = advanced(sweep, nibbles, kept);
  sweep.path.push(...nibbles);
  visit(sweep, child, cursors);
  sweep.path.length -= nibbles.length;
}

function visitStorage(sweep: Sweep, rest: Uint8Array, value: Uint8Array, kept: Cursors): void {
  const storage = storageLink(value);
  if (storage === undefined) return;
  const owner = fromNibbles(Uint8Array.from([...sweep.path, ...rest]));
  const others = advanced(sweep, rest, kept).map((cursor) => {
    const node = cursor === undefined ? undefined : resolve(sweep, cursor.link);
    return node?.type === 'leaf' ? cursorAt(storageLink(node.value)) : undefined;
  });
  visit({ ...sweep, owner, path: [] }, storage, others);
}

function storageLink(value: Uint8Array): TrieLink {
  const { storageRoot } = decodeAccount(value);
  return storageRoot === EMPTY_TRIE_ROOT ? undefined : unreadNode(hexToBytes(storageRoot));
}

function advanced(sweep: Sweep, nibbles: Uint8Array, kept: Cursors): Cursors {
  let cursors = kept;
  for (const nibble of nibbles) cursors = cursors.map((cursor) => step(sweep, cursor, nibble));
  return cursors;
}

function step(sweep: Sweep, cursor: Cursor | undefined, nibble: number): Cursor | undefined {
  const node = cursor === undefined ? undefined : resolve(sweep, cursor.link);
  if (cursor === undefined || node === undefined) return undefined;
  if (node.type === 'branch') return cursorAt(node.children[nibble]);
  if (node.path[cursor.skip] !== nibble) return undefined;
  const skip = cursor.skip + 1;
  // A leaf stays itself at the end of its path; an extension ends at its child.
  if (node.type === 'leaf' || skip < node.path.length) return { link: node, skip };
  return cursorAt(node.child);
}

function resolve(sweep: Sweep, link: Exclude<TrieLink, undefined>): TrieNode | undefined {
  if (link.type !== 'unread') return link;
  const ref = nodeRef(link);
  const encoded = sweep.read(ref.subarray(1), sweep.owner);
  return encoded === undefined ? undefined : decodeNode(encoded, ref);
}
