import { type Cursor, readBytes, readUvarints } from '../base/cursor.ts';
import { DecodeError } from '../base/errors.ts';
import { rlpBytesEnd, rlpListEnd } from '../base/rlpScan.ts';
import { bitAt, countBits, readBitlist } from './bitlist.ts';

// Transactions of a span batch, by column, for N transactions:
//
//   creation bits    bit list of N: 1 where the transaction creates a contract
//   parity bits      bit list of N: yParity of the signature
//   signatures       N times r (32 bytes), s (32 bytes)
//   recipients       20 bytes per transaction that creates none
//   data             N items back to back: an RLP list, behind its type byte if it has one
//   nonces           N uvarints
//   gas limits       N uvarints
//   protected bits   bit list, one bit per legacy transaction: 1 with chain id (EIP-155)
//
// Whatever cannot be split like this ends the channel. What is inside a data item is not looked at
// here, see spanBatchTx.ts.

/** Type byte of a set-code transaction. @spec EIP-7702 */
export const SET_CODE_TX_TYPE = 4;

/** Type byte of a post-exec transaction: one opaque RLP value behind it. */
export const POST_EXEC_TX_TYPE = 0x7d;

/** Most bytes of one item of the data column, its type byte not counted. */
const MAX_TX_DATA_BYTES = 10_000_000;

/** Transactions as columns. All byte strings are views into the batch. */
export type SpanTxColumns = {
  /** N. */
  readonly count: number;
  readonly creationBits: Uint8Array;
  readonly parityBits: Uint8Array;
  /** 64 bytes each: r, s. */
  readonly signatures: Uint8Array;
  /** 20 bytes for each transaction without creation bit. */
  readonly recipients: Uint8Array;
  /** Bytes that `dataOffsets` index. */
  readonly data: Uint8Array;
  /** N + 1 offsets: item i is `data[dataOffsets[i] .. dataOffsets[i + 1])`. */
  readonly dataOffsets: Uint32Array;
  /** Low and high 32 bits, alternating. */
  readonly nonces: Uint32Array;
  /** Low and high 32 bits, alternating. */
  readonly gasLimits: Uint32Array;
  /** Bit j belongs to the j-th legacy transaction. */
  readonly protectedBits: Uint8Array;
};

/**
 * The columns of `count` transactions, which begin at the cursor.
 *
 * @throws DecodeError when they cannot be split.
 * @spec   protocol/derivation.md 6.3, fields 8 to 15
 */
export function readSpanTxs(cursor: Cursor, count: number): SpanTxColumns {
  const creationBits = readBitlist(cursor, count, 'contract_creation_bits');
  const parityBits = readBitlist(cursor, count, 'y_parity_bits');
  const signatures = readBytes(cursor, 64 * count, 'tx_sigs');
  const recipients = readBytes(cursor, 20 * (count - countBits(creationBits)), 'tx_tos');
  const data = cursor.data;
  const { offsets: dataOffsets, legacyCount } = readDataOffsets(cursor, count);
  const nonces = readUvarints(cursor, count, 'tx_nonces');
  const gasLimits = readUvarints(cursor, count, 'tx_gases');
  const protectedBits = readBitlist(cursor, legacyCount, 'protected_bits');
  return {
    count,
    creationBits,
    parityBits,
    signatures,
    recipients,
    data,
    dataOffsets,
    nonces,
    gasLimits,
    protectedBits,
  };
}

function readDataOffsets(
  cursor: Cursor,
  count: number,
): { readonly offsets: Uint32Array; readonly legacyCount: number } {
  const { data } = cursor;
  const offsets = new Uint32Array(count + 1);
  let legacyCount = 0;
  let offset = cursor.offset;
  offsets[0] = offset;
  for (let i = 0; i < count; i++) {
    const type = data[offset];
    const isTyped = type !== undefined && type <= 0x7f;
    const start = isTyped ? offset + 1 : offset;
    // A type byte of zero is counted as legacy, and refused later on.
    if (!isTyped || type === 0) legacyCount++;
    const end = dataEnd(data, start, type === POST_EXEC_TX_TYPE);
    if (end - start > MAX_TX_DATA_BYTES) {
      const expected = `an item of at most ${MAX_TX_DATA_BYTES} bytes`;
      const message = `tx_datas: expected ${expected}, found ${end - start}`;
      throw new DecodeError('txDataTooLong', offset, message);
    }
    offset = end;
    offsets[i + 1] = offset;
  }
  cursor.offset = offset;
  return { offsets, legacyCount };
}

function dataEnd(data: Uint8Array, start: number, opaque: boolean): number {
  const first = data[start];
  if (opaque && first !== undefined && first < 0xc0) return rlpBytesEnd(data, start, data.length);
  return rlpListEnd(data, start, data.length);
}

/** Whether transaction `index` has a recipient, and so an entry in the recipients column. */
export function hasRecipient(columns: SpanTxColumns, index: number): boolean {
  return bitAt(columns.creationBits, index) === 0;
}
