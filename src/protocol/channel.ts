import { bytesEqual, concatBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { decompressBrotli, type Inflated, inflateZlib } from '../base/inflate.ts';
import { rlpHeader } from '../base/rlp.ts';
import { withoutLostRead } from './lostRead.ts';

// A channel: the data of its frames joined. Compressed, its first byte tells how:
//
//   first byte           compression
//   low four bits 8      zlib (RFC 1950), the byte is part of the stream
//   low four bits 15     looks like zlib, but no such stream is valid
//   1                    brotli (RFC 7932) behind the byte; from Fjord on
//   else                 none that is known
//
// Decompressed: RLP strings back to back, each one a batch. Read from the front; the first fault
// ends the channel, and everything in front of it stays good. A stream without end or checksum is
// no fault of the batches that it contains.

/** How a channel is compressed. */
export type Compression = 'zlib' | 'brotli';

/** What a channel holds once decompressed: whole batches, then how and why it ends. */
export type ChannelContent = {
  readonly compression: Compression;
  /** At most the given maximum. */
  readonly bytes: Uint8Array;
  readonly ending: Inflated['ending'];
};

/** First byte of a brotli channel. */
export const BROTLI_CHANNEL_VERSION = 1;

/**
 * Decompresses a channel as far as it goes.
 *
 * @param data          All frame data joined.
 * @param maxRlpBytes   Bytes that count, MAX_RLP_BYTES_PER_CHANNEL of the current L1 origin.
 * @param brotli        True from Fjord on, by the current L1 origin's time.
 * @throws DecodeError  when nothing of the channel can be read: it is empty, or its compression is
 *                      unknown, not yet allowed, or begins with an invalid header.
 * @spec   protocol/derivation.md 5
 */
export function decompressChannel(
  data: Uint8Array,
  { maxRlpBytes, brotli }: { readonly maxRlpBytes: number; readonly brotli: boolean },
): ChannelContent {
  const first = data[0];
  if (first === undefined) throw new DecodeError('channelEmpty', 0, 'channel: it has no bytes');
  if ((first & 0x0f) === 8 || (first & 0x0f) === 15) {
    const stream = zlibStream(data);
    return { compression: 'zlib', ...withoutLostRead(inflateZlib(stream, maxRlpBytes)) };
  }
  if (first !== BROTLI_CHANNEL_VERSION) {
    const message = `channel: expected zlib (0x78) or brotli (0x01), found first byte ${first}`;
    throw new DecodeError('unknownCompression', 0, message);
  }
  if (!brotli) {
    throw new DecodeError('brotliBeforeFjord', 0, 'channel: brotli is not allowed before Fjord');
  }
  const inflated = decompressBrotli(data.subarray(1), maxRlpBytes);
  return { compression: 'brotli', ...withoutLostRead(inflated) };
}

/** The stream, behind a header that says nothing of a dictionary. */
function zlibStream(data: Uint8Array): Uint8Array {
  const method = data[0] as number;
  const flags = data[1];
  if (flags === undefined) {
    throw new DecodeError('truncated', 1, 'zlib header: expected 2 bytes, found 1');
  }
  const isValid = (method & 0x0f) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
  if (!isValid) throw new DecodeError('zlibHeader', 0, 'channel: the zlib header is invalid');
  if ((flags & 0x20) === 0) return data;
  // op-node has no dictionary, and takes a stream that names the empty one, whose checksum is 1.
  if (!bytesEqual(data.subarray(2, 6), EMPTY_DICTIONARY)) {
    throw new DecodeError('zlibDictionary', 1, 'channel: a preset dictionary is not allowed');
  }
  return concatBytes(ZLIB_HEADER, data.subarray(6));
}

const EMPTY_DICTIONARY = Uint8Array.of(0, 0, 0, 1);
const ZLIB_HEADER = Uint8Array.of(0x78, 0x01);

/**
 * The batch that begins at `offset` of a channel, and where it ends; undefined when none is left.
 *
 * @param content       What `decompressChannel` gave.
 * @returns             `item` is the type byte, then the batch: a view of at least one byte.
 * @throws DecodeError  when there is no batch that is whole and canonical. The channel ends there.
 * @spec   protocol/derivation.md 5.2, 5.3
 */
export function readBatchItem(
  content: Pick<ChannelContent, 'bytes' | 'ending'>,
  offset: number,
): { readonly item: Uint8Array; readonly end: number } | undefined {
  const { bytes } = content;
  if (offset >= bytes.length) return undefined;
  const header = rlpHeader(bytes, offset);
  if (header.type === 'list') {
    const message = 'batch: expected an RLP string, found a list';
    throw new DecodeError('rlpUnexpectedList', offset, message);
  }
  if (header.start === header.end) {
    throw new DecodeError('batchEmpty', offset, 'batch: expected a type byte, found no bytes');
  }
  return { item: bytes.subarray(header.start, header.end), end: header.end };
}
