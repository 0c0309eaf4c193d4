import fc from 'fast-check';
import { bytesToHex, type Hex } from '../../src/base/bytes.ts';

/** Any `length` bytes as lowercase hex. */
export function hexOf(length: number): fc.Arbitrary<Hex> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex);
}

/** Any unsigned integer of `bits` bits, small and large ones alike. */
export function uint(bits: number): fc.Arbitrary<bigint> {
  const max = (1n << BigInt(bits)) - 1n;
  return fc.oneof(fc.bigInt(0n, 300n < max ? 300n : max), fc.bigInt(0n, max));
}
