import { availableParallelism } from 'node:os';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bigintToBytes } from '../../src/base/bytes.ts';
import {
  installKzgVerifier,
  type TryVerifyKzgProof,
  tryVerifyKzgProof,
  type VerifyKzgProof,
} from '../../src/base/kzgProof.ts';
import { loadKzgVerifier } from '../../src/execution/evm/precompiles/pointEvaluation.ts';
import { createKzgVerifier } from '../../src/native/kzgProof.ts';

const portable = await loadKzgVerifier();

const { ORDER } = bls12_381.fields.Fr;
const { BASE, ZERO } = bls12_381.G1.Point;
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32);
const point = (k: bigint): Uint8Array => (k === 0n ? ZERO : BASE.multiply(k)).toBytes(true);

type Input = Parameters<VerifyKzgProof>;

/** The polynomial 5 is 5 everywhere, and its proof is at infinity. */
const FIVE: Input = [point(5n), word(3n), word(5n), point(0n)];
const INPUTS: readonly Input[] = [
  FIVE,
  [point(5n), word(3n), word(6n), point(0n)],
  [point(5n), word(3n), word(5n), point(7n)],
  [point(0n), word(3n), word(0n), point(0n)],
  // No scalars, no points, and one outside the subgroup.
  [point(5n), word(ORDER), word(5n), point(0n)],
  [point(5n), word(3n), word(ORDER + 5n), point(0n)],
  [new Uint8Array(48), word(3n), word(5n), point(0n)],
  [point(5n), word(3n), word(5n), new Uint8Array(48).fill(0xff)],
  [Uint8Array.of(0x80, ...new Uint8Array(46), 4), word(3n), word(5n), point(0n)],
];

const nextTurn = () => new Promise((resolve) => void setImmediate(resolve));

/** A verifier that answers. */
async function loaded(): Promise<TryVerifyKzgProof> {
  const faults: string[] = [];
  const onFault = (message: string): void => void faults.push(message);
  const verify = createKzgVerifier({ startAfter: 1, onFault });
  while (verify(...FIVE) === undefined && faults.length === 0) await nextTurn();
  expect(faults).toEqual([]);
  return verify;
}

describe.skipIf(availableParallelism() < 2)('createKzgVerifier', () => {
  test('default: the verdicts of the portable verifier, or none', async () => {
    const verify = await loaded();
    const answers = INPUTS.map((input) => verify(...input));
    expect(answers.slice(0, 4)).toEqual([true, false, false, true]);
    for (const [i, input] of INPUTS.entries()) {
      expect(verify(...input) ?? portable(...input), `input ${i}`).toBe(portable(...input));
    }
  });

  test('behavior: no thread for a few proofs', () => {
    const faults: string[] = [];
    const verify = createKzgVerifier({
      startAfter: 3,
      packagePath: '/nowhere',
      onFault: (message) => void faults.push(message),
    });
    expect([verify(...FIVE), verify(...FIVE)]).toEqual([undefined, undefined]);
    expect(faults).toEqual([]);
  });

  test('error: a thread that cannot load is told of once, and never asked', async () => {
    const faults: string[] = [];
    const verify = createKzgVerifier({
      startAfter: 1,
      packagePath: '/nowhere',
      onFault: (message) => void faults.push(message),
    });
    expect(verify(...FIVE)).toBeUndefined();
    while (faults.length === 0) await nextTurn();
    expect(verify(...FIVE)).toBeUndefined();
    await nextTurn();
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain('KZG proofs are verified without a thread');
  });
});

describe('installKzgVerifier', () => {
  beforeEach(() => installKzgVerifier());
  afterEach(() => installKzgVerifier());

  test('default: none until one is installed', () => {
    expect(tryVerifyKzgProof(...FIVE)).toBeUndefined();
    installKzgVerifier((commitment) => commitment === FIVE[0]);
    expect(tryVerifyKzgProof(...FIVE)).toBe(true);
    installKzgVerifier();
    expect(tryVerifyKzgProof(...FIVE)).toBeUndefined();
  });
});
