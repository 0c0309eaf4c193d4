import { createHash } from 'node:crypto';
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

/** zlib by node:zlib; what it finds faulty, by the decoder that knows what a fault costs. */
export const inflateZlibNative: Decompress = (data, capBytes) => {
  // Batchers post streams that stop after a flush, whose mark is the last thing in them. There the
  // call that asks for an end would only fail.
  const flushed = endsIn(data, FLUSH_MARK) ? inflateFlushed(data, capBytes) : undefined;
  if (flushed !== undefined) return { bytes: flushed, ending: 'truncated' };
  try {
    return { bytes: plain(inflateSync(data, limits(data, capBytes))), ending: 'clean' };
  } catch {
    return inflateFaulty(data, capBytes);
  }
};

/** What a flush ends with: the length of a stored block, twice. It has no content. */
const FLUSH_MARK = Uint8Array.of(0, 0, 0xff, 0xff);

/** The length of a stored block of 32 bytes. */
const PROBE_LENGTH = Uint8Array.of(32, 0, 0xdf, 0xff);

/** An empty stored block behind one that ends a byte. Behind a final one it is a wrong checksum. */
const EMPTY_BLOCK = Uint8Array.of(0, ...FLUSH_MARK);

/**
 * All that came before a flush, or undefined where it was none: what ends in the mark can be in the
 * middle of anything, where other decoders yield more than the reference. So the mark is replaced
 * by the length of a block with a content that nobody can foresee, the hash of all. It comes out
 * where the mark is a length, and at the end of content that looks like a mark. One more block
 * tells a flush from a final block without a checksum. Hashing costs a twentieth of the time,
 * decoding twice would cost as much again.
 */
function inflateFlushed(data: Uint8Array, capBytes: number): Uint8Array | undefined {
  const probe = createHash('sha256').update(data).digest();
  const begin = data.subarray(0, -FLUSH_MARK.length);
  const probed = concatBytes(begin, PROBE_LENGTH, probe, EMPTY_BLOCK);
  const options = {
    ...limits(data, capBytes + probe.length),
    finishFlush: constants.Z_SYNC_FLUSH,
    info: true,
  };
  try {
    const { buffer, engine } = inflateSync(probed, options) as unknown as WithInfo;
    // Some searching finds a content for which the one more block begins with the right checksum.
    if (engine.bytesWritten !== probed.length) return undefined;
    const bytes = plain(buffer);
    const content = bytes.subarray(0, Math.max(0, bytes.length - probe.length));
    return endsIn(bytes, probe) && !endsIn(content, PROBE_LENGTH) ? content : undefined;
  } catch {
    return undefined;
  }
}

function endsIn(data: Uint8Array, end: Uint8Array): boolean {
  return bytesEqual(data.subarray(-end.length), end);
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
