import { bytesToHex, type Hex, wrapU64 } from '../base/bytes.ts';
import { type Cursor, cursorAt, readBytes, readCount, readUvarint } from '../base/cursor.ts';
import { DecodeError } from '../base/errors.ts';
import type { SpanBatch, SpanElement } from './batch.ts';
import { bitAt, readBitlist } from './bitlist.ts';
import { rebuildSpanTxs } from './spanBatchTx.ts';
import { readSpanTxs, type SpanTxColumns } from './spanBatchTxs.ts';

// A span batch, behind its type byte 1:
//
//   rel_timestamp      uvarint   time of the first block less the time of the L2 genesis
//   l1_origin_num      uvarint   epoch number of the *last* block
//   parent_check       20 bytes  beginning of the parent hash of the first block
//   l1_origin_check    20 bytes  beginning of the L1 hash of the last block's epoch
//   block_count        uvarint   1 to MAX_SPAN_BATCH_ELEMENTS
//   origin_bits        bit list of block_count: 1 where a block begins a new epoch
//   block_tx_counts    block_count uvarints
//   transactions       columns, see spanBatchTxs.ts
//
// Bytes behind that are ignored. Two classes of faults: what `decodeSpanBatch` refuses ends the
// channel, what `expandSpanBatch` refuses costs only this batch.

/**
 * Most blocks of a span, transactions of a block, and transactions of a span.
 *
 * @spec protocol/derivation.md 1.1
 */
export const MAX_SPAN_BATCH_ELEMENTS = 10_000_000;

/** A span batch split into its fields, transactions still in columns. */
export type RawSpanBatch = {
  readonly type: 'rawSpan';
  /** Seconds since the L2 genesis, u64. */
  readonly relTimestamp: bigint;
  /** Of the last block, u64. */
  readonly l1OriginNumber: bigint;
  /** 20 bytes. */
  readonly parentCheck: Hex;
  /** 20 bytes. */
  readonly l1OriginCheck: Hex;
  /** At least 1. */
  readonly blockCount: number;
  /** Bit list, see `bitAt`. Bit 0 has no meaning. */
  readonly originBits: Uint8Array;
  /** One per block; the sum is `txs.count`. */
  readonly blockTxCounts: Uint32Array;
  readonly txs: SpanTxColumns;
  /** Where the last column ended in the bytes given. */
  readonly end: number;
};

/**
 * Splits a span batch into its fields.
 *
 * @param bytes  The batch without its type byte.
 * @returns      Byte strings are views into `bytes`.
 * @throws       DecodeError when it cannot be split. The channel ends there.
 * @spec         protocol/derivation.md 6.3
 */
export function decodeSpanBatch(bytes: Uint8Array): RawSpanBatch {
  const cursor = cursorAt(bytes);
  const relTimestamp = readUvarint(cursor, 'rel_timestamp');
  const l1OriginNumber = readUvarint(cursor, 'l1_origin_num');
  const parentCheck = bytesToHex(readBytes(cursor, 20, 'parent_check'));
  const l1OriginCheck = bytesToHex(readBytes(cursor, 20, 'l1_origin_check'));
  const countAt = cursor.offset;
  const blockCount = readCount(cursor, MAX_SPAN_BATCH_ELEMENTS, 'block_count');
  if (blockCount === 0) {
    throw new DecodeError('spanEmpty', countAt, 'block_count: expected at least 1, found 0');
  }
  const originBits = readBitlist(cursor, blockCount, 'origin_bits');
  const { counts: blockTxCounts, sum } = readTxCounts(cursor, blockCount);
  const txs = readSpanTxs(cursor, sum);
  return {
    type: 'rawSpan',
    relTimestamp,
    l1OriginNumber,
    parentCheck,
    l1OriginCheck,
    blockCount,
    originBits,
    blockTxCounts,
    txs,
    end: cursor.offset,
  };
}

function readTxCounts(
  cursor: Cursor,
  blockCount: number,
): { readonly counts: Uint32Array; readonly sum: number } {
  if (blockCount > cursor.data.length - cursor.offset) {
    const message = `block_tx_counts: expected ${blockCount} integers, found the end of the batch`;
    throw new DecodeError('truncated', cursor.offset, message);
  }
  const counts = new Uint32Array(blockCount);
  let sum = 0;
  for (let i = 0; i < blockCount; i++) {
    const count = readCount(cursor, MAX_SPAN_BATCH_ELEMENTS, 'block_tx_counts');
    counts[i] = count;
    sum += count;
    if (sum > MAX_SPAN_BATCH_ELEMENTS) {
      const expected = `a sum of at most ${MAX_SPAN_BATCH_ELEMENTS}`;
      const message = `block_tx_counts: expected ${expected}, found ${sum}`;
      throw new DecodeError('countTooLarge', cursor.offset, message);
    }
  }
  return { counts, sum };
}

/** What of the rollup config a span batch leans on. */
export type SpanContext = {
  /** Time of the L2 genesis block, seconds. */
  readonly l2Time: bigint;
  /** Seconds between L2 blocks. */
  readonly blockTime: bigint;
  readonly l2ChainId: bigint;
};

/**
 * Gives each block of a span its time, its epoch and its transactions.
 *
 * @returns  Transactions lie in new buffers that many of them share.
 * @throws   DecodeError when a transaction cannot be put together. Only this batch is skipped.
 * @spec     protocol/derivation.md 6.4
 */
export function expandSpanBatch(raw: RawSpanBatch, context: SpanContext): SpanBatch {
  const transactions = rebuildSpanTxs(raw.txs, context.l2ChainId);
  const epochNumbers = spanEpochNumbers(raw);
  const elements: SpanElement[] = [];
  let timestamp = wrapU64(context.l2Time + raw.relTimestamp);
  let firstTx = 0;
  for (let i = 0; i < raw.blockCount; i++) {
    const endTx = firstTx + (raw.blockTxCounts[i] as number);
    elements.push({
      epochNumber: epochNumbers[i] as bigint,
      timestamp,
      transactions: firstTx === endTx ? NO_TRANSACTIONS : transactions.slice(firstTx, endTx),
    });
    firstTx = endTx;
    timestamp = wrapU64(timestamp + context.blockTime);
  }
  const { parentCheck, l1OriginCheck } = raw;
  return { type: 'span', parentCheck, l1OriginCheck, elements };
}

const NO_TRANSACTIONS: readonly Uint8Array[] = [];

/**
 * Epoch number of each block: the last one's is given, each set bit behind a block makes the one
 * before it smaller by one. Bit 0 is not used; numbers wrap at 2^64.
 */
export function spanEpochNumbers(raw: RawSpanBatch): bigint[] {
  const { blockCount, originBits } = raw;
  const numbers: bigint[] = Array.from({ length: blockCount });
  let number = raw.l1OriginNumber;
  for (let i = blockCount - 1; i >= 0; i--) {
    numbers[i] = number;
    if (bitAt(originBits, i) === 1) number = wrapU64(number - 1n);
  }
  return numbers;
}
