import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startWasm } from '../../../../src/base/wasmModule.ts';
import {
  ELEMENT_BYTES,
  linear,
  MULTIPLY,
  reducedLinear,
  SQUARE,
} from '../../../../src/execution/evm/precompiles/p256Field.ts';

const P = p256.Point.Fp.ORDER;
const R = 2n ** 261n;
const LIMBS = ELEMENT_BYTES / 8;

const { memory, functions } = startWasm(
  [MULTIPLY, SQUARE, linear('difference', 1, -1), reducedLinear('mixed', 4, -9)],
  3 * ELEMENT_BYTES,
);
const limbs = new BigInt64Array(memory.buffer);

/** The limbs that `name` makes of two elements' limbs. */
function applied(name: string, a: readonly bigint[], b: readonly bigint[]): readonly bigint[] {
  limbs.set([...a, ...b], LIMBS);
  functions[name]?.(0, ELEMENT_BYTES, 2 * ELEMENT_BYTES);
  return [...limbs.subarray(0, LIMBS)];
}

function valueOf(of: readonly bigint[]): bigint {
  return of.reduceRight((sum, limb) => sum * 2n ** 29n + limb, 0n);
}

/** Value modulo p. */
function field(value: bigint): bigint {
  return ((value % P) + P) % P;
}

/** Limbs up to `times` as long as a product has them, the highest as an element below 2p has it. */
function elements(times: bigint) {
  const limit = times * 2n ** 29n;
  const low = fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.constantFrom(-limit, limit, 0n));
  const high = fc.bigInt({ min: -(2n ** 25n), max: 2n ** 25n });
  const lows = fc.array(low, { minLength: LIMBS - 1, maxLength: LIMBS - 1 });
  return fc.tuple(lows, high).map(([some, last]) => [...some, last]);
}

/** Limbs as the next product wants them. */
function expectTight(of: readonly bigint[]): void {
  for (const limb of of) {
    expect(limb).toBeLessThan(2n ** 29n + 2n ** 27n);
    expect(limb).toBeGreaterThan(-(2n ** 27n));
  }
}

describe('MULTIPLY', () => {
  test('default: the product over R, of a sum of two and a tight element too', () => {
    fc.assert(
      fc.property(elements(2n), elements(1n), (a, b) => {
        const out = applied('multiply', a, b);
        expect(field(valueOf(out) * R)).toBe(field(valueOf(a) * valueOf(b)));
        expectTight(out);
      }),
    );
  });
});

describe('SQUARE', () => {
  test('default: the same as a product with itself', () => {
    fc.assert(
      fc.property(elements(1n), (a) => {
        expect(applied('square', a, a)).toEqual(applied('multiply', a, a));
      }),
    );
  });
});

describe('linear', () => {
  test('default: limb by limb', () => {
    fc.assert(
      fc.property(elements(1n), elements(1n), (a, b) => {
        const expected = a.map((limb, i) => limb - (b[i] as bigint));
        expect(applied('difference', a, b)).toEqual(expected);
      }),
    );
  });
});

describe('reducedLinear', () => {
  test('default: the same modulo p, and tight', () => {
    fc.assert(
      fc.property(elements(1n), elements(1n), (a, b) => {
        const out = applied('mixed', a, b);
        expect(field(valueOf(out))).toBe(field(4n * valueOf(a) - 9n * valueOf(b)));
        expectTight(out);
        expect(valueOf(out)).toBeLessThan(2n * P);
        expect(valueOf(out)).toBeGreaterThan(-P);
      }),
    );
  });
});
