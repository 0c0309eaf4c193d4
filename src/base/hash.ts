import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, type Hash } from './bytes.ts';

/** A synchronous digest of 32 bytes, in a new array. */
export type Digest = (data: Uint8Array) => Uint8Array;

let keccak: Digest = keccak_256;
let sha: Digest = nobleSha256;

/** Installs faster digests. Entry points call it once, before anything is hashed. */
export function installHashes(fast: {
  readonly keccak256?: Digest;
  readonly sha256?: Digest;
}): void {
  keccak = fast.keccak256 ?? keccak;
  sha = fast.sha256 ?? sha;
}

/** Keccak-256 of `data`: 32 bytes in a new array. */
export function keccak256(data: Uint8Array): Uint8Array {
  return keccak(data);
}

/** Keccak-256 of `data` as a `0x` string. */
export function keccak256Hex(data: Uint8Array): Hash {
  return bytesToHex(keccak(data));
}

/** SHA-256 of `data`: 32 bytes in a new array. */
export function sha256(data: Uint8Array): Uint8Array {
  return sha(data);
}
