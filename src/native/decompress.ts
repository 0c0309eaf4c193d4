import { brotliDecompressSync, constants, inflateSync } from 'node:zlib';
import {
  faultyBrotli,
  longerThanItsStream,
  type PrefixLength,
} from '../base/brotli/brotliFaults.ts';
import { bytesEqual, concatBytes } from '../base/bytes.ts';
import { type Decompress, inflateFaulty, type Inflated } from '../base/inflate.ts';

// node:zlib is fast but gives nothing back when a stream has a fault. So: the fast call first, and
// only on a fault a slower way to the exact prefix.

/**
 * zlib by node:zlib; what it finds faulty, by the decoder that knows what a fault costs.
 *
 * Choice: not followed is a damaged stream that ends in what looks like the mark of a flush. There
 * the last bytes can differ from the reference.
 */
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
    if (readBytes === data.length) return { bytes, ending: 'clean' };
    return longerThanItsStream(data, bytes, readBytes, prefixLength);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'Z_BUF_ERROR') return truncatedBrotli(data, capBytes);
    return faultyBrotli(data, capBytes, prefixLength);
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
  return faultyBrotli(data, capBytes, prefixLength);
}

const prefixLength: PrefixLength = (beginning, capBytes) =>
  brotliPrefix(beginning, capBytes)?.length;

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
