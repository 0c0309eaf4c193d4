import { describe, expect, test } from 'vitest';
import { concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { decodeBatch, decodeBatchOrV2 } from '../../src/protocol/batchCodec.ts';
import { encodeSpanBatchV2 } from '../../src/protocol/spanBatchV2.ts';
import { decodeSpanBatch, expandSpanBatch } from '../../src/protocol/spanBatch.ts';
import { decodeErrorCode, expectDecodeError } from '../support/decoding.ts';
import { SPAN_BYTES, SPAN_CONTEXT } from '../support/spanVector.ts';

/** @see protocol/derivation-2-vectors.md 12.8 "Smallest complete example" */
const SINGULAR = hexToBytes(`0x00f84ba0${'11'.repeat(32)}8203e8a0${'22'.repeat(32)}84647f5f0bc0`);
const SPAN = concatBytes(Uint8Array.of(1), SPAN_BYTES);
const V1 = expandSpanBatch(decodeSpanBatch(SPAN_BYTES), SPAN_CONTEXT);
const RECIPIENT = `0x${'aa'.repeat(20)}` as const;
const SPAN_V2 = concatBytes(
  Uint8Array.of(2),
  encodeSpanBatchV2(
    { ...V1, elements: V1.elements.map((e) => ({ ...e, feeRecipient: RECIPIENT })) },
    { ...SPAN_CONTEXT, startsNewOrigin: false },
  ),
);

describe('decodeBatch', () => {
  test('default: by its type byte', () => {
    expect(decodeBatch(SINGULAR)).toMatchObject({ type: 'singular', epochNumber: 1000n });
    expect(decodeBatch(SPAN)).toMatchObject({ type: 'rawSpan', relTimestamp: 100n });
  });

  test('B6: any other type byte, and none', () => {
    for (let type = 2; type < 256; type++) {
      const bytes = concatBytes(Uint8Array.of(type), SPAN_BYTES);
      expect(
        decodeErrorCode(() => decodeBatch(bytes)),
        `type ${type}`,
      ).toBe('unknownBatchType');
    }
    expectDecodeError(() => decodeBatch(new Uint8Array(0)), 'unknownBatchType', 0);
    expect(() => decodeBatch(SPAN_V2)).toThrow('expected 0 or 1, found 2');
  });
});

describe('decodeBatchOrV2', () => {
  test('default: type 2 as well', () => {
    expect(decodeBatchOrV2(SPAN_V2)).toMatchObject({
      type: 'rawSpanV2',
      feeRecipients: [RECIPIENT, RECIPIENT, RECIPIENT],
    });
    expect(decodeBatchOrV2(SINGULAR)).toEqual(decodeBatch(SINGULAR));
  });

  test('behavior: the first byte alone is the type', () => {
    const rest = concatBytes(Uint8Array.of(1, 2), SPAN_BYTES.subarray(1));
    expect(decodeBatchOrV2(rest)).toMatchObject({ type: 'rawSpan', relTimestamp: 2n });
  });

  test('error: any other type byte', () => {
    const bytes = concatBytes(Uint8Array.of(3), SPAN_BYTES);
    expectDecodeError(() => decodeBatchOrV2(bytes), 'unknownBatchType', 0);
  });
});
