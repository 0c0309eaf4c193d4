import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../../../src/base/bytes.ts';
import { blake2f } from '../../../../src/execution/evm/precompiles/blake2f.ts';
import { precompilePair } from '../../../support/precompilePair.ts';

const { own, reference } = precompilePair('jovian', 9);

function inputOf(rounds: number, rest: Uint8Array, flag: number): Uint8Array {
  const input = new Uint8Array(213);
  new DataView(input.buffer).setUint32(0, rounds);
  input.set(rest, 4);
  input[212] = flag;
  return input;
}

describe('blake2f', () => {
  test('default: twelve rounds over one block are BLAKE2b', () => {
    const input = inputOf(12, new Uint8Array(208), 1);
    const view = new DataView(input.buffer);
    // The first words of the state: those of SHA-512, with the length of the digest in one.
    const start = [
      0x6a09e667f2bdc948n,
      0xbb67ae8584caa73bn,
      0x3c6ef372fe94f82bn,
      0xa54ff53a5f1d36f1n,
      0x510e527fade682d1n,
      0x9b05688c2b3e6c1fn,
      0x1f83d9abfb41bd6bn,
      0x5be0cd19137e2179n,
    ];
    for (const [i, value] of start.entries()) view.setBigUint64(4 + 8 * i, value, true);
    input.set(new TextEncoder().encode('abc'), 68);
    view.setBigUint64(196, 3n, true);
    expect(bytesToHex(blake2f(input)).slice(2)).toBe(
      createHash('blake2b512').update('abc').digest('hex'),
    );
  });

  test('behavior: any input ends as in @ethereumjs/evm', () => {
    fc.assert(
      fc.property(
        fc.nat(40),
        fc.uint8Array({ minLength: 208, maxLength: 208 }),
        fc.constantFrom(0, 1, 1, 2, 255),
        fc.nat(60),
        (rounds, rest, flag, gas) => {
          const input = inputOf(rounds, rest, flag);
          expect(own(input, gas)).toEqual(reference(input, gas));
        },
      ),
    );
  });

  test('behavior: input may stand anywhere in memory', () => {
    const input = inputOf(3, new Uint8Array(208).fill(5), 1);
    const moved = new Uint8Array(300);
    moved.set(input, 7);
    expect(blake2f(moved.subarray(7, 220))).toEqual(blake2f(input));
    expect(own(moved.subarray(7, 220), 10)).toEqual(own(input, 10));
  });

  test('error: another length', () => {
    for (const length of [0, 212, 214]) {
      expect(own(new Uint8Array(length), 10)).toMatchObject({ succeeded: false, gasUsed: 10 });
    }
  });
});
