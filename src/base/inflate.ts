import { Z_BLOCK, Z_BUF_ERROR, Z_OK, Z_STREAM_END, Z_SYNC_FLUSH, ZStream } from 'pako';
import { zlibInflate, zlibInflateInit } from 'pako';

/**
 * What a compressed stream yielded before its end, its fault or the cap.
 *
 * `ending`: `clean` the stream ended; `truncated` input ran out first; `corrupt` it broke;
 * `capped` more than the cap would have come out. `bytes` is the exact prefix in every case.
 *
 * `faultReadBytes`: how many of the last bytes the reference's decompressor hands out together with
 * the fault. Only there when one read can take so many that its reader loses them.
 */
export type Inflated = {
  readonly bytes: Uint8Array;
  readonly ending: 'clean' | 'truncated' | 'corrupt' | 'capped';
  readonly faultReadBytes?: number;
};

/** Reads of fewer bytes go through a buffer of this size, which keeps what came with a fault. */
export const READ_BUFFER_BYTES = 4096;

/** Decompresses `data` to at most `capBytes` bytes. Never throws on bad input. */
export type Decompress = (data: Uint8Array, capBytes: number) => Inflated;

/** Thrown where a port was never given an implementation: a fault of the entry point. */
export class PortMissingError extends Error {
  override readonly name = 'PortMissingError';
}

/**
 * Pure zlib decompression, the default of `inflateZlib`. Whatever was decoded before a fault comes
 * out; bytes behind the end of the stream are ignored, and a wrong checksum is a fault at the end.
 */
export const inflateZlibPure: Decompress = (data, capBytes) => {
  const stream = new ZStream();
  zlibInflateInit(stream);
  stream.input = data;
  stream.avail_in = data.length;
  let output = new Uint8Array(Math.min(capBytes + 1, Math.max(MIN_OUTPUT_BYTES, 4 * data.length)));
  stream.output = output;
  stream.avail_out = output.length;
  for (;;) {
    const status = zlibInflate(stream, Z_SYNC_FLUSH);
    // One byte more than the cap has room, so that reaching the cap and passing it differ.
    if (stream.next_out > capBytes)
      return { bytes: output.subarray(0, capBytes), ending: 'capped' };
    const bytes = output.subarray(0, stream.next_out);
    if (status === Z_STREAM_END) return { bytes, ending: 'clean' };
    if (status !== Z_OK && status !== Z_BUF_ERROR) return faultyZlib(data, bytes, 'corrupt');
    if (stream.avail_out > 0) return faultyZlib(data, bytes, 'truncated');
    output = new Uint8Array(Math.min(capBytes + 1, 2 * output.length));
    output.set(bytes);
    stream.output = output;
    stream.avail_out = output.length - stream.next_out;
  }
};

const MIN_OUTPUT_BYTES = 16_384;

/** A broken zlib stream that yielded `bytes`, with the size of the read that brings the fault. */
export function faultyZlib(
  data: Uint8Array,
  bytes: Uint8Array,
  ending: 'truncated' | 'corrupt',
): Inflated {
  // Go's inflate hands out its window when it is full, at an empty stored block, and at the end.
  const ofWindow = bytes.length % WINDOW_BYTES;
  if (ofWindow < READ_BUFFER_BYTES) return { bytes, ending };
  const faultReadBytes = Math.min(ofWindow, bytes.length - lastFlushOffset(data, bytes.length));
  return faultReadBytes < READ_BUFFER_BYTES ? { bytes, ending } : { bytes, ending, faultReadBytes };
}

const WINDOW_BYTES = 32_768;
const FINAL_BLOCK = 64;

/**
 * How much had come out at the last empty stored block, the mark of a flush; 0 without one. As the
 * final block it is none: there the end comes along.
 */
function lastFlushOffset(data: Uint8Array, totalBytes: number): number {
  const stream = new ZStream();
  zlibInflateInit(stream);
  stream.input = data;
  stream.avail_in = data.length;
  stream.output = new Uint8Array(totalBytes + 1);
  stream.avail_out = stream.output.length;
  let flushed = 0;
  for (;;) {
    const { next_in: from, next_out: before } = stream;
    if (zlibInflate(stream, Z_BLOCK) !== Z_OK || stream.next_in === from) return flushed;
    const isFinal = (stream.data_type & FINAL_BLOCK) !== 0;
    if (stream.next_out === before && !isFinal && endsWithMark(data, stream.next_in)) {
      flushed = before;
    }
  }
}

/** An empty stored block ends with its length, 0, and the complement of it. */
function endsWithMark(data: Uint8Array, end: number): boolean {
  const [a, b, c, d] = data.subarray(Math.max(end - 4, 0), end);
  return a === 0 && b === 0 && c === 0xff && d === 0xff;
}

let zlib: Decompress = inflateZlibPure;
let brotli: Decompress | undefined;

/** Installs other decompressors. Entry points call it once, before anything is decompressed. */
export function installDecompressors(fast: {
  readonly zlib?: Decompress;
  readonly brotli?: Decompress;
}): void {
  zlib = fast.zlib ?? zlib;
  brotli = fast.brotli ?? brotli;
}

/** Decompresses a zlib stream (RFC 1950) without preset dictionary. */
export const inflateZlib: Decompress = (data, capBytes) => zlib(data, capBytes);

/**
 * Decompresses a brotli stream (RFC 7932).
 *
 * @throws PortMissingError when none is installed: guessing would split the chain.
 */
export const decompressBrotli: Decompress = (data, capBytes) => {
  if (brotli === undefined) {
    throw new PortMissingError('no brotli decompressor: call installDecompressors first');
  }
  return brotli(data, capBytes);
};
