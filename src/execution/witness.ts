import { bytesToHex, type Hash } from '../base/bytes.ts';
import type { StateSource } from './state/worldState.ts';

/**
 * A state source over the preimages of a witness: trie nodes and code by their hash. What is not
 * in it reads as absent, and executing then ends in a MissingNodeError.
 */
export function witnessSource(preimages: ReadonlyMap<Hash, Uint8Array>): StateSource {
  return {
    readNode: (hash) => preimages.get(bytesToHex(hash)),
    readCode: (codeHash) => preimages.get(codeHash),
  };
}
