import { NobleBLS } from '@ethereumjs/evm';
import { bls12_381 as noble } from '@noble/curves/bls12-381.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToHex, concatBytes } from '../../../../src/base/bytes.ts';
import { loadBls12381 } from '../../../../src/execution/evm/precompiles/bls12381.ts';
import { BadPointError } from '../../../../src/execution/evm/precompiles/mcl.ts';
import { runs } from '../../../support/runs.ts';

const reference = new NobleBLS();
const curve = await loadBls12381();

const { Fp, Fp2, Fr } = noble.fields;
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32);
const field = (value: bigint): Uint8Array => bigintToBytes(value, 64);
const scalar = fc.oneof(
  fc.constantFrom(0n, 1n, Fr.ORDER - 1n, Fr.ORDER, Fr.ORDER + 1n, 2n ** 256n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
);
const element = fc.oneof(
  fc.constantFrom(0n, 1n, Fp.ORDER - 1n),
  fc.bigInt({ min: 0n, max: Fp.ORDER - 1n }),
);

function g1(k: bigint): Uint8Array {
  if (k % Fr.ORDER === 0n) return new Uint8Array(128);
  const { x, y } = noble.G1.Point.BASE.multiply(k % Fr.ORDER).toAffine();
  return concatBytes(field(x), field(y));
}

function g2(k: bigint): Uint8Array {
  if (k % Fr.ORDER === 0n) return new Uint8Array(256);
  const { x, y } = noble.G2.Point.BASE.multiply(k % Fr.ORDER).toAffine();
  return concatBytes(...[x.c0, x.c1, y.c0, y.c1].map(field));
}

/** Points of the curves outside the subgroups. */
function pointsOutside(): { readonly g1: Uint8Array[]; readonly g2: Uint8Array[] } {
  const found = { g1: [] as Uint8Array[], g2: [] as Uint8Array[] };
  for (let k = 2n; found.g1.length < 4; k++) {
    try {
      found.g1.push(concatBytes(field(k), field(Fp.sqrt(Fp.create(k * k * k + 4n)))));
    } catch {
      // No point has this x.
    }
  }
  for (let k = 2n; found.g2.length < 4; k++) {
    const x = Fp2.create({ c0: k, c1: k + 1n });
    const b = Fp2.create({ c0: 4n, c1: 4n });
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b));
      found.g2.push(concatBytes(...[x.c0, x.c1, y.c0, y.c1].map(field)));
    } catch {
      // No point has this x.
    }
  }
  return found;
}

const outside = pointsOutside();

describe('loadBls12381', () => {
  test('behavior: adds as @noble/curves does', () => {
    fc.assert(
      fc.property(scalar, scalar, (a, b) => {
        const first = concatBytes(g1(a), g1(b));
        expect(curve.addG1(first)).toEqual(reference.addG1(first));
        const second = concatBytes(g2(a), g2(b));
        expect(curve.addG2(second)).toEqual(reference.addG2(second));
      }),
      { numRuns: runs(12) },
    );
  });

  test('behavior: doubles a point, and takes it from itself', () => {
    expect(curve.addG1(concatBytes(g1(5n), g1(5n)))).toEqual(g1(10n));
    expect(curve.addG2(concatBytes(g2(5n), g2(5n)))).toEqual(g2(10n));
    expect(curve.addG1(concatBytes(g1(5n), g1(Fr.ORDER - 5n)))).toEqual(g1(0n));
    expect(curve.addG2(concatBytes(g2(5n), g2(Fr.ORDER - 5n)))).toEqual(g2(0n));
  });

  test('behavior: adds points outside the subgroup', () => {
    for (const a of outside.g1) {
      for (const b of outside.g1) {
        const input = concatBytes(a, b);
        expect(curve.addG1(input)).toEqual(reference.addG1(input));
      }
    }
    for (const a of outside.g2) {
      for (const b of outside.g2) {
        const input = concatBytes(a, b);
        expect(curve.addG2(input)).toEqual(reference.addG2(input));
      }
    }
  });

  test('behavior: sums of products are those of @noble/curves', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(scalar, scalar), { minLength: 1, maxLength: 9 }), (items) => {
        const first = concatBytes(...items.map(([a, k]) => concatBytes(g1(a), word(k))));
        expect(curve.msmG1(first)).toEqual(reference.msmG1(first));
        const second = concatBytes(...items.map(([a, k]) => concatBytes(g2(a), word(k))));
        expect(curve.msmG2(second)).toEqual(reference.msmG2(second));
      }),
      { numRuns: runs(6) },
    );
  });

  test('behavior: sums more products than are worked on at a time', () => {
    const [k, point] = [Fr.ORDER - 12_345n, g1(3n)];
    const items = Array.from({ length: 1200 }, (_, i) =>
      concatBytes(point, word(k * BigInt(i % 2))),
    );
    expect(curve.msmG1(concatBytes(...items))).toEqual(g1(3n * 600n * k));
  });

  test('behavior: pairings are bilinear', () => {
    fc.assert(
      fc.property(scalar, scalar, fc.boolean(), (a, b, isEqual) => {
        const [c, d] = [a % Fr.ORDER, b % Fr.ORDER];
        const right = g1(Fr.ORDER - ((c * d) % Fr.ORDER) + (isEqual ? 0n : 1n));
        const input = concatBytes(g1(c), g2(d), right, g2(1n));
        expect(curve.pairingCheck(input)).toEqual(word(isEqual ? 1n : 0n));
      }),
      { numRuns: runs(8) },
    );
  });

  test('behavior: more pairs than are worked on at a time', () => {
    const pairs = Array.from({ length: 66 }, (_, i) => {
      const left = g1(i % 2 === 0 ? 3n : Fr.ORDER - 3n);
      return concatBytes(left, g2(BigInt(i >> 1) + 1n));
    });
    expect(curve.pairingCheck(concatBytes(...pairs))).toEqual(word(1n));
    expect(curve.pairingCheck(concatBytes(...pairs.slice(1)))).toEqual(word(0n));
  });

  test('behavior: points at infinity do not count', () => {
    const input = concatBytes(g1(0n), g2(3n), g1(3n), g2(0n), g1(0n), g2(0n));
    expect(curve.pairingCheck(input)).toEqual(word(1n));
    expect(curve.pairingCheck(concatBytes(input, g1(1n), g2(1n)))).toEqual(word(0n));
  });

  test('behavior: maps field elements as @noble/curves does', () => {
    fc.assert(
      fc.property(element, element, (a, b) => {
        expect(curve.mapFPtoG1(field(a))).toEqual(reference.mapFPtoG1(field(a)));
        const both = concatBytes(field(a), field(b));
        expect(curve.mapFP2toG2(both)).toEqual(reference.mapFP2toG2(both));
      }),
      { numRuns: runs(15) },
    );
  });

  test('error: points outside the subgroup, where it matters', () => {
    for (const point of outside.g1) {
      expect(() => curve.msmG1(concatBytes(point, word(0n)))).toThrow(BadPointError);
      expect(() => curve.pairingCheck(concatBytes(point, g2(1n)))).toThrow(BadPointError);
    }
    for (const point of outside.g2) {
      expect(() => curve.msmG2(concatBytes(point, word(0n)))).toThrow(BadPointError);
      expect(() => curve.pairingCheck(concatBytes(g1(1n), point))).toThrow(BadPointError);
    }
  });

  test.each([0, 1, 2, 3])('error: coordinate %i is not below the field order', (at) => {
    const input = concatBytes(g2(1n), g2(1n));
    const own = BigInt(bytesToHex(input.subarray(at * 64, at * 64 + 64)));
    for (const value of [Fp.ORDER, Fp.ORDER + 1n, own + Fp.ORDER, 2n ** 384n - 1n, 2n ** 384n]) {
      input.set(field(value), at * 64);
      expect(() => curve.addG2(input), `${value}`).toThrow(BadPointError);
      if (at > 1) continue;
      expect(() => curve.addG1(input.subarray(0, 256)), `${value}`).toThrow(BadPointError);
      const mapped = field(value);
      expect(() => curve.mapFPtoG1(mapped), `${value}`).toThrow(BadPointError);
      const pair = at === 0 ? [mapped, field(1n)] : [field(1n), mapped];
      expect(() => curve.mapFP2toG2(concatBytes(...pair)), `${value}`).toThrow(BadPointError);
    }
  });

  test('error: a point beside the curve', () => {
    const input = concatBytes(g1(3n), g1(1n));
    input[127] = (input[127] as number) ^ 1;
    expect(() => curve.addG1(input)).toThrow(BadPointError);
    const second = concatBytes(g2(3n), g2(1n));
    second[255] = (second[255] as number) ^ 1;
    expect(() => curve.addG2(second)).toThrow(BadPointError);
  });
});
