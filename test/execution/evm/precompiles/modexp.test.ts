import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToHex, concatBytes } from '../../../../src/base/bytes.ts';
import type { EvmFork } from '../../../../src/execution/evm/port.ts';
import {
  modexp,
  modexpGas,
  modexpLengths,
} from '../../../../src/execution/evm/precompiles/modexp.ts';
import { precompilePair } from '../../../support/precompilePair.ts';
import { runs } from '../../../support/runs.ts';

function input(...operands: readonly Uint8Array[]): Uint8Array {
  const lengths = operands.map((operand) => bigintToBytes(BigInt(operand.length), 32));
  return concatBytes(...lengths, ...operands);
}

const operand = (maxLength: number) =>
  fc.oneof(
    fc.uint8Array({ maxLength }),
    fc.nat(maxLength).map((length) => new Uint8Array(length)),
    fc.nat(maxLength).map((length) => new Uint8Array(length).fill(255)),
  );

describe('modexp', () => {
  test.each<EvmFork>(['bedrock', 'jovian', 'karst'])(
    'behavior: result and gas at %s are those of @ethereumjs/evm',
    (fork) => {
      const { own, reference } = precompilePair(fork, 5);
      const cut = fc.nat(300);
      fc.assert(
        fc.property(operand(80), operand(70), operand(80), cut, (base, exponent, modulus, n) => {
          const whole = input(base, exponent, modulus);
          const data = n % 3 === 0 ? whole.subarray(0, n) : whole;
          expect(own(data, 10_000_000)).toEqual(reference(data, 10_000_000));
        }),
        { numRuns: runs(60) },
      );
    },
  );

  test.each<EvmFork>(['jovian', 'karst'])('behavior: any lengths at %s', (fork) => {
    const { own, reference } = precompilePair(fork, 5);
    const length = fc.oneof(
      fc.constantFrom(0n, 1n, 32n, 33n, 1024n, 1025n, 2n ** 32n, 2n ** 64n, 2n ** 256n - 1n),
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    );
    fc.assert(
      fc.property(length, length, length, fc.uint8Array({ maxLength: 99 }), (b, e, m, rest) => {
        const words = [b, e, m].map((value) => bigintToBytes(value, 32));
        const data = concatBytes(...words, rest);
        expect(own(data, 100_000)).toEqual(reference(data, 100_000));
      }),
      { numRuns: runs(200) },
    );
  });

  test('behavior: long exponents over moduli with any number of factors 2', () => {
    const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
      let [result, square] = [1n % modulus, base % modulus];
      for (let rest = exponent; rest > 0n; rest >>= 1n) {
        if ((rest & 1n) === 1n) result = (result * square) % modulus;
        square = (square * square) % modulus;
      }
      return result;
    };
    const large = fc.bigInt({ min: 1n, max: 2n ** 400n });
    fc.assert(
      fc.property(
        large,
        large,
        large,
        fc.nat(90),
        fc.nat(9),
        (base, exponent, odd, twos, zeros) => {
          const modulus = ((odd % 2n ** 130n) | 1n) << BigInt(twos);
          const even = base << BigInt(zeros);
          const operands = [even, exponent, modulus].map((value) => bigintToBytes(value, 60));
          const data = input(...operands);
          const expected = bigintToBytes(power(even, exponent, modulus), 60);
          expect(modexp(data, modexpLengths(data))).toEqual(expected);
        },
      ),
    );
  });

  test('behavior: an exponent of 100 kB takes no longer than its bits', () => {
    const exponent = new Uint8Array(100_000).fill(255);
    const data = input(Uint8Array.of(3), exponent, Uint8Array.of(7));
    const lengths = modexpLengths(data);
    expect(modexpGas(data, lengths, 'eip2565')).toBe(266_666n);
    // 3 has order 6 modulo 7, and 2^800000 - 1 is 3 modulo 6.
    expect(bytesToHex(modexp(data, lengths))).toBe('0x06');
  });
});
