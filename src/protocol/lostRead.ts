import { DecodeError } from '../base/errors.ts';
import { type Inflated, READ_BUFFER_BYTES } from '../base/inflate.ts';
import { type RlpHeader, rlpHeader } from '../base/rlp.ts';

// op-node reads the batches of a channel from a decompressor through a buffer. Content of which
// more is missing than the buffer holds is read past it, straight from the decompressor, and when
// that hands out bytes and a fault at once, the reader keeps the fault and forgets the bytes. So
// the last batch of a broken stream can be lost although all of it came out.

/**
 * What a reader gets of a stream: all of it, or all but the read that came with the fault.
 *
 * Choice: a complete batch is lost where op-node loses it. Keeping it would split the chain.
 */
export function withoutLostRead(inflated: Inflated): Pick<Inflated, 'bytes' | 'ending'> {
  const { bytes, ending, faultReadBytes, isOneRead = false } = inflated;
  if (faultReadBytes === undefined) return { bytes, ending };
  const chunkStart = bytes.length - faultReadBytes;
  const endOfRead = isOneRead ? endOfOnlyRead : startOfLostRead;
  const end = endOfRead(bytes, chunkStart);
  if (end === undefined) return { bytes, ending };
  return { bytes: bytes.subarray(0, end), ending: ending === 'clean' ? 'corrupt' : ending };
}

/** A read of the decompressor: what of the stream it takes, and whether past the buffer. */
type Read = { readonly start: number; readonly end: number; readonly isDirect: boolean };

/** Where the read past the buffer begins that would take everything up to the fault. */
function startOfLostRead(bytes: Uint8Array, chunkStart: number): number | undefined {
  for (const { start, end, isDirect } of readsFrom(bytes, chunkStart)) {
    if (isDirect && end === bytes.length) return start;
  }
  return undefined;
}

/** How far the one read gets that takes any of it: a buffer's worth, or nothing past the buffer. */
function endOfOnlyRead(bytes: Uint8Array, chunkStart: number): number | undefined {
  const [first] = readsFrom(bytes, chunkStart);
  return first?.isDirect === true ? first.start : first?.end;
}

/**
 * The reads by which the items of a channel are read.
 *
 * @param chunkStart  Where the bytes begin that come with the fault. No read crosses it.
 */
function* readsFrom(bytes: Uint8Array, chunkStart: number): Generator<Read> {
  let buffered = chunkStart;
  let offset = 0;
  for (;;) {
    const item = headerAt(bytes, offset);
    if (item === undefined) return;
    // The bytes of a header come through the buffer.
    for (let at = offset; at < item.start; at++) {
      if (at < buffered) continue;
      buffered = Math.min(at + READ_BUFFER_BYTES, bytes.length);
      yield { start: at, end: buffered, isDirect: false };
    }
    for (let at = Math.max(item.start, buffered); at < item.end; at = buffered) {
      const isDirect = item.end - at >= READ_BUFFER_BYTES;
      buffered = isDirect ? item.end : Math.min(at + READ_BUFFER_BYTES, bytes.length);
      yield { start: at, end: buffered, isDirect };
    }
    offset = item.end;
  }
}

/** Undefined where reading ends anyway: at the end, and before what is no item of a channel. */
function headerAt(bytes: Uint8Array, offset: number): RlpHeader | undefined {
  try {
    const header = rlpHeader(bytes, offset);
    return header.type === 'list' ? undefined : header;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}
