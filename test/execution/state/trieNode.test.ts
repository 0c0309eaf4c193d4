import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../../src/base/errors.ts';
import { keccak256 } from '../../../src/base/hash.ts';
import { encodeRlp, type RlpItem } from '../../../src/base/rlp.ts';
import {
  type BranchNode,
  decodeNode,
  encodeNode,
  nodeRef,
} from '../../../src/execution/state/trieNode.ts';

const REF = new Uint8Array(33);
const EMPTY = new Uint8Array(0);

/** A leaf that stands in its parent itself. */
const SMALL_LEAF: RlpItem = [Uint8Array.of(0x20), Uint8Array.of(1)];

const child: fc.Arbitrary<RlpItem> = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.constant(EMPTY),
);

describe('decodeNode', () => {
  test('behavior: a branch has its children in order, and encodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.array(child, { minLength: 16, maxLength: 16 }), (children) => {
        const encoded = encodeRlp([...children, EMPTY]);
        const node = decodeNode(encoded, REF);
        if (node.type !== 'branch') throw new Error(`expected a branch, found a ${node.type}`);
        const refs = node.children.map((link) => nodeRef(link).subarray(1));
        expect(refs).toEqual(children);
        expect(encodeNode(node)).toEqual(encoded);
      }),
    );
  });

  test('behavior: children of other nodes among them, asked for or not, encode the same', () => {
    const isAsked = fc.array(fc.boolean(), { minLength: 16, maxLength: 16 });
    const children = fc.array(child, { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(children, children, isAsked, (own, foreign, asked) => {
        const [node, other] = [own, foreign].map((of) => {
          const branch = decodeNode(encodeRlp([...of, EMPTY]), REF);
          if (branch.type !== 'branch') throw new Error('expected a branch');
          return branch;
        }) as [BranchNode, BranchNode];
        for (const [i, isOther] of asked.entries()) {
          if (isOther) node.children[i] = other.children[i];
          else nodeRef(node.children[i]);
        }
        const mixed = own.map((item, i) => (asked[i] === true ? (foreign[i] as RlpItem) : item));
        expect(encodeNode(node)).toEqual(encodeRlp([...mixed, EMPTY]));
      }),
    );
  });

  test('behavior: a branch with a small child and hashes', () => {
    const children = Array.from({ length: 15 }, (_, i) => keccak256(Uint8Array.of(i)));
    const encoded = encodeRlp([...children, SMALL_LEAF, EMPTY]);
    const node = decodeNode(encoded, REF);
    expect(node.type === 'branch' && node.children[15]?.type).toBe('leaf');
    expect(encodeNode(node)).toEqual(encoded);
  });

  test('error: every truncation, and one byte more', () => {
    const children = Array.from({ length: 16 }, (_, i) => keccak256(Uint8Array.of(i)));
    const encoded = encodeRlp([...children, EMPTY]);
    for (let length = 0; length < encoded.length; length++) {
      const cut = encoded.subarray(0, length);
      expect(() => decodeNode(cut, REF), `${length} bytes`).toThrow(DecodeError);
    }
    expect(() => decodeNode(Uint8Array.from([...encoded, 0]), REF)).toThrow(DecodeError);
  });

  test.each([
    ['16 items', Array.from({ length: 16 }, () => REF.subarray(1))],
    ['18 items', Array.from({ length: 18 }, () => REF.subarray(1))],
    ['a child of 31 bytes', [...Array(15).fill(REF.subarray(1)), REF.subarray(2), EMPTY]],
  ] as [string, RlpItem[]][])('error: %s', (_, items) => {
    expect(() => decodeNode(encodeRlp(items), REF)).toThrow(RangeError);
  });
});
