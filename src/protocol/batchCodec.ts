import { DecodeError } from '../base/errors.ts';
import type { SingularBatch } from './batch.ts';
import { decodeSingularBatch } from './singularBatch.ts';
import { decodeSpanBatch, type RawSpanBatch } from './spanBatch.ts';
import { decodeSpanBatchV2, type RawSpanBatchV2, SPAN_BATCH_V2_TYPE } from './spanBatchV2.ts';

/** Type byte of a singular batch. */
export const SINGULAR_BATCH_TYPE = 0;

/** Type byte of a span batch. */
export const SPAN_BATCH_TYPE = 1;

/** A batch as the channel holds it: a span batch is still in columns. */
export type RawBatch = SingularBatch | RawSpanBatch;

/**
 * A batch by its type byte. A span batch stays in columns: whether it may be used at all is
 * decided before it is expanded.
 *
 * @param bytes  Type byte, then the batch, as `readBatchItem` gives them.
 * @throws       DecodeError for an unknown type or a malformed batch. The channel ends there.
 * @spec         protocol/derivation.md 6.1
 */
export function decodeBatch(bytes: Uint8Array): RawBatch {
  const type = bytes[0];
  if (type === SINGULAR_BATCH_TYPE) return decodeSingularBatch(bytes.subarray(1));
  if (type === SPAN_BATCH_TYPE) return decodeSpanBatch(bytes.subarray(1));
  const message = `batch type: expected 0 or 1, found ${type ?? 'no bytes'}`;
  throw new DecodeError('unknownBatchType', 0, message);
}

/**
 * The same where the chain takes span batches of version 2, which is experimental.
 *
 * @throws DecodeError as `decodeBatch`.
 * @spec   protocol/batcher.md 12
 */
export function decodeBatchOrV2(bytes: Uint8Array): RawBatch | RawSpanBatchV2 {
  return bytes[0] === SPAN_BATCH_V2_TYPE
    ? decodeSpanBatchV2(bytes.subarray(1))
    : decodeBatch(bytes);
}
