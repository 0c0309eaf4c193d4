import { bigintToMinimalBytes, EMPTY_BYTES } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { encodeRlp } from '../base/rlp.ts';
import { assertRlpEnd, rlpBytesEnd, rlpContentStart, rlpIntegerEnd } from '../base/rlpScan.ts';
import { bitAt } from './bitlist.ts';
import { accessListEnd, authorizationListEnd } from './spanBatchTxLists.ts';
import {
  hasRecipient,
  POST_EXEC_TX_TYPE,
  SET_CODE_TX_TYPE,
  type SpanTxColumns,
} from './spanBatchTxs.ts';
import {
  copyBytes,
  integerLength,
  writeInteger,
  writeListHeader,
  writeUint,
  uintLength,
} from './spanBatchTxWrite.ts';

// One transaction of a span batch: an item of the data column, and its entries of the others.
//
//   type    data item                                      transaction
//   legacy  [value, gasPrice, data]                        [nonce, gasPrice, gas, to, value,
//                                                           data, v, r, s]
//   1       [value, gasPrice, data, accessList]            [chainId, nonce, gasPrice, gas, to,
//                                                           value, data, accessList, yParity, r, s]
//   2       [value, tip, feeCap, data, accessList]         [chainId, nonce, tip, feeCap, gas, to,
//                                                           value, data, accessList, yParity, r, s]
//   4       [value, tip, feeCap, data, accessList, auths]  as 2, with auths behind accessList
//   0x7d    one opaque RLP value                           the same
//
// Fields of the data item keep their encoding, so it is proven first. An unknown type, a malformed
// field, or a set-code transaction (4) without recipient makes the whole batch unusable.

const LEGACY = -1;

/** Where the fields of a data item stand: `value`, then fees, then `tail` up to the item's end. */
type DataFields = { start: number; valueEnd: number; feesEnd: number };

/** What all transactions of a span share. */
type Shared = {
  readonly columns: SpanTxColumns;
  /** RLP of the chain id. */
  readonly chainId: Uint8Array;
  /** RLP of v of protected legacy transactions, by yParity. */
  readonly protectedV: readonly [Uint8Array, Uint8Array];
  /** Most bytes of a transaction besides its data item. */
  readonly maxOtherBytes: number;
};

/** What moves from one transaction to the next. */
type Progress = {
  out: Uint8Array;
  at: number;
  recipientIndex: number;
  legacyIndex: number;
  readonly fields: DataFields;
};

/**
 * Most bytes of a transaction besides its data item, chain id and v: type 1, list header 5, nonce
 * and gas 9 each, recipient 21, r and s 33 each.
 */
const MAX_COLUMN_BYTES = 111;

/** Transactions share buffers of about this size, so that one of them pins only its neighbours. */
const CHUNK_BYTES = 262_144;

/**
 * Transactions of a span as signed EIP-2718 bytes, in order.
 *
 * @throws DecodeError when one cannot be put together.
 * @spec   protocol/derivation.md 6.3 "tx_data lists", 6.4
 */
export function rebuildSpanTxs(columns: SpanTxColumns, chainId: bigint): Uint8Array[] {
  const id = encodeInteger(chainId);
  const largestV = encodeInteger(2n * chainId + 36n);
  const shared: Shared = {
    columns,
    chainId: id,
    protectedV: [encodeInteger(2n * chainId + 35n), largestV],
    maxOtherBytes: MAX_COLUMN_BYTES + id.length + largestV.length,
  };
  const progress: Progress = {
    out: EMPTY_BYTES,
    at: 0,
    recipientIndex: 0,
    legacyIndex: 0,
    fields: { start: 0, valueEnd: 0, feesEnd: 0 },
  };
  const transactions: Uint8Array[] = [];
  for (let i = 0; i < columns.count; i++) {
    reserve(shared, i, progress);
    transactions.push(rebuildTx(shared, i, progress));
  }
  return transactions;
}

function encodeInteger(value: bigint): Uint8Array {
  return encodeRlp(bigintToMinimalBytes(value));
}

/** Makes room for transaction `index` in `progress.out`. */
function reserve({ columns, maxOtherBytes }: Shared, index: number, progress: Progress): void {
  const { dataOffsets, count } = columns;
  const start = dataOffsets[index] as number;
  const needed = (dataOffsets[index + 1] as number) - start + maxOtherBytes;
  if (progress.at + needed <= progress.out.length) return;
  const rest = (dataOffsets[count] as number) - start + (count - index) * maxOtherBytes;
  progress.out = new Uint8Array(Math.max(needed, Math.min(rest, CHUNK_BYTES)));
  progress.at = 0;
}

function rebuildTx(shared: Shared, index: number, progress: Progress): Uint8Array {
  const { columns } = shared;
  const { data, dataOffsets } = columns;
  const offset = dataOffsets[index] as number;
  const end = dataOffsets[index + 1] as number;
  const first = data[offset] as number;
  const type = first > 0x7f ? LEGACY : first;
  let recipientAt = -1;
  if (hasRecipient(columns, index)) recipientAt = 20 * progress.recipientIndex++;
  if (type === POST_EXEC_TX_TYPE) return data.subarray(offset, end);
  findDataFields(data, offset, end, type, progress.fields);
  if (type === SET_CODE_TX_TYPE && recipientAt < 0) {
    throw new DecodeError('setCodeCreation', offset, 'set-code transaction: it has no recipient');
  }
  return writeTx(shared, index, type, recipientAt, end, progress);
}

/** Proves the data item `data[offset..end)` and says where its fields are. */
function findDataFields(
  data: Uint8Array,
  offset: number,
  end: number,
  type: number,
  fields: DataFields,
): void {
  if (type !== LEGACY && type !== 1 && type !== 2 && type !== SET_CODE_TX_TYPE) {
    throw new DecodeError('unknownTxType', offset, `transaction type ${type} is not supported`);
  }
  const maxBytes = type === SET_CODE_TX_TYPE ? 32 : Number.POSITIVE_INFINITY;
  const start = rlpContentStart(data, type === LEGACY ? offset : offset + 1);
  const valueEnd = rlpIntegerEnd(data, start, end, maxBytes);
  let feesEnd = rlpIntegerEnd(data, valueEnd, end, maxBytes);
  const hasTip = type === 2 || type === SET_CODE_TX_TYPE;
  if (hasTip) feesEnd = rlpIntegerEnd(data, feesEnd, end, maxBytes);
  let at = rlpBytesEnd(data, feesEnd, end);
  if (type !== LEGACY) at = accessListEnd(data, at, end);
  if (type === SET_CODE_TX_TYPE) at = authorizationListEnd(data, at, end);
  assertRlpEnd(at, end);
  fields.start = start;
  fields.valueEnd = valueEnd;
  fields.feesEnd = feesEnd;
}

function writeTx(
  shared: Shared,
  index: number,
  type: number,
  recipientAt: number,
  end: number,
  progress: Progress,
): Uint8Array {
  const { columns, chainId } = shared;
  const { data, nonces, gasLimits, signatures, recipients } = columns;
  const { start, valueEnd, feesEnd } = progress.fields;
  const v = signatureV(shared, index, type, progress);
  const r = 64 * index;
  const length =
    (type === LEGACY ? 0 : chainId.length) +
    uintLength(nonces, index) +
    uintLength(gasLimits, index) +
    (recipientAt < 0 ? 1 : 21) +
    (end - start) +
    v.length +
    integerLength(signatures, r) +
    integerLength(signatures, r + 32);
  const { out, at: from } = progress;
  let at = from;
  if (type !== LEGACY) out[at++] = type;
  at = writeListHeader(out, at, length);
  if (type !== LEGACY) at = copyBytes(chainId, 0, chainId.length, out, at);
  at = writeUint(nonces, index, out, at);
  at = copyBytes(data, valueEnd, feesEnd, out, at);
  at = writeUint(gasLimits, index, out, at);
  if (recipientAt < 0) out[at++] = 0x80;
  else {
    out[at++] = 0x94;
    at = copyBytes(recipients, recipientAt, recipientAt + 20, out, at);
  }
  at = copyBytes(data, start, valueEnd, out, at);
  at = copyBytes(data, feesEnd, end, out, at);
  at = copyBytes(v, 0, v.length, out, at);
  at = writeInteger(signatures, r, out, at);
  at = writeInteger(signatures, r + 32, out, at);
  progress.at = at;
  return out.subarray(from, at);
}

const TYPED_V: readonly [Uint8Array, Uint8Array] = [Uint8Array.of(0x80), Uint8Array.of(1)];
const UNPROTECTED_V: readonly [Uint8Array, Uint8Array] = [Uint8Array.of(27), Uint8Array.of(28)];

/** RLP of v, or of yParity in typed transactions. */
function signatureV(shared: Shared, index: number, type: number, progress: Progress): Uint8Array {
  const { columns, protectedV } = shared;
  const parity = bitAt(columns.parityBits, index);
  if (type !== LEGACY) return TYPED_V[parity];
  const isProtected = bitAt(columns.protectedBits, progress.legacyIndex++) === 1;
  return (isProtected ? protectedV : UNPROTECTED_V)[parity];
}
