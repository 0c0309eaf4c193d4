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
  return borrowRlp(item).slice();
}

/** The same behind the byte that tells its type, as in transactions and receipts (EIP-2718). */
export function encodeTypedRlp(type: number, item: RlpItem): Uint8Array {
  return borrowTypedRlp(type, item).slice();
}

/**
 * RLP encoding of `item` as a view that is good until anything else is encoded: for what is only
 * hashed, or copied. An array of more than 64 bytes lies outside V8's heap, and takes longer to
 * make and to collect than most items take to be written.
 */
export function borrowRlp(item: RlpItem): Uint8Array {
  return lastWritten(writeItem(item, 0));
}

/** `encodeTypedRlp` as a view, as `borrowRlp`. */
export function borrowTypedRlp(type: number, item: RlpItem): Uint8Array {
  const written = writeItem(item, 0) + 1;
  reserve(written);
  scratch[scratch.length - written] = type;
  return lastWritten(written);
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

// Items are written from the last byte to the first: the length of a list is known when its header
// is due, and nothing is measured beforehand. Positions count from the end, so that they stay good
// when the scratch grows. Both together halve the time that RLP takes in executing blocks.

let scratch: Uint8Array = new Uint8Array(8192);

/** What is longer is not kept for the next time. */
const MAX_KEPT_SCRATCH_BYTES = 1 << 20;

/** The last `written` bytes. */
function lastWritten(written: number): Uint8Array {
  const all = scratch;
  if (all.length > MAX_KEPT_SCRATCH_BYTES) scratch = new Uint8Array(8192);
  return all.subarray(all.length - written);
}

/** Room for `bytes` in all. */
function reserve(bytes: number): void {
  if (bytes <= scratch.length) return;
  const grown = new Uint8Array(2 * bytes);
  grown.set(scratch, grown.length - scratch.length);
  scratch = grown;
}

/** Writes `item` before what is `written`. Gives how much is written then. */
function writeItem(item: RlpItem, written: number): number {
  if (item instanceof Uint8Array) {
    const { length } = item;
    const end = written + length;
    reserve(end);
    const at = scratch.length - end;
    if (length > SHORT_BYTES) scratch.set(item, at);
    else for (let i = 0; i < length; i++) scratch[at + i] = item[i] as number;
    if (length === 1 && (item[0] as number) < 0x80) return end;
    return writeHeader(0x80, length, end);
  }
  let end = written;
  for (let i = item.length - 1; i >= 0; i--) end = writeItem(item[i] as RlpItem, end);
  return writeHeader(0xc0, end - written, end);
}

/** Up to here a loop is quicker than a call that copies. */
const SHORT_BYTES = 32;

function writeHeader(base: number, length: number, written: number): number {
  reserve(written + 9);
  let at = scratch.length - written;
  if (length <= 55) {
    scratch[at - 1] = base + length;
    return written + 1;
  }
  let count = 0;
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    scratch[--at] = rest % 256;
    count++;
  }
  scratch[at - 1] = base + 55 + count;
  return written + count + 1;
}
