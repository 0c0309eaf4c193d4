import { Z_OK, Z_STREAM_END, Z_SYNC_FLUSH, ZStream } from 'pako';
import { zlibInflate, zlibInflateInit } from 'pako';
import { inflateBroken } from './inflateBroken.ts';
import type { StreamEnding } from './streamEnding.ts';

/**
 * What a compressed stream yielded before its end, its fault or the cap: `bytes` is the exact
 * prefix in every case.
 *
 * `faultReadBytes`: how many of the last bytes the reference's decompressor hands out together with
 * the fault. Only there when one read can take so many that its reader loses them. `isOneRead`: and
 * only one read gets any of them, as many as it takes.
 */
export type Inflated = {
  readonly bytes: Uint8Array;
  readonly ending: StreamEnding;
  readonly faultReadBytes?: number;
  readonly isOneRead?: true;
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
 * Pure zlib decompression, the default of `inflateZlib`. What was decoded before a fault comes out;
 * bytes behind the end of the stream are ignored, and a wrong checksum is a fault at the end.
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
    // One byte more than the cap has room, so that reaching the cap and passing it differ. Passed,
    // the other decoder decides: of a truncated stream it can yield less.
    if (stream.next_out > capBytes) return inflateFaulty(data, capBytes);
    const bytes = output.subarray(0, stream.next_out);
    if (status === Z_STREAM_END) return { bytes, ending: 'clean' };
    if (status !== Z_OK || stream.avail_out > 0) return inflateFaulty(data, capBytes);
    output = new Uint8Array(Math.min(capBytes + 1, 2 * output.length));
    output.set(bytes);
    stream.output = output;
    stream.avail_out = output.length - stream.next_out;
  }
};

const MIN_OUTPUT_BYTES = 16_384;

/**
 * What a zlib stream with a fault yields: what Go's decoder makes of it, which is consensus. To be
 * asked when another decoder has found the fault.
 */
export const inflateFaulty: Decompress = (data, capBytes) => {
  const { bytes, ending, lastChunkBytes } = inflateBroken(data, capBytes);
  const isAlone = ending === 'clean' || ending === 'capped' || lastChunkBytes < READ_BUFFER_BYTES;
  return isAlone ? { bytes, ending } : { bytes, ending, faultReadBytes: lastChunkBytes };
};

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
