import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bigintToBytes,
  bigintToMinimalBytes,
  bytesEqual,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  countZeros,
  hexToBytes,
  wrapU64,
} from '../../src/base/bytes.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

/** The slow way, digit by digit. */
function digitsOf(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

describe('bytesToHex', () => {
  test('property: two digits for each byte, short or long', () => {
    fc.assert(fc.property(bytes(80), (data) => bytesToHex(data) === `0x${digitsOf(data)}`));
  });
});

describe('hexToBytes', () => {
  test('property: what bytesToHex gave, in any case', () => {
    fc.assert(
      fc.property(bytes(80), (data) => {
        const hex = bytesToHex(data);
        expect(hexToBytes(hex)).toEqual(data);
        expect(hexToBytes(`0x${hex.slice(2).toUpperCase()}`)).toEqual(data);
      }),
    );
  });

  test.each(['', '00', '0x0', '0x0g', '0xg0', '0x é'])('error: %j', (text) => {
    expect(() => hexToBytes(text)).toThrow(RangeError);
  });
});

describe('countZeros', () => {
  test('default', () => {
    expect(countZeros(new Uint8Array(0))).toBe(0);
    expect(countZeros(Uint8Array.of(0, 1, 0, 0, 255))).toBe(3);
  });
});

describe('bytesToBigint', () => {
  test.each([
    ['0x', 0n],
    ['0x00', 0n],
    ['0xffffffffffff', 2n ** 48n - 1n],
    ['0x01000000000000', 2n ** 48n],
    [`0x${'00'.repeat(31)}05`, 5n],
    [`0x${'ff'.repeat(16)}`, 2n ** 128n - 1n],
    [`0x01${'00'.repeat(16)}`, 2n ** 128n],
    [`0x${'ff'.repeat(32)}`, 2n ** 256n - 1n],
    [`0x01${'00'.repeat(32)}`, 2n ** 256n],
  ])('default: of %s', (hex, value) => {
    expect(bytesToBigint(hexToBytes(hex))).toBe(value);
  });

  test('property: any length, with zeros before, after any other value', () => {
    fc.assert(
      fc.property(bytes(70), fc.nat(8), (data, zeros) => {
        const padded = concatBytes(new Uint8Array(zeros), data);
        expect(bytesToBigint(padded)).toBe(BigInt(`0x0${digitsOf(data)}`));
      }),
    );
  });
});

describe('bigintToBytes', () => {
  test('property: the digits, with zeros before', () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(sizes, fc.nat(8), (length, zeros) => {
        const most = 2n ** BigInt(8 * length) - 1n;
        for (const value of [0n, 1n, 0x80n, most >> 4n, most >> 1n, most]) {
          const digits = value.toString(16).padStart(2 * (length + zeros), '0');
          expect(bytesToHex(bigintToBytes(value, length + zeros))).toBe(`0x${digits}`);
        }
        expect(() => bigintToBytes(most + 1n, length)).toThrow(`of ${length} bytes`);
      }),
    );
  });

  test('behavior: no bytes hold 0 and nothing else', () => {
    expect(bigintToBytes(0n, 0)).toEqual(new Uint8Array(0));
    expect(() => bigintToBytes(1n, 0)).toThrow(RangeError);
  });

  test('error: a negative value', () => {
    expect(() => bigintToBytes(-1n, 32)).toThrow(RangeError);
  });
});

describe('bigintToMinimalBytes', () => {
  test('property: back again, without a zero in front', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 300n }), (value) => {
        const minimal = bigintToMinimalBytes(value);
        expect(bytesToBigint(minimal)).toBe(value);
        expect(minimal[0]).not.toBe(0);
      }),
    );
  });

  test.each([0n, 1n, 0xffn, 0x100n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 64n])(
    'default: %i',
    (value) => {
      const digits = value === 0n ? '' : value.toString(16);
      const even = digits.length % 2 === 0 ? digits : `0${digits}`;
      expect(bytesToHex(bigintToMinimalBytes(value))).toBe(`0x${even}`);
    },
  );

  test('error: a negative value', () => {
    expect(() => bigintToMinimalBytes(-1n)).toThrow(RangeError);
  });
});

describe('bytesEqual', () => {
  test('property: equal to a copy, different from one changed or shortened', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (data, at) => {
        const changed = data.slice();
        const index = at % data.length;
        changed[index] = (changed[index] as number) ^ 1;
        expect(bytesEqual(data, data.slice())).toBe(true);
        expect(bytesEqual(data, changed)).toBe(false);
        expect(bytesEqual(data, data.subarray(1))).toBe(false);
      }),
    );
  });
});

describe('wrapU64', () => {
  test.each([
    [2n ** 64n - 1n, 2n ** 64n - 1n],
    [2n ** 64n, 0n],
    [-1n, 2n ** 64n - 1n],
  ])('default: %i is %i', (value, wrapped) => {
    expect(wrapU64(value)).toBe(wrapped);
  });
});
