import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes, bigintToMinimalBytes, bytesToHex } from '../../src/base/bytes.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import {
  copyBytes,
  integerLength,
  uintLength,
  writeInteger,
  writeListHeader,
  writeUint,
} from '../../src/protocol/spanBatchTxWrite.ts';

const FILL = 0xee;

/** What `write` puts at place 3 of a buffer, which it must not touch elsewhere. */
function written(write: (out: Uint8Array, at: number) => number): string {
  const out = new Uint8Array(400).fill(FILL);
  const end = write(out, 3);
  expect(out.subarray(0, 3).every((byte) => byte === FILL)).toBe(true);
  expect(out.subarray(end).every((byte) => byte === FILL)).toBe(true);
  return bytesToHex(out.subarray(3, end));
}

const rlpOf = (value: bigint): string => bytesToHex(encodeRlp(bigintToMinimalBytes(value)));

/** Integers on both sides of every change of length. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  ...[7n, 8n, 16n, 24n, 31n, 32n, 40n, 48n, 56n, 63n].flatMap((bits) => [
    2n ** bits - 1n,
    2n ** bits,
  ]),
  2n ** 64n - 1n,
];

describe('copyBytes', () => {
  test.each([0, 1, 59, 60, 61, 62, 200])('default: %i bytes', (length) => {
    const from = Uint8Array.from({ length: length + 2 }, (_, i) => i);
    const copied = written((out, at) => copyBytes(from, 1, 1 + length, out, at));
    expect(copied).toBe(bytesToHex(from.subarray(1, 1 + length)));
  });
});

describe('writeListHeader', () => {
  test.each([0, 1, 54, 55, 56, 57, 255, 256, 65_535, 65_536, 9_999_999])(
    'default: a list of %i bytes',
    (length) => {
      // A string's header, moved up to where lists begin.
      const header = encodeRlp(new Uint8Array(length).fill(0xff)).slice(0, -length || undefined);
      header[0] = (header[0] as number) + 0x40;
      expect(written((out, at) => writeListHeader(out, at, length))).toBe(bytesToHex(header));
    },
  );
});

describe('uintLength, writeUint', () => {
  const halvesOf = (value: bigint) =>
    Uint32Array.of(7, 7, Number(value & 0xffff_ffffn), Number(value >> 32n), 9, 9);

  test.each(EDGES)('default: %i', (value) => {
    const expected = rlpOf(value);
    expect(written((out, at) => writeUint(halvesOf(value), 1, out, at))).toBe(expected);
    expect(uintLength(halvesOf(value), 1)).toBe((expected.length - 2) / 2);
  });

  test('behavior: any 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
        const expected = rlpOf(value);
        expect(written((out, at) => writeUint(halvesOf(value), 1, out, at))).toBe(expected);
        expect(uintLength(halvesOf(value), 1)).toBe((expected.length - 2) / 2);
      }),
    );
  });
});

describe('integerLength, writeInteger', () => {
  const dataOf = (value: bigint, around: number) => {
    const data = new Uint8Array(96).fill(around);
    data.set(bigintToBytes(value, 32), 32);
    return data;
  };

  test.each([...EDGES, 2n ** 248n - 1n, 2n ** 248n, 2n ** 256n - 1n])('default: %i', (value) => {
    const expected = rlpOf(value);
    for (const around of [0, 0x55]) {
      const data = dataOf(value, around);
      expect(written((out, at) => writeInteger(data, 32, out, at))).toBe(expected);
      expect(integerLength(data, 32)).toBe((expected.length - 2) / 2);
    }
  });
});
