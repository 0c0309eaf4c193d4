import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { encodeUvarint } from '../../src/base/cursor.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import type { SpanBatch, SpanElement } from '../../src/protocol/batch.ts';
import { encodeSpanBatch } from '../../src/protocol/encodeSpanBatch.ts';
import {
  decodeSpanBatch,
  expandSpanBatch,
  MAX_SPAN_BATCH_ELEMENTS,
  spanEpochNumbers,
} from '../../src/protocol/spanBatch.ts';
import { decodeErrorCode, expectDecodeError } from '../support/decoding.ts';
import { SPAN_BYTES, SPAN_CONTEXT, SPAN_TXS } from '../support/spanVector.ts';
import { spanBatches } from '../support/transactions.ts';
import { runs } from '../support/runs.ts';

const CHECKS = {
  parentCheck: `0x${'11'.repeat(20)}`,
  l1OriginCheck: `0x${'22'.repeat(20)}`,
} as const;

/** @see protocol/derivation-2-vectors.md 12.9 */
const VECTOR: SpanBatch = {
  type: 'span',
  ...CHECKS,
  elements: [
    { epochNumber: 1000n, timestamp: 1686069003n, transactions: SPAN_TXS.slice(0, 2) },
    { epochNumber: 1000n, timestamp: 1686069005n, transactions: [] },
    { epochNumber: 1001n, timestamp: 1686069007n, transactions: SPAN_TXS.slice(2) },
  ],
};

const FIRST = VECTOR.elements[0] as SpanElement;

describe('decodeSpanBatch', () => {
  test('default: the fields of the known batch', () => {
    const raw = decodeSpanBatch(SPAN_BYTES);
    expect(raw.relTimestamp).toBe(100n);
    expect(raw.l1OriginNumber).toBe(1001n);
    expect([raw.parentCheck, raw.l1OriginCheck]).toEqual(Object.values(CHECKS));
    expect([...raw.blockTxCounts]).toEqual([2, 0, 2]);
    expect(raw.end).toBe(SPAN_BYTES.length);
  });

  test('behavior: bytes behind the last column are ignored', () => {
    const raw = decodeSpanBatch(concatBytes(SPAN_BYTES, Uint8Array.of(1, 2, 3)));
    expect(raw.end).toBe(SPAN_BYTES.length);
  });

  test('error: every truncation', () => {
    for (let length = 0; length < SPAN_BYTES.length; length++) {
      expect(() => decodeSpanBatch(SPAN_BYTES.subarray(0, length)), `${length}`).toThrow(
        DecodeError,
      );
    }
  });

  test('B12: no block, or too many', () => {
    expectDecodeError(() => decodeSpanBatch(prefix(0n)), 'spanEmpty', 42);
    const tooMany = prefix(BigInt(MAX_SPAN_BATCH_ELEMENTS) + 1n);
    expect(() => decodeSpanBatch(tooMany)).toThrow('expected at most 10000000, found 10000001');
    expect(() => decodeSpanBatch(prefix(2n ** 64n - 1n))).toThrow(DecodeError);
  });

  test('B12: too many transactions, of a block or together', () => {
    const max = encodeUvarint(BigInt(MAX_SPAN_BATCH_ELEMENTS));
    const over = encodeUvarint(BigInt(MAX_SPAN_BATCH_ELEMENTS) + 1n);
    const bits = Uint8Array.of(0);
    expect(() => decodeSpanBatch(concatBytes(prefix(1n), bits, over))).toThrow('at most 10000000');
    const sum = concatBytes(prefix(2n), bits, max, Uint8Array.of(1));
    expect(() => decodeSpanBatch(sum)).toThrow('a sum of at most 10000000');
    // As many as there may be are only missing.
    const most = concatBytes(prefix(2n), bits, max, Uint8Array.of(0));
    expect(decodeErrorCode(() => decodeSpanBatch(most))).toBe('truncated');
  });

  test('error: superfluous bits in each bit list', () => {
    // One block with one legacy transaction: every list has one bit of a byte.
    const one = encodeSpanBatch(
      {
        ...VECTOR,
        elements: [{ ...FIRST, transactions: SPAN_TXS.slice(0, 1) }],
      },
      { ...SPAN_CONTEXT, startsNewOrigin: true },
    );
    const originBits = 1 + 2 + 40 + 1;
    for (const offset of [originBits, originBits + 2, originBits + 3, one.length - 1]) {
      const damaged = one.slice();
      damaged[offset] = (damaged[offset] as number) | 2;
      expect(() => decodeSpanBatch(damaged), `${offset}`).toThrow('expected only 1 bits');
    }
  });

  test('error: transaction data that is no list', () => {
    expect(() => decodeSpanBatch(oneTxSpan({ data: Uint8Array.of(0x02, 0x80) }))).toThrow(
      'expected an RLP list',
    );
  });

  test('B5: transaction data of more than 10,000,000 bytes', () => {
    const data = encodeRlp([new Uint8Array(10_000_000)]);
    expect(() => decodeSpanBatch(oneTxSpan({ data }))).toThrow('an item of at most 10000000');
    expect(() => decodeSpanBatch(oneTxSpan({ data: data.subarray(0, 9_999_000) }))).toThrow(
      DecodeError,
    );
  });
});

describe('expandSpanBatch', () => {
  test('default: the known batch, its transactions byte for byte', () => {
    expect(hexOf(expandSpanBatch(decodeSpanBatch(SPAN_BYTES), SPAN_CONTEXT))).toEqual(
      hexOf(VECTOR),
    );
  });

  test('behavior: timestamps wrap at 2^64', () => {
    const bytes = concatBytes(encodeUvarint(2n ** 64n - 1n), SPAN_BYTES.subarray(1));
    const { elements } = expandSpanBatch(decodeSpanBatch(bytes), { ...SPAN_CONTEXT, l2Time: 0n });
    expect(elements.map(({ timestamp }) => timestamp)).toEqual([2n ** 64n - 1n, 1n, 3n]);
  });

  test('behavior: post-exec transactions are their data item; other columns are read past', () => {
    const postExec = hexToBytes('0x7dc20102');
    const transactions = [postExec, ...SPAN_TXS];
    const batch = { ...VECTOR, elements: [{ ...FIRST, transactions }] };
    const bytes = encodeSpanBatch(batch, { ...SPAN_CONTEXT, startsNewOrigin: false });
    expect(hexOf(expandSpanBatch(decodeSpanBatch(bytes), SPAN_CONTEXT))).toEqual(hexOf(batch));
    const opaque = decodeSpanBatch(oneTxSpan({ data: hexToBytes('0x7d83aabbcc') }));
    const [element] = expandSpanBatch(opaque, SPAN_CONTEXT).elements;
    expect(element?.transactions.map(bytesToHex)).toEqual(['0x7d83aabbcc']);
  });

  test.each([
    ['type 0 written as a type byte', '0x00c3808080'],
    ['a blob transaction', '0x03c58080808080'],
    ['a deposit', '0x7ec0'],
    ['too few fields', '0xc28080'],
    ['too many fields', '0xc480808080'],
    ['a list as value', '0xc3c08080'],
    ['a list as data', '0xc38080c0'],
    ['an integer with a leading zero', '0xc3008080'],
    ['a field that reaches beyond the list', '0xc3808081'],
    ['an access list that is a string', '0x01c480808080'],
    ['an access list entry without keys', `0x01da808080d6d594${'aa'.repeat(20)}`],
    ['an access list with a short address', '0x01c9808080c5c4c28001c0'],
  ])('error: %s', (_, hex) => {
    const raw = decodeSpanBatch(oneTxSpan({ data: hexToBytes(hex) }));
    expect(() => expandSpanBatch(raw, SPAN_CONTEXT)).toThrow(DecodeError);
  });

  test.each([
    ['legacy', '0xc3808080', { creates: true, calls: true }],
    ['type 1', '0x01c4808080c0', { creates: true, calls: true }],
    ['type 2', '0x02c580808080c0', { creates: true, calls: true }],
    ['type 4', '0x04c680808080c0c0', { creates: false, calls: true }],
    ['post-exec', '0x7dc0', { creates: true, calls: true }],
  ])('B11: %s with and without a recipient', (_, data, { creates, calls }) => {
    for (const [creation, allowed] of [
      [true, creates],
      [false, calls],
    ] as const) {
      const raw = decodeSpanBatch(oneTxSpan({ data: hexToBytes(data), creation }));
      const expand = () => expandSpanBatch(raw, SPAN_CONTEXT).elements.length;
      if (allowed) expect(expand(), `creation ${creation}`).toBe(1);
      else expect(expand, `creation ${creation}`).toThrow(DecodeError);
    }
  });

  test('B11: a set-code transaction without recipient, or with an integer above 256 bits', () => {
    const setCode = (value: Uint8Array) =>
      concatBytes(Uint8Array.of(4), encodeRlp([value, EMPTY, EMPTY, EMPTY, [], []]));
    const expand = (data: Uint8Array, creation: boolean) => () =>
      expandSpanBatch(decodeSpanBatch(oneTxSpan({ data, creation })), SPAN_CONTEXT);
    const max = new Uint8Array(32).fill(0xff);
    expect(expand(setCode(max), false)).not.toThrow();
    expect(expand(setCode(max), true)).toThrow('no recipient');
    expect(expand(setCode(new Uint8Array(33).fill(0xff)), false)).toThrow('at most 32 bytes');
  });

  test('behavior: before set-code transactions, integers of any size are kept', () => {
    const value = new Uint8Array(40).fill(0xff);
    const raw = decodeSpanBatch(oneTxSpan({ data: encodeRlp([value, EMPTY, EMPTY]) }));
    const [element] = expandSpanBatch(raw, SPAN_CONTEXT).elements;
    expect(bytesToHex(element?.transactions[0] as Uint8Array)).toContain('ff'.repeat(40));
  });
});

describe('spanEpochNumbers', () => {
  test.each([
    [0b101, [1000n, 1000n, 1001n]],
    [0b111, [999n, 1000n, 1001n]],
    [0b000, [1001n, 1001n, 1001n]],
  ])('origin bits %s', (bits, epochs) => {
    const raw = { ...decodeSpanBatch(SPAN_BYTES), originBits: Uint8Array.of(bits) };
    expect(spanEpochNumbers(raw)).toEqual(epochs);
  });
});

describe('encodeSpanBatch', () => {
  test('default: the known bytes', () => {
    const encoded = encodeSpanBatch(VECTOR, { ...SPAN_CONTEXT, startsNewOrigin: false });
    expect(bytesToHex(encoded)).toBe(bytesToHex(SPAN_BYTES));
  });

  test('behavior: what it writes is read back the same', () => {
    fc.assert(
      fc.property(spanBatches(SPAN_CONTEXT), (batch) => {
        const encoded = encodeSpanBatch(batch, { ...SPAN_CONTEXT, startsNewOrigin: true });
        const raw = decodeSpanBatch(encoded);
        expect(raw.end).toBe(encoded.length);
        expect(hexOf(expandSpanBatch(raw, SPAN_CONTEXT))).toEqual(hexOf(batch));
      }),
      { numRuns: runs(200) },
    );
  });

  test('error: what a span cannot say', () => {
    const context = { ...SPAN_CONTEXT, startsNewOrigin: true };
    const encode = (elements: SpanBatch['elements']) => () =>
      encodeSpanBatch({ ...VECTOR, elements }, context);
    expect(encode([])).toThrow('at least one block');
    expect(encode([{ ...FIRST, timestamp: 1n }])).toThrow('a time from');
    expect(encode([FIRST, { ...FIRST, epochNumber: 1002n }])).toThrow('does not follow');
    expect(encode([{ ...FIRST, transactions: [Uint8Array.of(0x7e, 0xc0)] }])).toThrow(DecodeError);
    const otherChain = { ...context, l2ChainId: 11n };
    expect(() => encodeSpanBatch({ ...VECTOR, elements: [FIRST] }, otherChain)).toThrow(
      'does not belong to this chain',
    );
  });
});

const EMPTY = new Uint8Array(0);

/** Everything up to the block count. */
function prefix(blockCount: bigint): Uint8Array {
  return concatBytes(Uint8Array.of(0, 0), new Uint8Array(40), encodeUvarint(blockCount));
}

/** One block with one transaction of the given data item. */
function oneTxSpan(tx: { readonly data: Uint8Array; readonly creation?: boolean }): Uint8Array {
  const creation = tx.creation ?? true;
  const type = tx.data[0] as number;
  const isLegacy = type > 0x7f || type === 0;
  return concatBytes(
    prefix(1n),
    Uint8Array.of(0, 1, creation ? 1 : 0, 0),
    new Uint8Array(64).fill(1),
    new Uint8Array(creation ? 0 : 20).fill(0xaa),
    tx.data,
    Uint8Array.of(7, 9),
    new Uint8Array(isLegacy ? 1 : 0),
  );
}

function hexOf(batch: SpanBatch): unknown {
  const elements = batch.elements.map((element) => ({
    ...element,
    transactions: element.transactions.map(bytesToHex),
  }));
  return { ...batch, elements };
}
