import { type Address, bytesToHex, concatBytes, hexToBytes } from '../base/bytes.ts';
import { type Cursor, cursorAt, encodeUvarint, readBytes, readCount } from '../base/cursor.ts';
import { DecodeError } from '../base/errors.ts';
import { plural } from '../base/plural.ts';
import type { SpanBatch, SpanElement } from './batch.ts';
import { encodeSpanBatch, type SpanEncodeContext } from './encodeSpanBatch.ts';
import {
  decodeSpanBatch,
  expandSpanBatch,
  type RawSpanBatch,
  type SpanContext,
} from './spanBatch.ts';

// Experimental, active on no public chain: span batches that say who gets each block's fees.
// Behind the type byte 2:
//
//   a span batch of version 1, without its type byte
//   indexes      block_count uvarints in their shortest form, each below 2^32
//   recipients   the distinct addresses, 20 bytes each, up to the end of the batch
//
// Choice: the specification leaves open how long the set is and how it is ordered, so that one
// content could have many encodings. Here it has one: a recipient's place is that of its first use,
// so an index is at most one above all before it, and the set is as long as the indexes need.
// Unlike in version 1, bytes left over are refused.

/** Type byte of a span batch with fee recipients. */
export const SPAN_BATCH_V2_TYPE = 2;

const ADDRESS_BYTES = 20;
const MAX_INDEX = 2 ** 32 - 1;

/** A span batch with the fee recipient of each block. */
export type RawSpanBatchV2 = {
  readonly type: 'rawSpanV2';
  readonly span: RawSpanBatch;
  /** One per block. */
  readonly feeRecipients: readonly Address[];
};

/** A block of such a span. */
export type SpanElementV2 = SpanElement & { readonly feeRecipient: Address };

/** A span batch put together, with fee recipients. */
export type SpanBatchV2 = Omit<SpanBatch, 'elements'> & {
  readonly elements: readonly SpanElementV2[];
};

/**
 * Splits a span batch of version 2 into its fields.
 *
 * @param bytes  The batch without its type byte.
 * @throws       DecodeError when it cannot be split, or is not the only encoding of its content.
 * @spec         protocol/batcher.md 12
 */
export function decodeSpanBatchV2(bytes: Uint8Array): RawSpanBatchV2 {
  const span = decodeSpanBatch(bytes);
  const cursor = cursorAt(bytes, span.end);
  const indexes: number[] = [];
  let count = 0;
  for (let i = 0; i < span.blockCount; i++) {
    const index = readIndex(cursor, count);
    count = Math.max(count, index + 1);
    indexes.push(index);
  }
  const recipients = readRecipients(cursor, count);
  const feeRecipients = indexes.map((index) => recipients[index] as Address);
  return { type: 'rawSpanV2', span, feeRecipients };
}

/** The next index, at most `count`: an address already used, or the next new one. */
function readIndex(cursor: Cursor, count: number): number {
  const start = cursor.offset;
  const index = readCount(cursor, MAX_INDEX, 'fee recipient index');
  if (cursor.offset - start !== encodeUvarint(BigInt(index)).length) {
    throw new DecodeError(
      'uvarintNotShortest',
      start,
      'fee recipient index: not the shortest form',
    );
  }
  if (index > count) {
    const message = `fee recipient index: expected at most ${count}, found ${index}`;
    throw new DecodeError('feeRecipientOrder', start, message);
  }
  return index;
}

function readRecipients(cursor: Cursor, count: number): readonly Address[] {
  const start = cursor.offset;
  const recipients = Array.from({ length: count }, () =>
    bytesToHex(readBytes(cursor, ADDRESS_BYTES, 'fee recipients')),
  );
  const left = cursor.data.length - cursor.offset;
  if (left !== 0) {
    const found = plural(left, 'more byte');
    const message = `fee recipients: expected ${count}, found ${found} behind them`;
    throw new DecodeError('feeRecipientExcess', cursor.offset, message);
  }
  if (new Set(recipients).size !== count) {
    throw new DecodeError('feeRecipientTwice', start, 'fee recipients: an address is there twice');
  }
  return recipients;
}

/**
 * Gives each block its time, epoch, transactions and fee recipient.
 *
 * @throws DecodeError when a transaction cannot be put together. Only this batch is skipped.
 * @spec   protocol/derivation.md 6.4
 */
export function expandSpanBatchV2(raw: RawSpanBatchV2, context: SpanContext): SpanBatchV2 {
  const span = expandSpanBatch(raw.span, context);
  const elements = span.elements.map((element, i) => ({
    ...element,
    feeRecipient: raw.feeRecipients[i] as Address,
  }));
  return { ...span, elements };
}

/**
 * A span batch of version 2 without its type byte.
 *
 * @throws DecodeError, RangeError as `encodeSpanBatch`.
 * @spec   protocol/batcher.md 12
 */
export function encodeSpanBatchV2(batch: SpanBatchV2, context: SpanEncodeContext): Uint8Array {
  const places = new Map<Address, number>();
  const indexes = batch.elements.map(({ feeRecipient }) => {
    const place = places.get(feeRecipient) ?? places.size;
    places.set(feeRecipient, place);
    return [...encodeUvarint(BigInt(place))];
  });
  return concatBytes(
    encodeSpanBatch(batch, context),
    Uint8Array.from(indexes.flat()),
    hexToBytes(`0x${[...places.keys()].map((address) => address.slice(2)).join('')}`),
  );
}
