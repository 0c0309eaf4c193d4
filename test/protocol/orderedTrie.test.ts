import { createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { runs } from '../support/runs.ts';

/** The same root through a general trie that puts one entry after another. */
async function referenceRoot(values: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT();
  for (const [index, value] of values.entries()) await trie.put(RLP.encode(index), value);
  return bytesToHex(trie.root());
}

describe('orderedTrieRoot', () => {
  test('default: no values', () => {
    expect(orderedTrieRoot([])).toBe(EMPTY_TRIE_ROOT);
    expect(keccak256Hex(Uint8Array.of(0x80))).toBe(EMPTY_TRIE_ROOT);
  });

  test('behavior: equals a general trie around every change of key length', async () => {
    for (const count of [1, 2, 3, 16, 17, 127, 128, 129, 130, 255, 256, 257, 300]) {
      const values = Array.from({ length: count }, (_, i) => {
        return new Uint8Array(1 + (i % 70)).fill(1 + (i % 250));
      });
      expect(orderedTrieRoot(values), `${count} values`).toBe(await referenceRoot(values));
    }
  });

  test('behavior: equals a general trie for values of any size', async () => {
    const value = fc.uint8Array({ minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 20 }), async (values) => {
        expect(orderedTrieRoot(values)).toBe(await referenceRoot(values));
      }),
      { numRuns: runs(40) },
    );
  });

  test('behavior: the order counts', () => {
    const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(orderedTrieRoot([a, b])).not.toBe(orderedTrieRoot([b, a]));
  });
});
