import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToBigint, concatBytes } from '../../../../src/base/bytes.ts';
import { createP256Verifier } from '../../../../src/execution/evm/precompiles/p256Verify.ts';
import { runs } from '../../../support/runs.ts';

const verify = createP256Verifier();

const { ORDER } = p256.Point.Fn;
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32);

function signed(hash: Uint8Array, key: bigint): Uint8Array {
  const secret = word(key);
  const signature = p256.sign(hash, secret, { prehash: false });
  return concatBytes(hash, signature, p256.getPublicKey(secret, false).subarray(1));
}

/** What @noble/curves says. */
function reference(input: Uint8Array): boolean {
  const [r, s, x, y] = [1, 2, 3, 4].map((i) =>
    bytesToBigint(input.subarray(i * 32, i * 32 + 32)),
  ) as [bigint, bigint, bigint, bigint];
  if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) return false;
  try {
    const key = p256.Point.fromAffine({ x, y });
    key.assertValidity();
    const [hash, signature] = [input.subarray(0, 32), input.subarray(32, 96)];
    return p256.verify(signature, hash, key.toBytes(false), { lowS: false, prehash: false });
  } catch {
    return false;
  }
}

const hashes = fc.oneof(
  fc.constantFrom(word(0n), word(ORDER), word(2n ** 256n - 1n)),
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
);
const keys = fc.bigInt({ min: 1n, max: ORDER - 1n });

describe('createP256Verifier', () => {
  test('behavior: takes signatures, with a low s and a high one', () => {
    fc.assert(
      fc.property(hashes, keys, (hash, key) => {
        const input = signed(hash, key);
        expect(verify(input)).toBe(true);
        input.set(word(ORDER - bytesToBigint(input.subarray(64, 96))), 64);
        expect(verify(input)).toBe(true);
      }),
      { numRuns: runs(15) },
    );
  });

  test('behavior: one bit changed gets the verdict of @noble/curves', () => {
    fc.assert(
      fc.property(hashes, keys, fc.nat(1279), (hash, key, bit) => {
        const input = signed(hash, key);
        input[bit >> 3] = (input[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(verify(input)).toBe(reference(input));
      }),
      { numRuns: runs(40) },
    );
  });

  test('behavior: multiples of key and base that meet on the way', () => {
    const { Fn, BASE } = p256.Point;
    const small = fc.integer({ min: -40, max: 40 }).filter((value) => value !== 0);
    fc.assert(
      fc.property(small, small, small, (ofBase, ofKey, factor) => {
        const [u1, u2, key] = [ofBase, ofKey, factor].map((value) => Fn.create(BigInt(value))) as [
          bigint,
          bigint,
          bigint,
        ];
        const sum = Fn.create(u1 + u2 * key);
        // An infinite sum has no x, so that no r is right.
        const r = sum === 0n ? 5n : Fn.create(BASE.multiply(sum).toAffine().x);
        const s = Fn.div(r, u2);
        const { x, y } = BASE.multiply(key).toAffine();
        const words = [Fn.create(u1 * s), r, s, x, y].map(word);
        expect(verify(concatBytes(...words))).toBe(sum !== 0n);
      }),
      {
        numRuns: runs(60),
        examples: [
          [2, 1, 2],
          [-6, 3, 2],
          [6, 3, 2],
          [1, 1, -1],
          [31, -31, 1],
        ],
      },
    );
  });

  test.each([
    ['r', 1, 0n],
    ['r', 1, ORDER],
    ['s', 2, 0n],
    ['s', 2, ORDER],
    ['x', 3, p256.Point.Fp.ORDER],
    ['y', 4, p256.Point.Fp.ORDER],
  ])('error: a bad %s', (_, at, value) => {
    const input = signed(word(7n), 5n);
    input.set(word(value), at * 32);
    expect(verify(input)).toBe(false);
  });

  test('error: r with the order added, a key of zeros', () => {
    const input = signed(word(7n), 5n);
    const r = bytesToBigint(input.subarray(32, 64));
    input.set(word(BigInt.asUintN(256, r + ORDER)), 32);
    expect(verify(input)).toBe(false);
    const other = signed(word(7n), 5n);
    other.fill(0, 96);
    expect(verify(other)).toBe(false);
  });
});
