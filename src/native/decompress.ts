import { brotliDecompressSync, constants, inflateSync } from 'node:zlib';
import { brotliWindowBytes, decompressBrotliPure } from '../base/brotli/brotli.ts';
import { bytesEqual, concatBytes, EMPTY_BYTES } from '../base/bytes.ts';
import {
  type Decompress,
  inflateFaulty,
  type Inflated,
  READ_BUFFER_BYTES,
} from '../base/inflate.ts';

// node:zlib is fast but gives nothing back when a stream has a fault. So: the fast call first, and
// only on a fault a slower way to the exact prefix.

/** zlib by node:zlib; what it finds faulty, by the decoder that knows what a fault costs. */
export const inflateZlibNative: Decompress = (data, capBytes) => {
  // Batchers post streams that stop after a flush, whose mark is the last thing in them. There the
  // call that asks for an end would only fail.
  const flushed = endsInMark(data) ? inflateFlushed(data, capBytes) : undefined;
  if (flushed !== undefined) return { bytes: flushed, ending: 'truncated' };
  try {
    return { bytes: plain(inflateSync(data, limits(data, capBytes))), ending: 'clean' };
  } catch {
    return inflateFaulty(data, capBytes);
  }
};

/** An empty stored block behind one that ends a byte: what a flush appends. */
const FLUSH_MARK = Uint8Array.of(0, 0, 0, 0xff, 0xff);

function endsInMark(data: Uint8Array): boolean {
  return bytesEqual(data.subarray(-4), FLUSH_MARK.subarray(1));
}

/**
 * All that came before a flush, or undefined where it was none. One more flush tells: behind a
 * final block it would be taken for the checksum. Content that looks like a mark comes out.
 */
function inflateFlushed(data: Uint8Array, capBytes: number): Uint8Array | undefined {
  const options = { ...limits(data, capBytes), finishFlush: constants.Z_SYNC_FLUSH };
  try {
    const bytes = plain(inflateSync(concatBytes(data, FLUSH_MARK), options));
    return endsInMark(bytes) ? undefined : bytes;
  } catch {
    return undefined;
  }
}

/**
 * brotli by node:zlib; of a broken stream, what the longest prefix without fault yields; of one
 * that is longer than the cap, what the pure decompressor finds up to there.
 */
export const decompressBrotliNative: Decompress = (data, capBytes) => {
  try {
    const { bytes, readBytes } = decompressCounting(data, capBytes);
    return readBytes === data.length ? { bytes, ending: 'clean' } : excess(data, bytes, readBytes);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'Z_BUF_ERROR') return truncatedBrotli(data, capBytes);
    return corruptBrotli(data, capBytes);
  }
};

/** What `info` adds to the result, which the declarations lack. */
type WithInfo = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

/** The whole of a stream, and how many bytes of `data` it took. */
function decompressCounting(
  data: Uint8Array,
  capBytes: number,
): { readonly bytes: Uint8Array; readonly readBytes: number } {
  const options = { ...limits(data, capBytes), info: true };
  const { buffer, engine } = brotliDecompressSync(data, options) as unknown as WithInfo;
  return { bytes: plain(buffer), readBytes: engine.bytesWritten };
}

/**
 * A stream with bytes behind its end. The reference ignores them, but where they come in the piece
 * in which the stream ends, it hands out a fault with the last bytes.
 */
function excess(data: Uint8Array, bytes: Uint8Array, readBytes: number): Inflated {
  const ending = 'clean';
  const pieces = Math.max(0, Math.ceil((readBytes - FIRST_PIECE_BYTES) / PIECE_BYTES));
  const pieceEnd = FIRST_PIECE_BYTES + pieces * PIECE_BYTES;
  if (pieceEnd === readBytes || bytes.length < READ_BUFFER_BYTES) return { bytes, ending };
  const before = pieces === 0 ? EMPTY_BYTES : data.subarray(0, pieceEnd - PIECE_BYTES);
  const handedOut = brotliPrefix(before, bytes.length)?.length ?? 0;
  return { bytes, ending, faultReadBytes: bytes.length - handedOut };
}

/** Undefined when `data` has a fault, or yields more than the cap. */
function brotliPrefix(data: Uint8Array, capBytes: number): Uint8Array | undefined {
  const finishFlush = constants.BROTLI_OPERATION_FLUSH;
  try {
    return plain(brotliDecompressSync(data, { ...limits(data, capBytes), finishFlush }));
  } catch {
    return undefined;
  }
}

function truncatedBrotli(data: Uint8Array, capBytes: number): Inflated {
  const bytes = brotliPrefix(data, capBytes);
  if (bytes !== undefined) return { bytes, ending: 'truncated' };
  return corruptBrotli(data, capBytes);
}

/**
 * The reference reads a brotli stream in pieces: 4095 bytes first (a 4096-byte buffer less the
 * version byte), then 32 KiB. When one has a fault, it sees what the pieces before it yielded, and
 * of this one what filled the window, for then its decoder must make room.
 *
 * Choice: not followed is what no writer makes: a copy that runs past its block, a fault behind a
 * block that exactly fills a buffer smaller than the window, and a damaged zlib stream that ends in
 * what looks like the mark of a flush. There the last bytes can differ from the reference.
 */
const FIRST_PIECE_BYTES = 4095;
const PIECE_BYTES = 32_768;

function corruptBrotli(data: Uint8Array, capBytes: number): Inflated {
  const windowBytes = windowOf(data);
  // A fault behind the cap counts as long as the window has room for what is in front of it.
  const roomBytes = Math.ceil((capBytes + 1) / windowBytes) * windowBytes;
  const upToFault = decompressBrotliPure(data, roomBytes);
  const decoded = upToFault.bytes.length;
  const isWhole = upToFault.ending !== 'corrupt';
  const handedOut = isWhole ? decoded : bytesBeforeBadPiece(data, roomBytes);
  const length = isWhole ? decoded : Math.max(handedOut, decoded - (decoded % windowBytes));
  if (length > capBytes) return { bytes: upToFault.bytes.slice(0, capBytes), ending: 'capped' };
  const inflated = { bytes: upToFault.bytes.slice(0, length), ending: upToFault.ending };
  const faultReadBytes = length - handedOut;
  return faultReadBytes < READ_BUFFER_BYTES ? inflated : { ...inflated, faultReadBytes };
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
function bytesBeforeBadPiece(data: Uint8Array, capBytes: number): number {
  const pieces = Math.ceil((data.length - FIRST_PIECE_BYTES) / PIECE_BYTES);
  let length = 0;
  for (let low = 0, high = pieces - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    const prefix = data.subarray(0, FIRST_PIECE_BYTES + middle * PIECE_BYTES);
    const found = brotliPrefix(prefix, capBytes);
    if (found === undefined) high = middle - 1;
    else {
      length = found.length;
      low = middle + 1;
    }
  }
  return length;
}

/** One output chunk that fits most channels avoids collecting and joining small ones. */
function limits(
  data: Uint8Array,
  capBytes: number,
): { chunkSize: number; maxOutputLength: number } {
  const chunkSize = Math.min(Math.max(4 * data.length, 4096), MAX_CHUNK_BYTES);
  return { chunkSize, maxOutputLength: capBytes };
}

const MAX_CHUNK_BYTES = 1_048_576;

/** The same bytes as a Uint8Array of no subclass, which is what the layers below expect. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
