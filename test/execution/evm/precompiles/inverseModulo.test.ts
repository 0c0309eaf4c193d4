import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inverseModulo } from '../../../../src/execution/evm/precompiles/inverseModulo.ts';
import { runs } from '../../../support/runs.ts';

/** Primes of many lengths, among them the order of P-256. */
const PRIMES = [
  3n,
  65_537n,
  2n ** 61n - 1n,
  2n ** 127n - 1n,
  0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  2n ** 521n - 1n,
];

describe('inverseModulo', () => {
  test('default: a product of 1', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRIMES),
        fc.bigInt({ min: 0n, max: 2n ** 600n }),
        (p, some) => {
          const value = 1n + (some % (p - 1n));
          const inverse = inverseModulo(value, p);
          expect((value * inverse) % p).toBe(1n);
          expect(inverse).toBeGreaterThan(0n);
          expect(inverse).toBeLessThan(p);
        },
      ),
      { numRuns: runs(2000) },
    );
  });

  test('behavior: numbers at the ends, and near fractions of the modulus', () => {
    for (const p of PRIMES) {
      for (let k = 1n; k < 60n && k < p; k++) {
        for (const value of [k, p - k, p / k, p / k + 1n].filter((one) => one > 0n && one < p)) {
          expect((value * inverseModulo(value, p)) % p, `${value} modulo ${p}`).toBe(1n);
        }
      }
    }
  });
});
