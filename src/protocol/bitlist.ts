import { type Cursor, readBytes } from '../base/cursor.ts';
import { DecodeError } from '../base/errors.ts';

// A bit list of n bits is one big-endian integer in ceil(n / 8) bytes: bit 0 is the lowest bit of
// the *last* byte. Bits at or above n must be zero.

/**
 * The next bit list of `length` bits, as a view. Read it with `bitAt`.
 *
 * @throws DecodeError when bytes are missing or superfluous bits are set.
 * @spec   protocol/derivation.md 6.3
 */
export function readBitlist(cursor: Cursor, length: number, name: string): Uint8Array {
  const start = cursor.offset;
  const bits = readBytes(cursor, Math.ceil(length / 8), name);
  if (length % 8 !== 0 && (bits[0] as number) >> (length % 8) !== 0) {
    const message = `${name}: expected only ${length} bits, found more`;
    throw new DecodeError('bitlistOverflow', start, message);
  }
  return bits;
}

/** Bit `index` of a bit list. */
export function bitAt(bits: Uint8Array, index: number): 0 | 1 {
  return (((bits[bits.length - 1 - (index >> 3)] as number) >> (index & 7)) & 1) as 0 | 1;
}

/** How many of the bits are 1. */
export function countBits(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The bit list of `bits`, bit 0 first. */
export function encodeBitlist(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    const at = bytes.length - 1 - (index >> 3);
    if (bit) bytes[at] = (bytes[at] as number) | (1 << (index & 7));
  });
  return bytes;
}
