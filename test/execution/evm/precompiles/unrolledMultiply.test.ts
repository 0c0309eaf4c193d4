import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToBigint } from '../../../../src/base/bytes.ts';
import { startWasm } from '../../../../src/base/wasmModule.ts';
import { unrolledMultiply } from '../../../../src/execution/evm/precompiles/unrolledMultiply.ts';

/** Product of `a` and `b` over 2^(32·limbs), modulo an odd `modulus`, by the function. */
function product(limbs: number, a: bigint, b: bigint, modulus: bigint): bigint {
  const bytes = 4 * limbs;
  const { memory, functions } = startWasm([unrolledMultiply('multiply', limbs, 0)], 4 * bytes);
  for (const [i, value] of [modulus, a, b].entries()) {
    memory.set(bigintToBytes(value, bytes).toReversed(), i * bytes);
  }
  let inverse = 1n;
  for (let i = 0; i < 5; i++) inverse = BigInt.asUintN(32, inverse * (2n - modulus * inverse));
  const negative = Number(BigInt.asIntN(32, -inverse));
  functions['multiply']?.(3 * bytes, bytes, 2 * bytes, bytes, negative);
  return bytesToBigint(memory.slice(3 * bytes, 4 * bytes).toReversed());
}

describe('unrolledMultiply', () => {
  test.each([1, 2, 3, 4, 9])('default: numbers of %i limbs', (limbs) => {
    const most = 2n ** BigInt(32 * limbs) - 1n;
    const number = fc.oneof(
      fc.bigInt({ min: 0n, max: most }),
      fc.constantFrom(0n, 1n, most - 1n, most),
    );
    fc.assert(
      fc.property(number, number, number, (first, second, some) => {
        const modulus = (some < 3n ? 3n : some) | 1n;
        const [a, b] = [first % modulus, second % modulus];
        const value = product(limbs, a, b, modulus);
        expect(value).toBeLessThan(modulus);
        expect((value << BigInt(32 * limbs)) % modulus).toBe((a * b) % modulus);
      }),
    );
  });
});
