import { bytesToBigint } from './bytes.ts';
import { DecodeError } from './errors.ts';

// RLP, strict: every value has exactly one encoding, and only that one decodes.
//
//   first byte   meaning                                       length is
//   00..7f       the byte itself                               1
//   80..b7       bytes                                         first - 0x80
//   b8..bf       bytes, length in the next (first - 0xb7)      big-endian, > 55, no leading zero
//   c0..f7       list                                          first - 0xc0
//   f8..ff       list, length in the next (first - 0xf7)       big-endian, > 55, no leading zero
//
// A single byte below 0x80 must stand for itself: 0x81 0x7f is invalid.

/** A byte string, or a list of items. */
export type RlpItem = Uint8Array | readonly RlpItem[];

/** Lists nested deeper than this are refused: no format of the protocol needs more than 5. */
export const MAX_RLP_DEPTH = 64;

/** RLP encoding of `item`, in a new array. */
export function encodeRlp(item: RlpItem): Uint8Array {
  const encoded = new Uint8Array(encodedLength(item));
  writeItem(item, encoded, 0);
  return encoded;
}

/**
 * The one item that `data` encodes. Byte strings are views into `data`.
 *
 * @throws DecodeError when the encoding is not the canonical one, bytes are missing or left over,
 *         or lists nest deeper than MAX_RLP_DEPTH.
 */
export function decodeRlp(data: Uint8Array): RlpItem {
  const header = rlpHeader(data, 0);
  if (header.end !== data.length) {
    throw new DecodeError(
      'rlpTrailing',
      header.end,
      `expected one RLP item of ${header.end} bytes, found ${data.length - header.end} more`,
    );
  }
  return decodeItem(data, header, 0);
}

/** Where an item's content stands: `data[start..end)`; the next item begins at `end`. */
export type RlpHeader = {
  readonly type: 'bytes' | 'list';
  readonly start: number;
  readonly end: number;
};

/**
 * Extent of the item that begins at `offset`, without looking into it. Content lies inside `data`
 * and, where given, before `limit`.
 *
 * @throws DecodeError when the header is not canonical or the item does not end before `limit`.
 */
export function rlpHeader(data: Uint8Array, offset: number, limit = data.length): RlpHeader {
  const first = data[offset];
  if (first === undefined || offset >= limit) {
    throw new DecodeError('rlpTruncated', offset, 'expected an RLP item, found the end');
  }
  if (first < 0x80) return { type: 'bytes', start: offset, end: offset + 1 };
  const type = first < 0xc0 ? 'bytes' : 'list';
  const short = first - (type === 'bytes' ? 0x80 : 0xc0);
  const lengthBytes = short > 55 ? short - 55 : 0;
  const length = lengthBytes === 0 ? short : longLength(data, offset + 1, lengthBytes, limit);
  const start = offset + 1 + lengthBytes;
  if (length > limit - start) {
    // What is rounded would be told as a length that nobody wrote.
    const expected = length > Number.MAX_SAFE_INTEGER ? '2^53 or more' : length;
    throw new DecodeError(
      'rlpTruncated',
      offset,
      `expected ${expected} bytes of RLP content, found ${limit - start}`,
    );
  }
  if (type === 'bytes' && length === 1 && (data[start] as number) < 0x80) {
    throw new DecodeError('rlpNotCanonical', offset, 'a byte below 0x80 must encode as itself');
  }
  return { type, start, end: start + length };
}

function longLength(data: Uint8Array, at: number, count: number, limit: number): number {
  if (at + count > limit) {
    throw new DecodeError('rlpTruncated', at, `expected ${count} bytes of RLP length`);
  }
  if (data[at] === 0) {
    throw new DecodeError('rlpNotCanonical', at, 'RLP length begins with a zero byte');
  }
  // Multiplication instead of shifts: eight bytes of length round, but never to a small number.
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (data[at + i] as number);
  if (length <= 55) {
    throw new DecodeError('rlpNotCanonical', at, `RLP length ${length} must have the short form`);
  }
  return length;
}

function decodeItem(data: Uint8Array, header: RlpHeader, depth: number): RlpItem {
  if (header.type === 'bytes') return data.subarray(header.start, header.end);
  if (depth >= MAX_RLP_DEPTH) {
    const message = `expected at most ${MAX_RLP_DEPTH} nested RLP lists, found more`;
    throw new DecodeError('rlpTooDeep', header.start, message);
  }
  const items: RlpItem[] = [];
  for (let offset = header.start; offset < header.end; ) {
    const inner = rlpHeader(data, offset, header.end);
    items.push(decodeItem(data, inner, depth + 1));
    offset = inner.end;
  }
  return items;
}

/**
 * An RLP integer: big-endian without leading zeros, empty for 0.
 *
 * @param maxBytes 8 for a u64, 32 for a u256.
 * @throws DecodeError with a leading zero, or longer than `maxBytes`.
 */
export function rlpToBigint(bytes: Uint8Array, maxBytes: number): bigint {
  if (bytes.length > maxBytes) {
    const message = `expected an integer of at most ${maxBytes} bytes, found ${bytes.length}`;
    throw new DecodeError('rlpIntegerTooLong', -1, message);
  }
  if (bytes[0] === 0) {
    throw new DecodeError('rlpNotCanonical', -1, 'integer begins with a zero byte');
  }
  return bytes.length === 0 ? 0n : bytesToBigint(bytes);
}

function encodedLength(item: RlpItem): number {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] as number) < 0x80) return 1;
    return headerLength(item.length) + item.length;
  }
  const content = contentLength(item);
  return headerLength(content) + content;
}

function contentLength(items: readonly RlpItem[]): number {
  let length = 0;
  for (const item of items) length += encodedLength(item);
  return length;
}

function headerLength(length: number): number {
  return length <= 55 ? 1 : 1 + byteCount(length);
}

function byteCount(length: number): number {
  let count = 0;
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) count++;
  return count;
}

/** Writes `item` at `at` and returns where it ends. */
function writeItem(item: RlpItem, out: Uint8Array, at: number): number {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] as number) < 0x80) {
      out[at] = item[0] as number;
      return at + 1;
    }
    const start = writeHeader(0x80, item.length, out, at);
    out.set(item, start);
    return start + item.length;
  }
  let offset = writeHeader(0xc0, contentLength(item), out, at);
  for (const inner of item) offset = writeItem(inner, out, offset);
  return offset;
}

function writeHeader(base: number, length: number, out: Uint8Array, at: number): number {
  if (length <= 55) {
    out[at] = base + length;
    return at + 1;
  }
  const count = byteCount(length);
  out[at] = base + 55 + count;
  for (let i = count, rest = length; i > 0; i--, rest = Math.floor(rest / 256)) {
    out[at + i] = rest % 256;
  }
  return at + 1 + count;
}
