import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Address, bigintToBytes, bytesToHex, concatBytes } from './bytes.ts';
import { keccak256 } from './hash.ts';

/**
 * Uncompressed public key (65 bytes, first byte 4) that signed `hash`, or undefined when the
 * signature is invalid. `signature` is r and s, 32 bytes each, back to back.
 */
export type RecoverPublicKey = (
  hash: Uint8Array,
  signature: Uint8Array,
  yParity: 0 | 1,
) => Uint8Array | undefined;

let recover: RecoverPublicKey = (hash, signature, yParity) => {
  try {
    const parsed = secp256k1.Signature.fromBytes(signature, 'compact').addRecoveryBit(yParity);
    return parsed.recoverPublicKey(hash).toBytes(false);
  } catch {
    return undefined;
  }
};

/** Installs a faster recovery. Entry points call it once. */
export function installRecovery(fast: RecoverPublicKey): void {
  recover = fast;
}

/**
 * Address that signed `hash`, or undefined for an invalid signature. High `s` is not refused here:
 * where low `s` is a rule, the caller checks it.
 */
export function recoverAddress(
  hash: Uint8Array,
  signature: Uint8Array,
  yParity: 0 | 1,
): Address | undefined {
  const key = recover(hash, signature, yParity);
  return key === undefined ? undefined : bytesToHex(keccak256(key.subarray(1)).subarray(12));
}

/** Order of secp256k1. @spec SEC 2, 2.4.1 */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Address that signed a transaction whose digest is `hash`, or undefined for a signature that no
 * transaction may have: r and s are 1 or more and below the curve's order, s in its lower half
 * (EIP-2), `yParity` 0 or 1.
 */
export function recoverSigner(
  hash: Uint8Array,
  r: bigint,
  s: bigint,
  yParity: bigint,
): Address | undefined {
  if (yParity !== 0n && yParity !== 1n) return undefined;
  if (r === 0n || r >= CURVE_ORDER || s === 0n || s > CURVE_ORDER >> 1n) return undefined;
  const signature = concatBytes(bigintToBytes(r, 32), bigintToBytes(s, 32));
  return recoverAddress(hash, signature, yParity === 0n ? 0 : 1);
}
