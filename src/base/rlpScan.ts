import { plural } from './plural.ts';
import { DecodeError } from './errors.ts';
import { rlpHeader } from './rlp.ts';

// Walking over canonical RLP without allocating: positions in, positions out. Where an item begins
// is known, so its end says everything. For transactions in bulk; elsewhere `decodeRlp` reads
// better.

/**
 * Where the byte string at `offset` ends.
 *
 * @throws DecodeError when it is a list, not canonical, or reaches beyond `limit`.
 */
export function rlpBytesEnd(data: Uint8Array, offset: number, limit: number): number {
  const first = data[offset] as number;
  if (offset < limit) {
    if (first < 0x80) return offset + 1;
    const end = offset + 1 + first - 0x80;
    // Two bytes and more in the short form cannot be wrong but by length.
    if (first !== 0x81 && first < 0xb8 && end <= limit) return end;
  }
  const header = rlpHeader(data, offset, limit);
  if (header.type === 'list') {
    throw new DecodeError('rlpUnexpectedList', offset, 'expected an RLP byte string, found a list');
  }
  return header.end;
}

/**
 * Where the list at `offset` ends. Its content is not looked at.
 *
 * @throws DecodeError when it is a byte string, not canonical, or reaches beyond `limit`.
 */
export function rlpListEnd(data: Uint8Array, offset: number, limit: number): number {
  const first = data[offset] as number;
  if (offset < limit && first >= 0xc0 && first < 0xf8) {
    const end = offset + 1 + first - 0xc0;
    if (end <= limit) return end;
  }
  const header = rlpHeader(data, offset, limit);
  if (header.type === 'bytes') {
    throw new DecodeError('rlpUnexpectedBytes', offset, 'expected an RLP list, found a string');
  }
  return header.end;
}

/**
 * Where the integer at `offset` ends: a byte string without leading zero, 0 is the empty one.
 *
 * @param maxBytes 8 for a u64, 32 for a u256, Infinity for a big integer of any size.
 * @throws DecodeError as `rlpBytesEnd`, with a leading zero, or longer than `maxBytes`.
 */
export function rlpIntegerEnd(
  data: Uint8Array,
  offset: number,
  limit: number,
  maxBytes: number,
): number {
  const end = rlpBytesEnd(data, offset, limit);
  const start = rlpContentStart(data, offset);
  if (start < end && data[start] === 0) {
    throw new DecodeError('rlpNotCanonical', offset, 'RLP integer begins with a zero byte');
  }
  if (end - start > maxBytes) {
    const message = `expected an RLP integer of at most ${maxBytes} bytes, found ${end - start}`;
    throw new DecodeError('rlpIntegerTooLong', offset, message);
  }
  return end;
}

/**
 * Where the byte string at `offset` ends, which must hold exactly `length` bytes.
 *
 * @throws DecodeError as `rlpBytesEnd`, and for any other length.
 */
export function rlpFixedBytesEnd(
  data: Uint8Array,
  offset: number,
  limit: number,
  length: number,
): number {
  const end = rlpBytesEnd(data, offset, limit);
  const found = end - rlpContentStart(data, offset);
  if (found !== length) {
    const message = `expected an RLP string of ${length} bytes, found ${found}`;
    throw new DecodeError('rlpLength', offset, message);
  }
  return end;
}

/** Where the content of the item at `offset` begins. The item must have been found canonical. */
export function rlpContentStart(data: Uint8Array, offset: number): number {
  const first = data[offset] as number;
  if (first < 0x80) return offset;
  if (first < 0xb8) return offset + 1;
  if (first < 0xc0) return offset + 1 + first - 0xb7;
  return first < 0xf8 ? offset + 1 : offset + 1 + first - 0xf7;
}

/**
 * @throws DecodeError unless the list content read so far ends where the list ends.
 */
export function assertRlpEnd(offset: number, end: number): void {
  if (offset !== end) {
    const message = `expected the RLP list to end, found ${plural(end - offset, 'more byte')}`;
    throw new DecodeError('rlpTrailing', offset, message);
  }
}
