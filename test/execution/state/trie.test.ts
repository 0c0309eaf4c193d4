import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../src/base/bytes.ts';
import { keccak256 } from '../../../src/base/hash.ts';
import { MissingNodeError } from '../../../src/execution/errors.ts';
import {
  EMPTY_TRIE_ROOT,
  findLeaf,
  putLeaf,
  removeLeaf,
  storeNewNodes,
  type Trie,
  trieRoot,
} from '../../../src/execution/state/trie.ts';
import { toNibbles, unreadNode } from '../../../src/execution/state/trieNode.ts';

const NO_NODES: Trie['read'] = () => undefined;

function emptyTrie(read = NO_NODES): Trie {
  return { root: undefined, owner: new Uint8Array(0), read };
}

function keyOf(index: number): Uint8Array {
  return toNibbles(keccak256(Uint8Array.of(index >> 8, index & 255)));
}

/** Puts and removes; a value of 0 removes. */
function apply(trie: Trie, changes: Iterable<readonly [number, number]>): void {
  for (const [index, value] of changes) {
    if (value === 0) removeLeaf(trie, keyOf(index));
    else putLeaf(trie, keyOf(index), Uint8Array.of(value, index & 255));
  }
}

const CHANGES = fc.array(fc.tuple(fc.nat(60), fc.nat(4)), { maxLength: 120 });

describe('trieRoot', () => {
  test('default: the empty trie', () => {
    expect(trieRoot(undefined)).toBe(
      '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
    );
    expect(EMPTY_TRIE_ROOT).toBe(trieRoot(undefined));
  });

  test('behavior: depends on the entries alone, not on how they came about', () => {
    fc.assert(
      fc.property(CHANGES, (changes) => {
        const trie = emptyTrie();
        const final = new Map<number, number>();
        for (const change of changes) {
          apply(trie, [change]);
          // Sealing in between must not change anything.
          trieRoot(trie.root);
          final.set(...change);
        }
        const direct = emptyTrie();
        apply(direct, [...final].filter(([, value]) => value !== 0).toReversed());
        expect(trieRoot(trie.root)).toBe(trieRoot(direct.root));
      }),
    );
  });

  test('behavior: an older root stays as it was', () => {
    fc.assert(
      fc.property(CHANGES, CHANGES, (before, after) => {
        const trie = emptyTrie();
        apply(trie, before);
        const hash = trieRoot(trie.root);
        const old: Trie = { ...trie };
        apply(trie, after);
        trieRoot(trie.root);
        const rebuilt = emptyTrie();
        apply(rebuilt, before);
        expect(trieRoot(rebuilt.root)).toBe(hash);
        for (const [index] of before) {
          expect(findLeaf(old, keyOf(index))?.value).toEqual(
            findLeaf(rebuilt, keyOf(index))?.value,
          );
        }
      }),
    );
  });
});

describe('storeNewNodes', () => {
  test('behavior: what is stored is enough to read and change the trie', () => {
    fc.assert(
      fc.property(CHANGES, CHANGES, (before, after) => {
        const nodes = new Map<string, Uint8Array>();
        const read: Trie['read'] = (hash) => nodes.get(bytesToHex(hash));
        const trie = emptyTrie(read);
        apply(trie, before);
        const hash = trieRoot(trie.root);
        storeNewNodes(trie.root, (node) => nodes.set(bytesToHex(node.hash), node.encoded));
        const root = hash === EMPTY_TRIE_ROOT ? undefined : unreadNode(hexToBytes(hash));
        const reopened: Trie = { ...trie, root };
        apply(reopened, after);
        apply(trie, after);
        expect(trieRoot(reopened.root)).toBe(trieRoot(trie.root));
        // Only what is new is handed out the second time.
        const known = new Set(nodes.keys());
        storeNewNodes(trie.root, ({ hash: newHash }) => known.add(bytesToHex(newHash)));
        storeNewNodes(trie.root, () => expect.unreachable('nothing is new any more'));
      }),
    );
  });
});

describe('findLeaf', () => {
  test('error: a node that is nowhere', () => {
    const trie = { ...emptyTrie(), root: unreadNode(new Uint8Array(32)) };
    expect(() => findLeaf(trie, keyOf(1))).toThrow(MissingNodeError);
  });
});
