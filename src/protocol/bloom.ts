import { type Address, type Hash, hexToBytes } from '../base/bytes.ts';
import { keccak256 } from '../base/hash.ts';

/** Bytes of a logs bloom. */
export const BLOOM_BYTES = 256;

/** The part of a log that a bloom covers. */
export type BloomLog = { readonly address: Address; readonly topics: readonly Hash[] };

/**
 * Bloom of logs: for the address and each topic three bits, the low 11 of each of the first three
 * byte pairs of its Keccak-256, counted from the last byte's lowest bit.
 *
 * @spec Ethereum Yellow Paper, 4.3.1
 */
export function logsBloom(logs: readonly BloomLog[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const log of logs) {
    for (const item of [log.address, ...log.topics]) {
      for (const { byte, mask } of bitsOf(item)) bloom[byte] = (bloom[byte] as number) | mask;
    }
  }
  return bloom;
}

/**
 * Whether logs with this bloom may include an address or topic. False is certain, true is not.
 *
 * @param bloom 256 bytes.
 */
export function bloomMayContain(bloom: Uint8Array, item: Address | Hash): boolean {
  return bitsOf(item).every(({ byte, mask }) => ((bloom[byte] as number) & mask) !== 0);
}

type Bit = { readonly byte: number; readonly mask: number };

function bitsOf(item: Address | Hash): readonly Bit[] {
  const hash = keccak256(hexToBytes(item));
  return [0, 2, 4].map((at) => {
    const bit = (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 0x7ff;
    return { byte: BLOOM_BYTES - 1 - (bit >> 3), mask: 1 << (bit & 7) };
  });
}
