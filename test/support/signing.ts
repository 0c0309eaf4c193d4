import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  type Address,
  bigintToMinimalBytes,
  bytesToBigint,
  bytesToHex,
  concatBytes,
} from '../../src/base/bytes.ts';
import { keccak256 } from '../../src/base/hash.ts';
import { encodeRlp, type RlpItem } from '../../src/base/rlp.ts';

/** A private key that nobody else uses. */
export const TEST_KEY = new Uint8Array(32).fill(0x46);

/** Address of `TEST_KEY`. */
export const TEST_ADDRESS: Address = bytesToHex(
  keccak256(secp256k1.getPublicKey(TEST_KEY, false).subarray(1)).subarray(12),
);

/** Order of the curve. */
export const CURVE_ORDER = secp256k1.Point.CURVE().n;

export type Signature = { readonly r: bigint; readonly s: bigint; readonly yParity: bigint };

/** Signature of the fields of a transaction; type 0 signs the bare list. */
export function signFields(type: number, fields: readonly RlpItem[]): Signature {
  const list = encodeRlp(fields);
  const digest = keccak256(type === 0 ? list : concatBytes(Uint8Array.of(type), list));
  const bytes = secp256k1.sign(digest, TEST_KEY, { prehash: false, format: 'recovered' });
  return {
    yParity: BigInt(bytes[0] as number),
    r: bytesToBigint(bytes.subarray(1, 33)),
    s: bytesToBigint(bytes.subarray(33)),
  };
}

/** Encoded transaction of these fields with v (or y parity), r and s behind them. */
export function encodeSigned(
  type: number,
  fields: readonly RlpItem[],
  v: bigint,
  { r, s }: Pick<Signature, 'r' | 's'>,
): Uint8Array {
  const list = encodeRlp([...fields, ...[v, r, s].map(bigintToMinimalBytes)]);
  return type === 0 ? list : concatBytes(Uint8Array.of(type), list);
}
