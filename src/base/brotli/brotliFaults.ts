import { EMPTY_BYTES } from '../bytes.ts';
import { type Inflated, READ_BUFFER_BYTES } from '../inflate.ts';
import { brotliWindowBytes, decodeBrotli } from './decodeBrotli.ts';

// What op-node's brotli reader yields of a stream that is not whole, which is consensus. It takes
// the stream in pieces: 4095 bytes first (a 4096-byte buffer less the version byte), then 32 KiB.
// When one has a fault, it sees what the pieces before it yielded, and of this one what filled the
// window, for then its decoder must make room. A buffer smaller than the window is handed out too
// when it is full, but only as far as one read takes it.

const FIRST_PIECE_BYTES = 4095;
const PIECE_BYTES = 32_768;

/** Bytes that the beginning of a stream yields; undefined for a fault, or for more than the cap. */
export type PrefixLength = (beginning: Uint8Array, capBytes: number) => number | undefined;

/**
 * What a stream with bytes behind its end yields. The reference ignores them, but where they come
 * in the piece in which the stream ends, it hands out a fault with the last bytes.
 *
 * @param bytes     All of the stream, decoded.
 * @param readBytes How many bytes of `data` the stream takes.
 */
export function longerThanItsStream(
  data: Uint8Array,
  bytes: Uint8Array,
  readBytes: number,
  prefixLength: PrefixLength,
): Inflated {
  const ending = 'clean';
  const pieces = Math.max(0, Math.ceil((readBytes - FIRST_PIECE_BYTES) / PIECE_BYTES));
  const pieceEnd = FIRST_PIECE_BYTES + pieces * PIECE_BYTES;
  if (pieceEnd === readBytes || bytes.length < READ_BUFFER_BYTES) return { bytes, ending };
  const before = pieces === 0 ? EMPTY_BYTES : data.subarray(0, pieceEnd - PIECE_BYTES);
  const handedOut = prefixLength(before, bytes.length) ?? 0;
  return { bytes, ending, faultReadBytes: bytes.length - handedOut };
}

/** What a stream with a fault yields, or one that is longer than the cap. */
export function faultyBrotli(
  data: Uint8Array,
  capBytes: number,
  prefixLength: PrefixLength,
): Inflated {
  const windowBytes = windowOf(data);
  // A fault behind the cap counts as long as the window has room for what is in front of it.
  const roomBytes = Math.ceil((capBytes + 1) / windowBytes) * windowBytes;
  const upToFault = decodeBrotli(data, roomBytes);
  const decoded = upToFault.bytes.length;
  const isWhole = upToFault.ending !== 'corrupt';
  const handedOut = isWhole ? decoded : bytesBeforeBadPiece(data, roomBytes, prefixLength);
  const isOneRead = decoded < windowBytes;
  const madeRoom = isOneRead ? upToFault.fullBytes : decoded - (decoded % windowBytes);
  const length = isWhole ? decoded : Math.max(handedOut, madeRoom);
  if (length > capBytes) return { bytes: upToFault.bytes.slice(0, capBytes), ending: 'capped' };
  const inflated = { bytes: upToFault.bytes.slice(0, length), ending: upToFault.ending };
  const faultReadBytes = length - handedOut;
  if (faultReadBytes < READ_BUFFER_BYTES) return inflated;
  return { ...inflated, faultReadBytes, ...(isOneRead ? { isOneRead } : {}) };
}

/** A stream without a valid size of window yields nothing: any size will do. */
function windowOf(data: Uint8Array): number {
  try {
    return brotliWindowBytes(data);
  } catch {
    return PIECE_BYTES;
  }
}

/** How much the pieces in front of the one with the fault yield. */
function bytesBeforeBadPiece(
  data: Uint8Array,
  capBytes: number,
  prefixLength: PrefixLength,
): number {
  const pieces = Math.ceil((data.length - FIRST_PIECE_BYTES) / PIECE_BYTES);
  let length = 0;
  for (let low = 0, high = pieces - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    const found = prefixLength(
      data.subarray(0, FIRST_PIECE_BYTES + middle * PIECE_BYTES),
      capBytes,
    );
    if (found === undefined) high = middle - 1;
    else {
      length = found;
      low = middle + 1;
    }
  }
  return length;
}
