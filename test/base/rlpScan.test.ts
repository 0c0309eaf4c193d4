import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { decodeRlp, encodeRlp, rlpHeader } from '../../src/base/rlp.ts';
import {
  assertRlpEnd,
  rlpBytesEnd,
  rlpContentStart,
  rlpFixedBytesEnd,
  rlpIntegerEnd,
  rlpListEnd,
} from '../../src/base/rlpScan.ts';
import { runs } from '../support/runs.ts';

const ANY_BYTES = fc.uint8Array({ maxLength: 70 });

describe('rlpBytesEnd, rlpListEnd', () => {
  test('behavior: they agree with rlpHeader on any bytes', () => {
    fc.assert(
      fc.property(ANY_BYTES, (data) => {
        const header = resultOf(() => rlpHeader(data, 0));
        const bytesEnd = resultOf(() => rlpBytesEnd(data, 0, data.length));
        const listEnd = resultOf(() => rlpListEnd(data, 0, data.length));
        expect(bytesEnd).toBe(header?.type === 'bytes' ? header.end : undefined);
        expect(listEnd).toBe(header?.type === 'list' ? header.end : undefined);
        if (header !== undefined) expect(rlpContentStart(data, 0)).toBe(header.start);
      }),
      { numRuns: runs(2_000) },
    );
  });

  test('behavior: long items', () => {
    for (const length of [55, 56, 255, 256, 70_000]) {
      const bytes = encodeRlp(new Uint8Array(length));
      expect(rlpBytesEnd(bytes, 0, bytes.length)).toBe(bytes.length);
      expect(bytes.length - rlpContentStart(bytes, 0)).toBe(length);
      const list = encodeRlp([new Uint8Array(length)]);
      expect(rlpListEnd(list, 0, list.length)).toBe(list.length);
    }
  });

  test.each(['0x8101', '0xb801ff', '0xb90000', '0xb8', '0x83aabb', '0xf8', '0xc2ff', '0xf801c0'])(
    'error: %s is not canonical or not whole',
    (hex) => {
      const data = hexToBytes(hex);
      expect(() => decodeRlp(data)).toThrow(DecodeError);
      expect(() => rlpBytesEnd(data, 0, data.length)).toThrow(DecodeError);
      expect(() => rlpListEnd(data, 0, data.length)).toThrow(DecodeError);
    },
  );
});

describe('rlpIntegerEnd', () => {
  test('default: no leading zero, at most maxBytes', () => {
    expect(rlpIntegerEnd(hexToBytes('0x80'), 0, 1, 8)).toBe(1);
    expect(rlpIntegerEnd(hexToBytes('0x820100'), 0, 3, 2)).toBe(3);
  });

  test.each(['0x00', '0x820001', '0x83010000', '0xc0'])('error: %s', (hex) => {
    const data = hexToBytes(hex);
    expect(() => rlpIntegerEnd(data, 0, data.length, 2)).toThrow(DecodeError);
  });
});

describe('rlpFixedBytesEnd', () => {
  test('default: exactly the length', () => {
    expect(rlpFixedBytesEnd(hexToBytes('0x83aabbcc'), 0, 4, 3)).toBe(4);
    expect(() => rlpFixedBytesEnd(hexToBytes('0x83aabbcc'), 0, 4, 2)).toThrow(DecodeError);
    expect(() => rlpFixedBytesEnd(hexToBytes('0x83aabbcc'), 0, 4, 4)).toThrow(DecodeError);
  });
});

describe('assertRlpEnd', () => {
  test('default: at the end, nowhere else', () => {
    expect(() => assertRlpEnd(4, 4)).not.toThrow();
    expect(() => assertRlpEnd(3, 4)).toThrow(/found 1 more byte$/);
  });
});

function resultOf<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return undefined;
  }
}
