import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToBigint } from '../../../../src/base/bytes.ts';
import {
  signedWindows,
  sparseDigits,
} from '../../../../src/execution/evm/precompiles/scalarDigits.ts';

const scalars = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.constantFrom(0x00, 0x55, 0xaa, 0xff).map((byte) => new Uint8Array(32).fill(byte)),
);

function valueOf(digits: readonly number[], bits: number): bigint {
  return digits.reduceRight((sum, digit) => sum * 2n ** BigInt(bits) + BigInt(digit), 0n);
}

describe('signedWindows', () => {
  test('default: digits of the number, within their bounds', () => {
    fc.assert(
      fc.property(scalars, fc.integer({ min: 2, max: 8 }), (scalar, bits) => {
        const digits = signedWindows(scalar, bits);
        expect(valueOf(digits, bits)).toBe(bytesToBigint(scalar));
        expect(Math.max(...digits)).toBeLessThanOrEqual(2 ** (bits - 1));
        expect(Math.min(...digits)).toBeGreaterThan(-(2 ** (bits - 1)));
      }),
    );
  });
});

describe('sparseDigits', () => {
  test('default: digits of the number, odd, small and apart', () => {
    fc.assert(
      fc.property(scalars, fc.integer({ min: 2, max: 8 }), (scalar, bits) => {
        const digits = [...sparseDigits(scalar, bits)];
        expect(valueOf(digits, 1)).toBe(bytesToBigint(scalar));
        let last = -bits;
        for (const [at, digit] of digits.entries()) {
          if (digit === 0) continue;
          expect(Math.abs(digit) % 2).toBe(1);
          expect(Math.abs(digit)).toBeLessThan(2 ** (bits - 1));
          expect(at - last).toBeGreaterThanOrEqual(bits);
          last = at;
        }
      }),
    );
  });
});
