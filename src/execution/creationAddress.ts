import { type Address, bigintToMinimalBytes, bytesToHex, hexToBytes } from '../base/bytes.ts';
import { keccak256 } from '../base/hash.ts';
import { borrowRlp } from '../base/rlp.ts';

/** Address of the contract that `creator` makes with `nonce`. */
export function creationAddress(creator: Address, nonce: bigint): Address {
  const preimage = borrowRlp([hexToBytes(creator), bigintToMinimalBytes(nonce)]);
  return bytesToHex(keccak256(preimage).subarray(12));
}
