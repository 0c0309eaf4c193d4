import { brotliDecompressSync, constants, inflateSync } from 'node:zlib';
import { decompressBrotliPure } from '../base/brotli/brotli.ts';
import { EMPTY_BYTES } from '../base/bytes.ts';
import { type Decompress, type Inflated, inflateZlibPure } from '../base/inflate.ts';

// node:zlib is fast but gives nothing back when a stream has a fault. So: the fast call first, and
// only on a fault a slower way to the exact prefix.

/** zlib by node:zlib; on a fault other than a missing end, by the pure decompressor. */
export const inflateZlibNative: Decompress = (data, capBytes) => {
  // Batchers post streams that stop after a flush, whose marker is the last thing in them. There
  // the call that asks for an end would only fail.
  const order = endsInFlush(data) ? FLUSH_FIRST : END_FIRST;
  for (const [finishFlush, ending] of order) {
    try {
      const bytes = inflateSync(data, { ...limits(data, capBytes), finishFlush });
      return { bytes: plain(bytes), ending };
    } catch (error) {
      if (codeOf(error) !== 'Z_BUF_ERROR') break;
    }
  }
  return inflateZlibPure(data, capBytes);
};

type Attempt = readonly [number, Inflated['ending']];
const END: Attempt = [constants.Z_FINISH, 'clean'];
const FLUSH: Attempt = [constants.Z_SYNC_FLUSH, 'truncated'];
const END_FIRST: readonly Attempt[] = [END, FLUSH];
const FLUSH_FIRST: readonly Attempt[] = [FLUSH];

function endsInFlush(data: Uint8Array): boolean {
  const { length } = data;
  if (length < 8 || data[length - 4] !== 0 || data[length - 3] !== 0) return false;
  return data[length - 2] === 0xff && data[length - 1] === 0xff;
}

/**
 * brotli by node:zlib; of a broken stream, what the longest prefix without fault yields; of one
 * that is longer than the cap, what the pure decompressor finds up to there.
 */
export const decompressBrotliNative: Decompress = (data, capBytes) => {
  try {
    const bytes = brotliDecompressSync(data, limits(data, capBytes));
    return { bytes: plain(bytes), ending: 'clean' };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') return decompressBrotliPure(data, capBytes);
    if (code === 'Z_BUF_ERROR') return truncatedBrotli(data, capBytes);
    return corruptBrotli(data, capBytes);
  }
};

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
 * The reference reads a brotli stream in pieces and sees, when one has a fault, what the pieces
 * before it yielded: 4095 bytes first (a 4096-byte buffer less the version byte), then 32 KiB.
 */
const FIRST_PIECE_BYTES = 4095;
const PIECE_BYTES = 32_768;

function corruptBrotli(data: Uint8Array, capBytes: number): Inflated {
  const pieces = Math.ceil((data.length - FIRST_PIECE_BYTES) / PIECE_BYTES);
  const prefixOf = (count: number) =>
    brotliPrefix(data.subarray(0, FIRST_PIECE_BYTES + count * PIECE_BYTES), capBytes);
  let bytes: Uint8Array = EMPTY_BYTES;
  for (let low = 0, high = pieces - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    const found = prefixOf(middle);
    if (found === undefined) high = middle - 1;
    else {
      bytes = found;
      low = middle + 1;
    }
  }
  return { bytes, ending: 'corrupt' };
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
