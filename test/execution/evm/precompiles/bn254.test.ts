import { NobleBN254 } from '@ethereumjs/evm';
import { bn254 as noble } from '@noble/curves/bn254.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToHex, concatBytes } from '../../../../src/base/bytes.ts';
import { loadBn254 } from '../../../../src/execution/evm/precompiles/bn254.ts';
import { BadPointError } from '../../../../src/execution/evm/precompiles/mcl.ts';
import { runs } from '../../../support/runs.ts';

const reference = new NobleBN254();
const curve = await loadBn254();

const { Fp, Fp2, Fr } = noble.fields;
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32);
const scalar = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const factor = fc.oneof(fc.constantFrom(0n, 1n, 2n, Fr.ORDER - 1n), scalar);

function g1(k: bigint): Uint8Array {
  if (k % Fr.ORDER === 0n) return new Uint8Array(64);
  const { x, y } = noble.G1.Point.BASE.multiply(k % Fr.ORDER).toAffine();
  return concatBytes(word(x), word(y));
}

type Fp2 = Parameters<typeof Fp2.sqr>[0];

function g2Of(x: Fp2, y: Fp2): Uint8Array {
  return concatBytes(...[x.c1, x.c0, y.c1, y.c0].map(word));
}

function g2(k: bigint): Uint8Array {
  if (k % Fr.ORDER === 0n) return new Uint8Array(128);
  const { x, y } = noble.G2.Point.BASE.multiply(k % Fr.ORDER).toAffine();
  return g2Of(x, y);
}

/** Points of the twist, all but surely outside the subgroup. */
function pointsOfTheTwist(count: number): readonly Uint8Array[] {
  const { b } = noble.G2.Point.CURVE();
  const points: Uint8Array[] = [];
  for (let c0 = 1n; points.length < count; c0++) {
    const x = Fp2.create({ c0, c1: c0 * 7n });
    try {
      points.push(g2Of(x, Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b))));
    } catch {
      // No point has this x.
    }
  }
  return points;
}

const OUTSIDE_FIELD = [Fp.ORDER, Fp.ORDER + 1n, 2n ** 256n - 1n];

describe('loadBn254', () => {
  test('behavior: adds as @noble/curves does', () => {
    fc.assert(
      fc.property(factor, factor, (a, b) => {
        const input = concatBytes(g1(a), g1(b));
        expect(curve.add(input)).toEqual(reference.add(input));
      }),
      { numRuns: runs(25) },
    );
  });

  test('behavior: doubles a point, and takes it from itself', () => {
    const point = g1(5n);
    expect(curve.add(concatBytes(point, point))).toEqual(g1(10n));
    expect(curve.add(concatBytes(point, g1(Fr.ORDER - 5n)))).toEqual(new Uint8Array(64));
  });

  test('behavior: multiplies as @noble/curves does', () => {
    fc.assert(
      fc.property(factor, scalar, (a, k) => {
        const input = concatBytes(g1(a), word(k));
        const isInfinite = a % Fr.ORDER === 0n;
        const expected = isInfinite ? new Uint8Array(64) : reference.mul(input);
        expect(curve.mul(input)).toEqual(expected);
      }),
      { numRuns: runs(25) },
    );
  });

  test.each([0n, 1n, Fr.ORDER - 1n, Fr.ORDER, Fr.ORDER + 1n, 2n ** 256n - 1n])(
    'behavior: multiplies by %i',
    (k) => {
      expect(curve.mul(concatBytes(g1(7n), word(k)))).toEqual(g1(7n * (k % Fr.ORDER)));
    },
  );

  test('behavior: pairings are bilinear', () => {
    fc.assert(
      fc.property(factor, factor, fc.boolean(), (a, b, isEqual) => {
        const [c, d] = [a % Fr.ORDER, b % Fr.ORDER];
        const right = g1(Fr.ORDER - ((c * d) % Fr.ORDER) + (isEqual ? 0n : 1n));
        const input = concatBytes(g1(c), g2(d), right, g2(1n));
        expect(curve.pairing(input)).toEqual(word(isEqual ? 1n : 0n));
      }),
      { numRuns: runs(8) },
    );
  });

  test('behavior: the product of no pairings is 1', () => {
    expect(curve.pairing(new Uint8Array(0))).toEqual(word(1n));
  });

  test('behavior: points at infinity do not count', () => {
    const input = concatBytes(g1(0n), g2(3n), g1(3n), g2(0n), g1(0n), g2(0n));
    expect(curve.pairing(input)).toEqual(word(1n));
    expect(curve.pairing(concatBytes(input, g1(1n), g2(1n)))).toEqual(word(0n));
  });

  test('behavior: more pairs than are worked on at a time', () => {
    const pairs = Array.from({ length: 66 }, (_, i) => {
      const left = g1(i % 2 === 0 ? 3n : Fr.ORDER - 3n);
      return concatBytes(left, g2(BigInt(i >> 1) + 1n));
    });
    expect(curve.pairing(concatBytes(...pairs))).toEqual(word(1n));
    expect(curve.pairing(concatBytes(...pairs.slice(1)))).toEqual(word(0n));
  });

  test('error: a point of the twist outside the subgroup', () => {
    for (const [i, point] of pointsOfTheTwist(12).entries()) {
      const input = concatBytes(g1(1n), point);
      expect(() => curve.pairing(input), `point ${i}`).toThrow(BadPointError);
      expect(() => reference.pairing(input), `point ${i}`).toThrow();
    }
  });

  test.each([0, 1])('error: coordinate %i of G1 is not below the field order', (at) => {
    for (const value of [...OUTSIDE_FIELD, 1n + Fp.ORDER]) {
      const input = concatBytes(g1(1n), g1(1n));
      input.set(word(value), at * 32);
      expect(() => curve.add(input), `${value}`).toThrow(BadPointError);
    }
  });

  test.each([0, 1, 2, 3])('error: coordinate %i of G2 is not below the field order', (at) => {
    const input = concatBytes(g1(1n), g2(1n));
    const own = BigInt(bytesToHex(input.subarray(64 + at * 32, 96 + at * 32)));
    for (const value of [...OUTSIDE_FIELD, own + Fp.ORDER]) {
      input.set(word(value), 64 + at * 32);
      expect(() => curve.pairing(input), `${value}`).toThrow(BadPointError);
    }
  });

  test('error: a point beside the curve', () => {
    const points = [
      [1n, 3n],
      [0n, 1n],
      [1n, 0n],
    ] as const;
    for (const [x, y] of points) {
      const input = concatBytes(word(x), word(y), g1(0n));
      expect(() => curve.add(input), `${x} ${y}`).toThrow(BadPointError);
    }
    const input = concatBytes(g1(1n), g2(1n));
    input[191] = (input[191] as number) ^ 1;
    expect(() => curve.pairing(input)).toThrow(BadPointError);
  });
});
