import { INPUT_ENDED, STREAM_BROKEN } from '../streamEnding.ts';

/** A position in bits, the lowest bit of each byte first. */
export type BitReader = { readonly data: Uint8Array; bit: number };

/**
 * The next `count` bits (at most 24) without moving; bits behind the input are zero. To look ahead
 * is no fault: only `dropBits` needs the bits to be there.
 */
export function peekBits({ data, bit }: BitReader, count: number): number {
  const at = bit >>> 3;
  const word =
    (data[at] ?? 0) |
    ((data[at + 1] ?? 0) << 8) |
    ((data[at + 2] ?? 0) << 16) |
    ((data[at + 3] ?? 0) << 24);
  return (word >>> (bit & 7)) & ((1 << count) - 1);
}

/** Moves on by `count` bits. */
export function dropBits(reader: BitReader, count: number): void {
  const bit = reader.bit + count;
  if (bit > reader.data.length * 8) throw INPUT_ENDED;
  reader.bit = bit;
}

/** The next `count` bits, at most 24. */
export function readBits(reader: BitReader, count: number): number {
  const value = peekBits(reader, count);
  dropBits(reader, count);
  return value;
}

/** Moves on to the next whole byte. The bits in between must be zero. */
export function alignBits(reader: BitReader): void {
  if (readBits(reader, -reader.bit & 7) !== 0) throw STREAM_BROKEN;
}
