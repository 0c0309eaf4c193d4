import { type Hash, ZERO_HASH, concatBytes, hexToBytes } from '../base/bytes.ts';
import { keccak256Hex } from '../base/hash.ts';

/** What an output root of version 0 commits to. */
export type OutputRootParts = {
  readonly stateRoot: Hash;
  /**
   * Storage root of L2ToL1MessagePasser. From Isthmus on it is the header's withdrawals root;
   * before, that field holds the empty trie's root and must not be used.
   */
  readonly messagePasserStorageRoot: Hash;
  readonly blockHash: Hash;
};

/** Output root of version 0. @spec protocol/execution.md 6.1 */
export function outputRoot(parts: OutputRootParts): Hash {
  const { stateRoot, messagePasserStorageRoot, blockHash } = parts;
  const words = [OUTPUT_ROOT_VERSION_0, stateRoot, messagePasserStorageRoot, blockHash];
  return keccak256Hex(concatBytes(...words.map(hexToBytes)));
}

/** Version word of the only output root format there is. */
export const OUTPUT_ROOT_VERSION_0: Hash = ZERO_HASH;
