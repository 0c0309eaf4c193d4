import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import type { SingularBatch } from '../../src/protocol/batch.ts';
import { decodeSingularBatch, encodeSingularBatch } from '../../src/protocol/singularBatch.ts';
import { SPAN_TXS } from '../support/spanVector.ts';

/** @see protocol/derivation-2-vectors.md 12.8 "Smallest complete example" */
const EMPTY_BATCH: SingularBatch = {
  type: 'singular',
  parentHash: `0x${'11'.repeat(32)}`,
  epochNumber: 1000n,
  epochHash: `0x${'22'.repeat(32)}`,
  timestamp: 1686069003n,
  transactions: [],
};
const EMPTY_BYTES = hexToBytes(`0xf84ba0${'11'.repeat(32)}8203e8a0${'22'.repeat(32)}84647f5f0bc0`);
const HASH = new Uint8Array(32);
const NUMBER = Uint8Array.of(1);

describe('decodeSingularBatch', () => {
  test('default: the smallest batch', () => {
    expect(decodeSingularBatch(EMPTY_BYTES)).toEqual(EMPTY_BATCH);
  });

  test('behavior: bytes behind the list are ignored', () => {
    const longer = concatBytes(EMPTY_BYTES, Uint8Array.of(0, 0xff));
    expect(decodeSingularBatch(longer)).toEqual(EMPTY_BATCH);
  });

  test('behavior: transactions are opaque views', () => {
    const transactions = [new Uint8Array(0), Uint8Array.of(1), new Uint8Array(300).fill(0xc0)];
    const bytes = encodeRlp([HASH, NUMBER, HASH, NUMBER, transactions]);
    const batch = decodeSingularBatch(bytes);
    expect(batch.transactions).toEqual(transactions);
    expect(batch.transactions[2]?.buffer).toBe(bytes.buffer);
  });

  test('error: every truncation', () => {
    const bytes = encodeSingularBatch({ ...EMPTY_BATCH, transactions: SPAN_TXS.slice(0, 2) });
    for (let length = 0; length < bytes.length; length++) {
      const cut = () => decodeSingularBatch(bytes.subarray(0, length));
      expect(cut, `${length}`).toThrow(DecodeError);
    }
  });

  test.each([
    ['four items', [HASH, NUMBER, HASH, NUMBER]],
    ['six items', [HASH, NUMBER, HASH, NUMBER, [], []]],
    ['a parent hash of 31 bytes', [HASH.subarray(1), NUMBER, HASH, NUMBER, []]],
    ['an epoch hash of 33 bytes', [HASH, NUMBER, new Uint8Array(33), NUMBER, []]],
    ['a number with a leading zero', [HASH, Uint8Array.of(0, 1), HASH, NUMBER, []]],
    ['a time of nine bytes', [HASH, NUMBER, HASH, new Uint8Array(9).fill(1), []]],
    ['an epoch number of nine bytes', [HASH, new Uint8Array(9).fill(1), HASH, NUMBER, []]],
    ['transactions that are a string', [HASH, NUMBER, HASH, NUMBER, NUMBER]],
    ['a transaction that is a list', [HASH, NUMBER, HASH, NUMBER, [[]]]],
    ['a string', HASH],
  ])('error: %s', (_, item) => {
    expect(() => decodeSingularBatch(encodeRlp(item))).toThrow(DecodeError);
  });
});

describe('encodeSingularBatch', () => {
  test('default: the known bytes', () => {
    expect(bytesToHex(encodeSingularBatch(EMPTY_BATCH))).toBe(bytesToHex(EMPTY_BYTES));
    const two = encodeSingularBatch({ ...EMPTY_BATCH, transactions: SPAN_TXS.slice(0, 2) });
    // With its type byte. @see protocol/derivation-2-vectors.md 12.9
    expect(keccak256Hex(concatBytes(Uint8Array.of(0), two))).toBe(
      '0x119edb18190f682d727f13d86a80d173fec86add443fa6d363dcdb06f297408e',
    );
  });

  test('behavior: round trip', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytesToHex);
    const batch = fc.record({
      type: fc.constant('singular' as const),
      parentHash: hash,
      epochNumber: fc.bigInt(0n, 2n ** 64n - 1n),
      epochHash: hash,
      timestamp: fc.bigInt(0n, 2n ** 64n - 1n),
      transactions: fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(batch, (value) => {
        expect(decodeSingularBatch(encodeSingularBatch(value))).toEqual(value);
      }),
    );
  });
});
