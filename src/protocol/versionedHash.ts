import { type Hash, bytesToHex } from '../base/bytes.ts';
import { sha256 } from '../base/hash.ts';

/** First byte of a versioned hash that stands for a KZG commitment. @spec EIP-4844 */
const VERSIONED_HASH_VERSION_KZG = 1;

/**
 * Versioned hash of a blob, from its KZG commitment of 48 bytes: SHA-256 of the commitment, its
 * first byte replaced by the version.
 *
 * @spec EIP-4844, kzg_to_versioned_hash
 */
export function blobVersionedHash(commitment: Uint8Array): Hash {
  const hash = sha256(commitment);
  hash[0] = VERSIONED_HASH_VERSION_KZG;
  return bytesToHex(hash);
}
