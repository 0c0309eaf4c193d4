import { bls12_381 as noble } from '@noble/curves/bls12-381.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes } from '../../../../src/base/bytes.ts';
import { newG1Check } from '../../../../src/execution/evm/precompiles/bls12381Subgroup.ts';
import {
  allocate,
  FP,
  G1,
  loadMcl,
  memoryOf,
} from '../../../../src/execution/evm/precompiles/mcl.ts';
import { runs } from '../../../support/runs.ts';

const module = await loadMcl('bls12381');
const isMember = newG1Check(module);
const [at, bytes] = [allocate(module, G1), allocate(module, FP)];
const { Fp, Fr } = noble.fields;
const { Point } = noble.G1;
type G1Point = typeof Point.BASE;

/** Any point of the curve, from the first x at or above `from` that has one. */
function pointFrom(from: bigint): G1Point {
  for (let x = from; ; x++) {
    try {
      return Point.fromAffine({ x, y: Fp.sqrt(Fp.create(x * x * x + 4n)) });
    } catch {
      // No point has this x.
    }
  }
}

function times(point: G1Point, factor: bigint): G1Point {
  return point.multiplyUnsafe(factor % Fr.ORDER);
}

/** By any factor, beyond the order too. */
function timesAny(point: G1Point, factor: bigint): G1Point {
  let sum = Point.ZERO;
  for (const bit of factor.toString(2)) {
    sum = sum.double();
    if (bit === '1') sum = sum.add(point);
  }
  return sum;
}

function check(point: G1Point): boolean {
  memoryOf(module).fill(0, at, at + G1);
  if (!point.is0()) {
    const { x, y } = point.toAffine();
    for (const [i, coordinate] of [x, y].entries()) {
      memoryOf(module).set(bigintToBytes(coordinate, FP), bytes);
      module._mclBnFp_deserialize(at + i * FP, bytes, FP);
    }
    module._mclBnFp_setInt32(at + 2 * FP, 1);
  }
  return isMember(at);
}

/** (u - 1)^2 / 3: the points of the curve are that many times the order of the subgroup. */
const COFACTOR = 0x396c8c005555e1568c00aaab0000aaabn;
const PRIMES_OF_COFACTOR = [3n, 11n, 10_177n, 859_267n, 52_437_899n];

describe('newG1Check', () => {
  test('default: the generator, its opposite, infinity', () => {
    expect(check(Point.BASE)).toBe(true);
    expect(check(Point.BASE.negate())).toBe(true);
    expect(check(Point.ZERO)).toBe(true);
  });

  test('property: members, and the same with a part that is none', () => {
    const scalar = fc.bigInt({ min: 1n, max: Fr.ORDER - 1n });
    const start = fc.bigInt({ min: 1n, max: Fp.ORDER - 1000n });
    fc.assert(
      fc.property(scalar, start, (k, x) => {
        const member = times(Point.BASE, k);
        const stray = timesAny(pointFrom(x), Fr.ORDER);
        expect(check(member)).toBe(true);
        expect(check(member.add(stray))).toBe(stray.is0());
      }),
      { numRuns: runs(30) },
    );
  });

  test('behavior: points of each small order, alone and with a member', () => {
    for (const prime of PRIMES_OF_COFACTOR) {
      let small = Point.ZERO;
      for (let x = 1n; small.is0(); x += 1n) {
        small = timesAny(pointFrom(x), (Fr.ORDER * COFACTOR) / (prime === 3n ? 3n : prime * prime));
      }
      while (!timesAny(small, prime).is0()) small = timesAny(small, prime);
      expect(check(small), `order ${prime}`).toBe(false);
      expect(check(small.add(Point.BASE)), `order ${prime}, and a member`).toBe(false);
    }
  });

  test('behavior: agrees with the multiplication by the order on any point', () => {
    const start = fc.bigInt({ min: 0n, max: Fp.ORDER - 1000n });
    fc.assert(
      fc.property(start, (x) => {
        const point = pointFrom(x);
        expect(check(point)).toBe(timesAny(point, Fr.ORDER).is0());
        const member = timesAny(point, COFACTOR);
        expect(check(member)).toBe(true);
      }),
      { numRuns: runs(20) },
    );
  });
});
