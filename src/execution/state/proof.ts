import { encodeNode, toNibbles, type TrieLink, type TrieNode } from './trieNode.ts';
import { EMPTY_TRIE_ROOT, findLeaf, type Trie } from './trie.ts';
import { type Address, type Hash, hexToBytes } from '../../base/bytes.ts';
import { keccak256 } from '../../base/hash.ts';
import { type Account, EMPTY_ACCOUNT } from './account.ts';
import { cachedAccount, slotKey, storageOf, storageTrie, type WorldState } from './worldState.ts';

/** What an account holds, with the trie nodes that prove it to the state root. */
export type AccountProof = {
  readonly account: Account;
  readonly storageRoot: Hash;
  /** Encoded nodes, root first. Of an absent account they end where it would be. */
  readonly nodes: readonly Uint8Array[];
  readonly slots: readonly SlotProof[];
};

/** What a slot holds, with the nodes that prove it to the account's storage root. */
export type SlotProof = {
  readonly key: bigint;
  readonly value: bigint;
  readonly nodes: readonly Uint8Array[];
};

/**
 * Proves an account and slots of it. `state` must have no changes that are not committed.
 *
 * @spec protocol/execution.md 6.2, EIP-1186
 */
export function proveAccount(
  state: WorldState,
  address: Address,
  keys: readonly bigint[],
): AccountProof {
  const cached = cachedAccount(state, address);
  const nodes = pathNodes(state.trie, toNibbles(keccak256(hexToBytes(address))));
  const slots = keys.map((key): SlotProof => {
    const value = storageOf(state, address, key);
    if (cached.storageRoot === EMPTY_TRIE_ROOT) return { key, value, nodes: [] };
    const trie = storageTrie(state, cached);
    return { key, value, nodes: pathNodes(trie, slotKey(key)) };
  });
  const account = cached.current ?? EMPTY_ACCOUNT;
  return { account, storageRoot: cached.storageRoot, nodes, slots };
}

/** Encoded nodes on the way to `key`. Those that stand inside their parent are left out. */
function pathNodes(trie: Trie, key: Uint8Array): readonly Uint8Array[] {
  // Loads every node on the way.
  findLeaf(trie, key);
  const nodes: Uint8Array[] = [];
  let depth = 0;
  for (let link: TrieLink = trie.root; link !== undefined && link.type !== 'unread'; ) {
    const node: TrieNode = link;
    const encoded = encodeNode(node);
    if (nodes.length === 0 || encoded.length >= 32) nodes.push(encoded);
    if (node.type === 'leaf') break;
    if (node.type === 'branch') {
      link = node.children[key[depth++] as number];
      continue;
    }
    const at = depth;
    if (!node.path.every((nibble, i) => key[at + i] === nibble)) break;
    depth += node.path.length;
    link = node.child;
  }
  return nodes;
}
