import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import {
  cursorAt,
  encodeUvarint,
  readByte,
  readBytes,
  readCount,
  readU16,
  readU32,
  readUvarint,
  readUvarints,
  remainingBytes,
} from '../../src/base/cursor.ts';
import { DecodeError } from '../../src/base/errors.ts';

const BYTES = hexToBytes('0x0102030405060708f9');

describe('fixed-width reads', () => {
  test('default: big-endian, moving on', () => {
    const cursor = cursorAt(BYTES);
    expect(readByte(cursor, 'a')).toBe(1);
    expect(readU16(cursor, 'b')).toBe(0x0203);
    expect(readU32(cursor, 'c')).toBe(0x04050607);
    expect(remainingBytes(cursor)).toBe(2);
    expect(readU32(cursorAt(hexToBytes('0xffffffff')), 'e')).toBe(4294967295);
  });

  test('error: the end', () => {
    for (const read of [readByte, readU16, readU32]) {
      expect(() => read(cursorAt(BYTES, 9), 'field')).toThrow(DecodeError);
    }
    expect(() => readU16(cursorAt(BYTES, 8), 'field')).toThrow(
      'field: expected 2 more bytes, found 1',
    );
    expect(() => readByte(cursorAt(BYTES, 9), 'field')).toThrow(
      'field: expected 1 more byte, found',
    );
  });
});

describe('readBytes', () => {
  test('default: a view', () => {
    const cursor = cursorAt(BYTES, 2);
    const view = readBytes(cursor, 3, 'bytes');
    expect(bytesToHex(view)).toBe('0x030405');
    expect(view.buffer).toBe(BYTES.buffer);
    expect(cursor.offset).toBe(5);
  });

  test('error: more than there is', () => {
    expect(() => readBytes(cursorAt(BYTES), 10, 'bytes')).toThrow(DecodeError);
  });
});

describe('readUvarint', () => {
  test.each([
    ['0x00', 0n],
    ['0x7f', 127n],
    ['0x8001', 128n],
    ['0xac02', 300n],
    ['0xffffffffffffffffff01', 2n ** 64n - 1n],
    ['0x80808080808080808000', 0n],
    ['0x8100', 1n],
  ])('%s', (hex, value) => {
    const cursor = cursorAt(hexToBytes(hex));
    expect(readUvarint(cursor, 'value')).toBe(value);
    expect(remainingBytes(cursor)).toBe(0);
  });

  test('error: above 64 bits or ten bytes', () => {
    for (const hex of ['0xffffffffffffffffff02', '0x8080808080808080808000']) {
      expect(() => readUvarint(cursorAt(hexToBytes(hex)), 'value')).toThrow('64 bits');
    }
  });

  test('behavior: reads what encodeUvarint writes, and no truncation of it', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
        const encoded = encodeUvarint(value);
        expect(readUvarint(cursorAt(encoded), 'value')).toBe(value);
        for (let length = 0; length < encoded.length; length++) {
          const cursor = cursorAt(encoded.subarray(0, length));
          expect(() => readUvarint(cursor, 'value')).toThrow(DecodeError);
        }
      }),
    );
  });
});

describe('readUvarints', () => {
  test('default: halves, low before high', () => {
    const encoded = [2n ** 64n - 1n, 5n, 2n ** 32n].flatMap((value) => [...encodeUvarint(value)]);
    const halves = readUvarints(cursorAt(Uint8Array.from(encoded)), 3, 'values');
    expect([...halves]).toEqual([0xffffffff, 0xffffffff, 5, 0, 0, 1]);
  });

  test('error: a count that cannot fit fails before anything is allocated', () => {
    expect(() => readUvarints(cursorAt(BYTES), 2 ** 31, 'values')).toThrow(DecodeError);
  });
});

describe('readCount', () => {
  test('default: up to the maximum', () => {
    expect(readCount(cursorAt(Uint8Array.of(5)), 5, 'count')).toBe(5);
    expect(readCount(cursorAt(encodeUvarint(300n)), 300, 'count')).toBe(300);
  });

  test('error: above the maximum', () => {
    expect(() => readCount(cursorAt(Uint8Array.of(6)), 5, 'count')).toThrow('at most 5, found 6');
    const huge = encodeUvarint(2n ** 64n - 1n);
    expect(() => readCount(cursorAt(huge), 10_000_000, 'count')).toThrow(DecodeError);
  });
});
