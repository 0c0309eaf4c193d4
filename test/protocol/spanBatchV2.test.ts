import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes } from '../../src/base/bytes.ts';
import { decodeSpanBatch, expandSpanBatch } from '../../src/protocol/spanBatch.ts';
import {
  decodeSpanBatchV2,
  encodeSpanBatchV2,
  expandSpanBatchV2,
  type SpanBatchV2,
} from '../../src/protocol/spanBatchV2.ts';
import { decodeErrorCode, expectTruncationsRefused } from '../support/decoding.ts';
import { SPAN_BYTES, SPAN_CONTEXT } from '../support/spanVector.ts';
import { spanBatches } from '../support/transactions.ts';
import { runs } from '../support/runs.ts';

const ENCODING = { ...SPAN_CONTEXT, startsNewOrigin: false };
const A = `0x${'aa'.repeat(20)}` as const;
const B = `0x${'bb'.repeat(20)}` as const;
const address = (byte: number) => new Uint8Array(20).fill(byte);

/** The known batch of version 1, its three blocks paying `recipients`. */
function paying(...recipients: (typeof A)[]): SpanBatchV2 {
  const span = expandSpanBatch(decodeSpanBatch(SPAN_BYTES), SPAN_CONTEXT);
  const elements = span.elements.map((element, i) => ({
    ...element,
    feeRecipient: recipients[i] ?? A,
  }));
  return { ...span, elements };
}

describe('encodeSpanBatchV2', () => {
  test('default: version 1, indexes, then the set in the order of first use', () => {
    const encoded = encodeSpanBatchV2(paying(B, A, B), ENCODING);
    const expected = concatBytes(SPAN_BYTES, Uint8Array.of(0, 1, 0), address(0xbb), address(0xaa));
    expect(bytesToHex(encoded)).toBe(bytesToHex(expected));
  });

  test('behavior: round trip', () => {
    const recipients = fc.infiniteStream(fc.constantFrom(A, B, `0x${'cc'.repeat(20)}` as const));
    fc.assert(
      fc.property(spanBatches(SPAN_CONTEXT), recipients, (span, chosen) => {
        const elements = span.elements.map((element) => ({
          ...element,
          feeRecipient: chosen.next().value ?? A,
        }));
        const encoded = encodeSpanBatchV2({ ...span, elements }, ENCODING);
        const found = expandSpanBatchV2(decodeSpanBatchV2(encoded), SPAN_CONTEXT);
        const of = (list: typeof elements) =>
          list.map(({ feeRecipient, timestamp }) => [feeRecipient, timestamp]);
        expect(of([...found.elements])).toEqual(of(elements));
      }),
      { numRuns: runs(50) },
    );
  });
});

describe('decodeSpanBatchV2', () => {
  test('default: one recipient per block', () => {
    const encoded = encodeSpanBatchV2(paying(A, A, B), ENCODING);
    expect(decodeSpanBatchV2(encoded).feeRecipients).toEqual([A, A, B]);
  });

  test('error: every truncation', () => {
    expectTruncationsRefused(decodeSpanBatchV2, encodeSpanBatchV2(paying(A, B, A), ENCODING));
  });

  test.each([
    ['a first index that is not 0', [1, 0, 0], [0xaa, 0xbb], 'feeRecipientOrder'],
    ['an index that skips one', [0, 2, 1], [0xaa, 0xbb, 0xcc], 'feeRecipientOrder'],
    ['an index in a longer form', [0x80, 0, 0, 0], [0xaa], 'uvarintNotShortest'],
    ['an index of 2^32 - 1', [0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0], [0xaa], 'feeRecipientOrder'],
    ['an index of 2^32', [0, 0x80, 0x80, 0x80, 0x80, 0x10, 0], [0xaa], 'countTooLarge'],
    ['an address that nobody uses', [0, 0, 0], [0xaa, 0xbb], 'feeRecipientExcess'],
    ['an address that is there twice', [0, 1, 0], [0xaa, 0xaa], 'feeRecipientTwice'],
  ])('error: %s', (_, indexes, recipients, code) => {
    const bytes = concatBytes(SPAN_BYTES, Uint8Array.from(indexes), ...recipients.map(address));
    expect(decodeErrorCode(() => decodeSpanBatchV2(bytes))).toBe(code);
  });

  test('error: a byte left over', () => {
    const encoded = encodeSpanBatchV2(paying(A), ENCODING);
    const longer = concatBytes(encoded, Uint8Array.of(0));
    expect(decodeErrorCode(() => decodeSpanBatchV2(longer))).toBe('feeRecipientExcess');
  });
});
