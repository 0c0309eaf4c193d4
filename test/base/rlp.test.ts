import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import {
  borrowRlp,
  borrowTypedRlp,
  decodeRlp,
  encodeRlp,
  encodeTypedRlp,
  MAX_RLP_DEPTH,
  type RlpItem,
  rlpHeader,
  rlpToBigint,
} from '../../src/base/rlp.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';
import { runs } from '../support/runs.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const LOREM = 'Lorem ipsum dolor sit amet, consectetur adipisicing elit';

/** Examples of the Ethereum wiki's RLP page. */
const EXAMPLES: readonly (readonly [string, RlpItem, string])[] = [
  ['the string dog', text('dog'), '0x83646f67'],
  ['cat and dog', [text('cat'), text('dog')], '0xc88363617483646f67'],
  ['the empty string', text(''), '0x80'],
  ['the empty list', [], '0xc0'],
  ['a zero byte', Uint8Array.of(0), '0x00'],
  ['the byte 0x0f', Uint8Array.of(15), '0x0f'],
  ['0x0400', Uint8Array.of(4, 0), '0x820400'],
  ['the set of three', [[], [[]], [[], [[]]]], '0xc7c0c1c0c3c0c1c0'],
  ['a string of 56 bytes', text(LOREM), `0xb838${bytesToHex(text(LOREM)).slice(2)}`],
  [
    'a string of 55 bytes',
    text(LOREM.slice(1)),
    `0xb7${bytesToHex(text(LOREM.slice(1))).slice(2)}`,
  ],
];

/** The list whose only item has this encoding. */
function listAround(encoded: Uint8Array): Uint8Array {
  const list = encodeRlp(encoded);
  // A string of the same length differs from the list by the header's kind alone.
  if (encoded.length === 1) return Uint8Array.of(0xc1, ...encoded);
  list[0] = (list[0] as number) + 0x40;
  return list;
}

const items: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small' },
    fc.uint8Array({ maxLength: 70 }),
    fc.array(tie('item'), { maxLength: 5 }),
  ),
})).item;

describe('encodeRlp', () => {
  test.each(EXAMPLES)('default: %s', (_, item, encoded) => {
    expect(bytesToHex(encodeRlp(item))).toBe(encoded);
  });

  test('behavior: lengths of one, two and three bytes', () => {
    for (const [length, header] of [
      [255, '0xb8ff'],
      [256, '0xb90100'],
      [65_536, '0xba010000'],
    ] as const) {
      const encoded = encodeRlp(new Uint8Array(length).fill(1));
      expect(bytesToHex(encoded.subarray(0, header.length / 2 - 1))).toBe(header);
      expect(encoded.length).toBe(header.length / 2 - 1 + length);
      const list = encodeRlp([new Uint8Array(length).fill(1)]);
      expect(decodeRlp(list)).toEqual([new Uint8Array(length).fill(1)]);
    }
  });
});

describe('encodeTypedRlp', () => {
  test('default', () => {
    const list = [Uint8Array.of(1), new Uint8Array(60).fill(7)];
    expect(encodeTypedRlp(0x7e, list)).toEqual(Uint8Array.of(0x7e, ...encodeRlp(list)));
    expect(encodeTypedRlp(2, [])).toEqual(Uint8Array.of(2, 0xc0));
  });

  test('behavior: when the type is what no longer fits into the scratch', () => {
    for (const length of sizesAroundScratch()) {
      const encoded = encodeTypedRlp(1, new Uint8Array(length).fill(5));
      expect(encoded[0], `${length} bytes`).toBe(1);
      expect(decodeRlp(encoded.subarray(1)), `${length} bytes`).toHaveLength(length);
    }
  });
});

describe('borrowRlp', () => {
  test('default: a view that the next encoding takes away', () => {
    const first = borrowRlp([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(first).toEqual(Uint8Array.of(0xc2, 1, 2));
    borrowRlp([Uint8Array.of(3), Uint8Array.of(4)]);
    expect(first).toEqual(Uint8Array.of(0xc2, 3, 4));
  });

  test('behavior: items that outgrow the scratch while the lists around them are open', () => {
    for (const length of [...sizesAroundScratch(), 3_000_000]) {
      const item = [Uint8Array.of(9), [new Uint8Array(length).fill(5), [], Uint8Array.of(200)]];
      expect(decodeRlp(borrowRlp(item)), `${length} bytes`).toEqual(item);
    }
  });
});

describe('borrowTypedRlp', () => {
  test('default', () => {
    expect(borrowTypedRlp(2, [Uint8Array.of(1)])).toEqual(Uint8Array.of(2, 0xc1, 1));
  });
});

/** The scratch begins with 8,192 bytes and grows to twice what is needed. */
function sizesAroundScratch(): readonly number[] {
  return Array.from({ length: 24 }, (_, i) => 8192 - 20 + i);
}

describe('decodeRlp', () => {
  test.each(EXAMPLES)('default: %s', (_, item, encoded) => {
    expect(decodeRlp(hexToBytes(encoded))).toEqual(item);
  });

  test('behavior: gives back what was encoded', () => {
    fc.assert(
      fc.property(items, (item) => {
        expect(decodeRlp(encodeRlp(item))).toEqual(item);
      }),
    );
  });

  test('behavior: whatever decodes, encodes to the same bytes', () => {
    const bytes = fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0x81, 0x82, 0xb8, 0xc0, 0xc1, 0xc2), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(bytes, (values) => {
        const data = Uint8Array.from(values);
        let item: RlpItem;
        try {
          item = decodeRlp(data);
        } catch {
          return;
        }
        expect(encodeRlp(item)).toEqual(data);
      }),
      { numRuns: runs(2000) },
    );
  });

  test('behavior: strings are views', () => {
    const data = hexToBytes('0x83646f67');
    expect((decodeRlp(data) as Uint8Array).buffer).toBe(data.buffer);
  });

  test.each([
    ['nothing', '0x', 'rlpTruncated'],
    ['a trailing byte', '0x8000', 'rlpTrailing'],
    ['a small byte with a header', '0x817f', 'rlpNotCanonical'],
    ['a long form of 55 bytes', `0xb837${'01'.repeat(55)}`, 'rlpNotCanonical'],
    ['a length with a leading zero', `0xb90038${'01'.repeat(56)}`, 'rlpNotCanonical'],
    ['a list in the long form without need', '0xf800', 'rlpNotCanonical'],
    ['a length beyond the end', '0x8364', 'rlpTruncated'],
    ['a length of 2^64 - 1', '0xbfffffffffffffffff', 'rlpTruncated'],
    ['a list length of 2^64 - 1', '0xffffffffffffffffff', 'rlpTruncated'],
    ['a missing length', '0xb9ff', 'rlpTruncated'],
    ['an item that reaches out of its list', '0xc28364646464', 'rlpTrailing'],
    ['an item of a list that reaches beyond it', '0xc283', 'rlpTruncated'],
  ])('error: %s', (_, encoded, code) => {
    expect(decodeErrorCode(() => decodeRlp(hexToBytes(encoded)))).toBe(code);
  });

  test('error: a length beyond exact numbers is not told rounded', () => {
    const told = (encoded: `0x${string}`) => () => decodeRlp(hexToBytes(encoded));
    expect(told('0xbfffffffffffffffff')).toThrow('expected 2^53 or more bytes of RLP content');
    expect(told('0xbe1fffffffffffff')).toThrow('expected 9007199254740991 bytes of RLP content');
  });

  test('error: an item longer than the list around it, though the data go on', () => {
    expect(decodeErrorCode(() => decodeRlp(hexToBytes('0xc4c2820102')))).toBe('rlpTruncated');
  });

  test('error: lists nested too deep', () => {
    const nested = (depth: number): Uint8Array => {
      let encoded: Uint8Array = Uint8Array.of(0xc0);
      for (let i = 1; i < depth; i++) {
        encoded = listAround(encoded);
      }
      return encoded;
    };
    expect(() => decodeRlp(nested(MAX_RLP_DEPTH))).not.toThrow();
    expect(decodeErrorCode(() => decodeRlp(nested(MAX_RLP_DEPTH + 1)))).toBe('rlpTooDeep');
    expect(decodeErrorCode(() => decodeRlp(nested(20_000)))).toBe('rlpTooDeep');
  });

  test('error: every truncation', () => {
    const valid = encodeRlp([text(LOREM), [Uint8Array.of(1), text('dog')], text('')]);
    expectTruncationsRefused(decodeRlp, valid);
    expectOnlyDecodeErrors(decodeRlp, valid);
  });
});

describe('rlpHeader', () => {
  test('default', () => {
    const data = hexToBytes('0xc88363617483646f67');
    expect(rlpHeader(data, 0)).toEqual({ type: 'list', start: 1, end: 9 });
    expect(rlpHeader(data, 1)).toEqual({ type: 'bytes', start: 2, end: 5 });
  });

  test('error: an item that ends after the limit', () => {
    const data = hexToBytes('0xc88363617483646f67');
    expect(decodeErrorCode(() => rlpHeader(data, 5, 8))).toBe('rlpTruncated');
    expect(decodeErrorCode(() => rlpHeader(data, 8, 8))).toBe('rlpTruncated');
  });
});

describe('rlpToBigint', () => {
  test('default', () => {
    expect(rlpToBigint(new Uint8Array(0), 8)).toBe(0n);
    expect(rlpToBigint(Uint8Array.of(1, 0), 8)).toBe(256n);
    expect(rlpToBigint(new Uint8Array(8).fill(255), 8)).toBe(2n ** 64n - 1n);
  });

  test('error: a leading zero, or too many bytes', () => {
    expect(decodeErrorCode(() => rlpToBigint(Uint8Array.of(0), 8))).toBe('rlpNotCanonical');
    expect(decodeErrorCode(() => rlpToBigint(new Uint8Array(9).fill(1), 8))).toBe(
      'rlpIntegerTooLong',
    );
  });
});
