import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes } from '../../../../src/base/bytes.ts';
import {
  MAX_MODULUS_BYTES,
  oddPower,
} from '../../../../src/execution/evm/precompiles/montgomery.ts';
import { runs } from '../../../support/runs.ts';

/** The plain way. */
function reference(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n % modulus, base];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const MOST = 2n ** BigInt(8 * MAX_MODULUS_BYTES) - 1n;
const moduli = fc
  .oneof(
    fc.constantFrom(3n, 5n, 2n ** 31n - 1n, 2n ** 32n - 1n, 2n ** 32n + 1n, 2n ** 64n - 1n, MOST),
    fc.bigInt({ min: 3n, max: MOST }),
    fc.bigInt({ min: 3n, max: 2n ** 70n }),
  )
  .map((value) => value | 1n);

describe('oddPower', () => {
  test('default: the plain way gives the same', () => {
    fc.assert(
      fc.property(
        moduli,
        fc.bigInt({ min: 0n, max: MOST }),
        fc.bigInt({ min: 0n, max: MOST }),
        (m, b, e) => {
          for (const base of [b % m, m - 1n, 0n]) {
            const exponent = bigintToBytes(e, MAX_MODULUS_BYTES);
            expect(oddPower(base, exponent, m)).toBe(reference(base, e, m));
          }
        },
      ),
      { numRuns: runs(40) },
    );
  });

  test('behavior: an exponent longer than what is worked on at a time', () => {
    const exponent = new Uint8Array(10_000).fill(255);
    // Fermat: the exponent counts modulo 2^61 - 2.
    const modulus = 2n ** 61n - 1n;
    const rest = reference(2n, 80_000n, modulus - 1n) - 1n;
    expect(oddPower(7n, exponent, modulus)).toBe(reference(7n, rest, modulus));
  });

  test('error: a modulus that has no room', () => {
    expect(() => oddPower(1n, new Uint8Array(1), MOST + 2n)).toThrow('too long');
  });
});
