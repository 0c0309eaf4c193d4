import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToHex, type Hash } from '../../src/base/bytes.ts';
import { type ComparedChain, createComparison } from '../../src/devnet/compareChains.ts';

const hash = (number: bigint, branch = 0n): Hash =>
  bytesToHex(bigintToBytes((branch << 64n) + number + 1n, 32));

/** A chain with blocks up to `safe`, on `branch` from `from` on. */
function chain(safe: bigint, from = 0n, branch = 0n, settledAt?: Hash): ComparedChain {
  const hashAt = (number: bigint): Hash | undefined =>
    number > safe ? undefined : hash(number, number >= from ? branch : 0n);
  return { safe: { number: safe, hash: hash(safe) }, settledAt, hashAt };
}

describe('createComparison', () => {
  test('default: counts what is equal', () => {
    const comparison = createComparison(1_000);
    expect(comparison.look(chain(9n), chain(5n), 0)).toBeUndefined();
    expect(comparison.equalUpTo()).toBe(5n);
    expect(comparison.look(chain(9n), chain(9n), 1)).toBeUndefined();
    expect(comparison.equalUpTo()).toBe(9n);
  });

  test('behavior: a verifier that has nothing yet is not different', () => {
    const comparison = createComparison(1_000);
    const nothing = { safe: undefined, settledAt: undefined, hashAt: () => undefined };
    expect(comparison.look(chain(9n), nothing, 0)).toBeUndefined();
    expect(comparison.look(chain(9n), nothing, 5_000)).toBeUndefined();
  });

  test('behavior: a difference may pass', () => {
    const comparison = createComparison(1_000);
    expect(comparison.look(chain(9n, 4n, 1n), chain(5n), 0)).toBeUndefined();
    expect(comparison.equalUpTo()).toBe(3n);
    expect(comparison.look(chain(9n), chain(5n), 900)).toBeUndefined();
    expect(comparison.look(chain(9n), chain(6n, 6n, 1n), 1_100)).toBeUndefined();
    expect(comparison.equalUpTo()).toBe(5n);
  });

  test('error: a difference that stays', () => {
    const comparison = createComparison(1_000);
    expect(comparison.look(chain(9n, 4n, 1n), chain(5n), 0)).toBeUndefined();
    expect(comparison.look(chain(9n, 4n, 1n), chain(5n), 1_000)).toMatchObject({
      number: 4n,
      expected: hash(4n, 1n),
      found: hash(4n),
    });
  });

  test('error: at once, when both have read the same L1', () => {
    const comparison = createComparison(1_000);
    const l1 = hash(77n);
    const verdict = comparison.look(chain(9n, 4n, 1n, l1), chain(5n, 0n, 0n, l1), 0);
    expect(verdict).toMatchObject({ number: 4n });
  });

  test('behavior: blocks that a reorg has replaced are compared again', () => {
    const comparison = createComparison(1_000);
    comparison.look(chain(9n), chain(9n), 0);
    const verdict = comparison.look(chain(9n), chain(9n, 3n, 1n), 1);
    expect(verdict).toBeUndefined();
    expect(comparison.equalUpTo()).toBe(2n);
  });
});
