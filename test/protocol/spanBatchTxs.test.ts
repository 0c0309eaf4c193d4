import { describe, expect, test } from 'vitest';
import { concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { cursorAt } from '../../src/base/cursor.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { hasRecipient, readSpanTxs } from '../../src/protocol/spanBatchTxs.ts';
import { decodeErrorCode, expectTruncationsRefused } from '../support/decoding.ts';

type Tx = { readonly data: Uint8Array; readonly creates?: boolean };

/** Columns of transactions with nonces 1, 2, … and gas limits 0x80, 0x81, …; all unprotected. */
function columnsOf(txs: readonly Tx[], protectedBits = new Uint8Array(0)): Uint8Array {
  const bits = txs.reduce((all, { creates }, i) => all | (creates === true ? 1 << i : 0), 0);
  return concatBytes(
    Uint8Array.of(bits, 0),
    new Uint8Array(64 * txs.length).fill(5),
    ...txs.map(({ creates }, i) => new Uint8Array(creates === true ? 0 : 20).fill(i)),
    ...txs.map(({ data }) => data),
    Uint8Array.from(txs, (_, i) => i + 1),
    ...txs.map((_, i) => Uint8Array.of(0x80 + i, 1)),
    protectedBits,
  );
}

const LEGACY = hexToBytes('0xc3808080');
const TYPED = hexToBytes('0x02c5808080c0c0');

describe('readSpanTxs', () => {
  test('default: every column, and nothing behind the last', () => {
    const txs = [{ data: TYPED }, { data: LEGACY, creates: true }, { data: LEGACY }];
    const bytes = concatBytes(columnsOf(txs, Uint8Array.of(2)), Uint8Array.of(9));
    const cursor = cursorAt(bytes);
    const columns = readSpanTxs(cursor, 3);
    expect(cursor.offset).toBe(bytes.length - 1);
    expect(columns).toMatchObject({ count: 3, creationBits: Uint8Array.of(2) });
    expect(columns.signatures).toHaveLength(192);
    expect(columns.recipients).toHaveLength(40);
    const first = 2 + 192 + 40;
    expect([...columns.dataOffsets]).toEqual([first, first + 7, first + 11, first + 15]);
    expect([...columns.nonces]).toEqual([1, 0, 2, 0, 3, 0]);
    expect([...columns.gasLimits]).toEqual([128, 0, 129, 0, 130, 0]);
    expect([...columns.protectedBits]).toEqual([2]);
    expect([0, 1, 2].map((i) => hasRecipient(columns, i))).toEqual([true, false, true]);
  });

  test('behavior: legacy transactions have a protected bit, and so has type 0', () => {
    for (const [first, bits] of [
      [0x00, 1],
      [0x01, 0],
      [0x7f, 0],
    ] as const) {
      const cursor = cursorAt(columnsOf([{ data: Uint8Array.of(first, 0xc0) }], Uint8Array.of(1)));
      expect(readSpanTxs(cursor, 1).protectedBits.length, `type ${first}`).toBe(bits);
    }
  });

  test('error: first bytes that are neither type nor list', () => {
    for (const first of [0x80, 0x81, 0xb7, 0xbf]) {
      const bytes = columnsOf([{ data: Uint8Array.of(first, 0xc0) }], Uint8Array.of(0));
      expect(() => readSpanTxs(cursorAt(bytes), 1), `${first}`).toThrow(DecodeError);
    }
  });

  test('B5: an item of 10,000,000 bytes besides its type, not one more', () => {
    const item = (length: number) => encodeRlp([new Uint8Array(length - 8)]);
    for (const type of [[], [2]]) {
      const read = (length: number) => () => {
        const data = concatBytes(Uint8Array.from(type), item(length));
        return readSpanTxs(cursorAt(columnsOf([{ data }], Uint8Array.of(0))), 1);
      };
      expect(read(10_000_000)().dataOffsets).toHaveLength(2);
      expect(decodeErrorCode(read(10_000_001))).toBe('txDataTooLong');
    }
  });

  test('error: every truncation', () => {
    const bytes = columnsOf([{ data: TYPED }, { data: LEGACY, creates: true }], Uint8Array.of(1));
    expectTruncationsRefused((data) => readSpanTxs(cursorAt(data), 2), bytes);
  });
});
