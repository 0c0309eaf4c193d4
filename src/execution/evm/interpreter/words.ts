import type { Address, Hash } from '../../../base/bytes.ts';

/** Largest word. */
export const MAX_WORD = (1n << 256n) - 1n;

/** The word in the 32 bytes of `view` at `offset`. */
export function readWord(view: DataView, offset: number): bigint {
  const high = view.getBigUint64(offset);
  const second = view.getBigUint64(offset + 8);
  const third = view.getBigUint64(offset + 16);
  const low = view.getBigUint64(offset + 24);
  if (high === 0n && second === 0n) return third === 0n ? low : (third << 64n) | low;
  return (high << 192n) | (second << 128n) | (third << 64n) | low;
}

/** Writes a word to the 32 bytes of `view` at `offset`. */
export function writeWord(view: DataView, offset: number, word: bigint): void {
  // setBigUint64 takes the low 64 bits.
  view.setBigUint64(offset + 24, word);
  if (word <= MAX_U64) {
    view.setBigUint64(offset, 0n);
    view.setBigUint64(offset + 8, 0n);
    view.setBigUint64(offset + 16, 0n);
    return;
  }
  view.setBigUint64(offset + 16, word >> 64n);
  view.setBigUint64(offset + 8, word >> 128n);
  view.setBigUint64(offset, word >> 192n);
}

/** The word in up to 32 bytes, big-endian, filled with zeros on the left. */
export function wordOf(bytes: Uint8Array): bigint {
  if (bytes.length === 32) {
    return readWord(new DataView(bytes.buffer, bytes.byteOffset, 32), 0);
  }
  let word = 0n;
  for (const byte of bytes) word = (word << 8n) | BigInt(byte);
  return word;
}

/** Low 20 bytes of a word as an address. */
export function addressOf(word: bigint): Address {
  return `0x${BigInt.asUintN(160, word).toString(16).padStart(40, '0')}`;
}

/** 32 bytes of a word as a string. */
export function hashOf(word: bigint): Hash {
  return `0x${word.toString(16).padStart(64, '0')}`;
}

const MAX_U64 = (1n << 64n) - 1n;
