import { bigintToBytes, concatBytes, type Hash, hexToBytes } from '../base/bytes.ts';
import { keccak256, keccak256Hex } from '../base/hash.ts';

// A source hash makes a deposit unique: keccak256(domain as 32 bytes ++ inner), 64 bytes hashed.
//
//   domain  deposit            inner
//   0       of a user          keccak256(L1 block hash ++ log index as 32 bytes)
//   1       L1 attributes      keccak256(L1 block hash ++ sequence number as 32 bytes)
//   2       of a fork upgrade  keccak256(intent in UTF-8)

/**
 * Source hash of a user's deposit.
 *
 * @param logIndex Position of the event among all logs of the L1 block.
 * @spec protocol/derivation-2-attributes-engine.md 8.5
 */
export function userDepositSourceHash(l1BlockHash: Hash, logIndex: number): Hash {
  return inDomain(0n, keccak256(withWord(l1BlockHash, BigInt(logIndex))));
}

/**
 * Source hash of the L1 attributes deposit.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.5
 */
export function l1InfoSourceHash(l1BlockHash: Hash, sequenceNumber: bigint): Hash {
  return inDomain(1n, keccak256(withWord(l1BlockHash, sequenceNumber)));
}

/**
 * Source hash of an upgrade transaction.
 *
 * @param intent The sentence that names it, as the fork defines it.
 * @spec protocol/derivation-2-attributes-engine.md 8.5
 */
export function upgradeSourceHash(intent: string): Hash {
  return inDomain(2n, keccak256(new TextEncoder().encode(intent)));
}

function withWord(l1BlockHash: Hash, value: bigint): Uint8Array {
  return concatBytes(hexToBytes(l1BlockHash), bigintToBytes(value, 32));
}

function inDomain(domain: bigint, inner: Uint8Array): Hash {
  return keccak256Hex(concatBytes(bigintToBytes(domain, 32), inner));
}
