import { DecodeError } from './errors.ts';
import { plural } from './plural.ts';

/**
 * A read position in bytes. Plain and mutable: every read below moves `offset` past what it read,
 * or throws a DecodeError of code `truncated` and leaves the cursor at no particular place.
 */
export type Cursor = { readonly data: Uint8Array; offset: number };

/** A cursor over `data`, at `offset`. */
export function cursorAt(data: Uint8Array, offset = 0): Cursor {
  return { data, offset };
}

/** Bytes between the cursor and the end. */
export function remainingBytes(cursor: Cursor): number {
  return cursor.data.length - cursor.offset;
}

/** The next byte. */
export function readByte(cursor: Cursor, name: string): number {
  if (cursor.offset >= cursor.data.length) throw truncated(cursor, 1, name);
  return cursor.data[cursor.offset++] as number;
}

/** The next two bytes, big-endian. */
export function readU16(cursor: Cursor, name: string): number {
  if (remainingBytes(cursor) < 2) throw truncated(cursor, 2, name);
  const { data, offset } = cursor;
  cursor.offset += 2;
  return ((data[offset] as number) << 8) | (data[offset + 1] as number);
}

/** The next four bytes, big-endian, unsigned. */
export function readU32(cursor: Cursor, name: string): number {
  return readU16(cursor, name) * 0x10000 + readU16(cursor, name);
}

/** The next `length` bytes, as a view. */
export function readBytes(cursor: Cursor, length: number, name: string): Uint8Array {
  if (length > remainingBytes(cursor)) throw truncated(cursor, length, name);
  const start = cursor.offset;
  cursor.offset += length;
  return cursor.data.subarray(start, cursor.offset);
}

/** Longest LEB128 form of a 64-bit integer. Shorter overlong forms are accepted. */
const MAX_UVARINT_BYTES = 10;

/**
 * The next unsigned LEB128 integer of at most 64 bits.
 *
 * @throws DecodeError `truncated`, or `uvarintOverflow` above 2^64 - 1 or ten bytes.
 * @spec protocol/derivation.md 0.2
 */
export function readUvarint(cursor: Cursor, name: string): bigint {
  const halves = readUvarints(cursor, 1, name);
  return (BigInt(halves[1] as number) << 32n) | BigInt(halves[0] as number);
}

/**
 * The next unsigned LEB128 integer, which must not exceed `max` (below 2^53).
 *
 * @throws DecodeError as `readUvarint`, and `countTooLarge` above `max`.
 */
export function readCount(cursor: Cursor, max: number, name: string): number {
  const start = cursor.offset;
  const first = cursor.data[start];
  // Most counts are one byte.
  if (first !== undefined && first < 0x80 && first <= max) {
    cursor.offset = start + 1;
    return first;
  }
  const value = readUvarint(cursor, name);
  if (value > BigInt(max)) {
    const message = `${name}: expected at most ${max}, found ${value}`;
    throw new DecodeError('countTooLarge', start, message);
  }
  return Number(value);
}

/**
 * The next `count` LEB128 integers as pairs of 32-bit halves: low at `2 * i`, high at `2 * i + 1`.
 * Halves keep a column of 64-bit values exact without one allocation per value.
 *
 * @throws DecodeError as `readUvarint`.
 */
export function readUvarints(cursor: Cursor, count: number, name: string): Uint32Array {
  // Every integer takes a byte at least, so hostile counts fail before anything is allocated.
  if (count > remainingBytes(cursor)) throw truncated(cursor, count, name);
  const { data } = cursor;
  const halves = new Uint32Array(2 * count);
  let offset = cursor.offset;
  for (let i = 0; i < count; i++) {
    const start = offset;
    let low = 0;
    let high = 0;
    for (let group = 0; ; group++) {
      const byte = data[offset++];
      if (byte === undefined) throw truncated({ data, offset: start }, group + 1, name);
      const bits = byte & 0x7f;
      if (group < 4) low |= bits << (7 * group);
      else if (group === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * group - 32);
      if (group === MAX_UVARINT_BYTES - 1 && byte > 1) {
        const message = `${name}: expected an integer of at most 64 bits in ten bytes`;
        throw new DecodeError('uvarintOverflow', start, message);
      }
      if (byte < 0x80) break;
    }
    halves[2 * i] = low;
    halves[2 * i + 1] = high;
  }
  cursor.offset = offset;
  return halves;
}

/** `value` as shortest unsigned LEB128. */
export function encodeUvarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function truncated(cursor: Cursor, length: number, name: string): DecodeError {
  const found = Math.max(0, remainingBytes(cursor));
  const message = `${name}: expected ${plural(length, 'more byte')}, found ${found}`;
  return new DecodeError('truncated', cursor.offset, message);
}
