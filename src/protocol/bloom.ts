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
  addLogs(bloom, logs);
  return bloom;
}

/** Adds logs to a bloom of 256 bytes. */
export function addLogs(bloom: Uint8Array, logs: readonly BloomLog[]): void {
  for (const { address, topics } of logs) {
    addItem(bloom, address);
    for (const topic of topics) addItem(bloom, topic);
  }
}

/**
 * Whether logs with this bloom may include an address or topic. False is certain, true is not.
 *
 * @param bloom 256 bytes.
 */
export function bloomMayContain(bloom: Uint8Array, item: Address | Hash): boolean {
  for (const bit of bitsOf(item)) {
    if (((bloom[byteOf(bit)] as number) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** The bits of several items, three of each, for `mayContainAny`. */
export function bloomBits(items: readonly (Address | Hash)[]): Uint16Array {
  // Not by way of `known`, which many at once would empty of what all blocks have.
  return Uint16Array.from(items.flatMap((item) => bitsOfHash(keccak256(hexToBytes(item)))));
}

/**
 * Whether logs with this bloom may include one of several items. False is certain, true is not.
 *
 * @param bloom 256 bytes.
 * @param bits  Of the items, as `bloomBits` gives them.
 */
export function mayContainAny(bloom: Uint8Array, bits: Uint16Array): boolean {
  const has = (at: number): boolean => {
    const bit = bits[at] as number;
    return ((bloom[byteOf(bit)] as number) & (1 << (bit & 7))) !== 0;
  };
  for (let at = 0; at < bits.length; at += 3) {
    if (has(at) && has(at + 1) && has(at + 2)) return true;
  }
  return false;
}

function addItem(bloom: Uint8Array, item: Address | Hash): void {
  for (const bit of bitsOf(item)) {
    const byte = byteOf(bit);
    bloom[byte] = (bloom[byte] as number) | (1 << (bit & 7));
  }
}

type Bits = readonly [number, number, number];

/**
 * The bits of items seen lately. The same few contracts and events are in most logs, and each log
 * goes into the bloom of its receipt, of its block, and of the receipt that is stored: looking an
 * item up takes 0.05 µs, its hash ten times as long.
 */
const known = new Map<Address | Hash, Bits>();

/** About 200 bytes each. */
const MAX_KNOWN = 4096;

function bitsOf(item: Address | Hash): Bits {
  const found = known.get(item);
  if (found !== undefined) return found;
  const bits = bitsOfHash(keccak256(hexToBytes(item)));
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(item, bits);
  return bits;
}

function bitsOfHash(hash: Uint8Array): Bits {
  return [bitAt(hash, 0), bitAt(hash, 2), bitAt(hash, 4)];
}

function bitAt(hash: Uint8Array, at: number): number {
  return (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 0x7ff;
}

function byteOf(bit: number): number {
  return BLOOM_BYTES - 1 - (bit >> 3);
}
