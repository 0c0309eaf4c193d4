import { bigintToMinimalBytes, bytesToBigint, bytesToHex, hexToBytes } from '../base/bytes.ts';
import { encodeRlp } from '../base/rlp.ts';
import {
  assertRlpEnd,
  rlpBytesEnd,
  rlpContentStart,
  rlpFixedBytesEnd,
  rlpIntegerEnd,
  rlpListEnd,
} from '../base/rlpScan.ts';
import type { SingularBatch } from './batch.ts';

// A singular batch, behind its type byte 0:
//
//   rlp([parent_hash (32 bytes), epoch_number (u64), epoch_hash (32 bytes), timestamp (u64),
//        transactions (list of byte strings)])
//
// Exactly five items. Bytes behind the list are ignored. Transactions are opaque here. Any fault
// ends the channel.

/**
 * A singular batch.
 *
 * @param bytes  The batch without its type byte.
 * @returns      Its transactions are views into `bytes`.
 * @spec         protocol/derivation.md 6.2
 */
export function decodeSingularBatch(bytes: Uint8Array): SingularBatch {
  const listEnd = rlpListEnd(bytes, 0, bytes.length);
  const parentStart = rlpContentStart(bytes, 0);
  const parentEnd = rlpFixedBytesEnd(bytes, parentStart, listEnd, 32);
  const epochNumberEnd = rlpIntegerEnd(bytes, parentEnd, listEnd, 8);
  const epochHashEnd = rlpFixedBytesEnd(bytes, epochNumberEnd, listEnd, 32);
  const timestampEnd = rlpIntegerEnd(bytes, epochHashEnd, listEnd, 8);
  const transactionsEnd = rlpListEnd(bytes, timestampEnd, listEnd);
  assertRlpEnd(transactionsEnd, listEnd);
  return {
    type: 'singular',
    parentHash: bytesToHex(content(bytes, parentStart, parentEnd)),
    epochNumber: bytesToBigint(content(bytes, parentEnd, epochNumberEnd)),
    epochHash: bytesToHex(content(bytes, epochNumberEnd, epochHashEnd)),
    timestamp: bytesToBigint(content(bytes, epochHashEnd, timestampEnd)),
    transactions: decodeTransactions(bytes, timestampEnd, transactionsEnd),
  };
}

function content(bytes: Uint8Array, offset: number, end: number): Uint8Array {
  return bytes.subarray(rlpContentStart(bytes, offset), end);
}

function decodeTransactions(bytes: Uint8Array, listOffset: number, end: number): Uint8Array[] {
  const transactions: Uint8Array[] = [];
  for (let offset = rlpContentStart(bytes, listOffset); offset < end; ) {
    const next = rlpBytesEnd(bytes, offset, end);
    transactions.push(content(bytes, offset, next));
    offset = next;
  }
  return transactions;
}

/** `batch` without its type byte. @spec protocol/derivation.md 6.2 */
export function encodeSingularBatch(batch: SingularBatch): Uint8Array {
  return encodeRlp([
    hexToBytes(batch.parentHash),
    bigintToMinimalBytes(batch.epochNumber),
    hexToBytes(batch.epochHash),
    bigintToMinimalBytes(batch.timestamp),
    batch.transactions,
  ]);
}
