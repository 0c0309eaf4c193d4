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

  test('error: a length in more bytes than it needs', () => {
    const items = (hashes: number) =>
      Array.from({ length: 17 }, (_, i) => (i < hashes ? keccak256(Uint8Array.of(i)) : EMPTY));
    const [short, middle] = [encodeRlp(items(1)), encodeRlp(items(7))];
    expect(decodeNode(short, REF).type).toBe('branch');
    expect(decodeNode(middle, REF).type).toBe('branch');
    const tail = short.subarray(1);
    expect(() => decodeNode(Uint8Array.of(0xf8, tail.length, ...tail), REF)).toThrow(DecodeError);
    const rest = middle.subarray(2);
    const twoBytes = Uint8Array.of(0xf9, 0, rest.length, ...rest);
    expect(() => decodeNode(twoBytes, REF)).toThrow(DecodeError);
  });

  test.each([5, 12])('error: every truncation of %i hashes, and one byte more', (count) => {
    const children = Array.from({ length: 16 }, (_, i) =>
      i < count ? keccak256(Uint8Array.of(i)) : EMPTY,
    );
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
