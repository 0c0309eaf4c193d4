import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Address, bytesToHex } from './bytes.ts';
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
