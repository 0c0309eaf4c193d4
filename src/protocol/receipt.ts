import {
  type Address,
  EMPTY_BYTES,
  type Hash,
  bigintToMinimalBytes,
  bytesEqual,
  bytesToHex,
  hexToBytes,
} from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { type RlpItem, decodeRlp, encodeRlp, encodeTypedRlp, rlpToBigint } from '../base/rlp.ts';
import { rlpBytes, rlpFixedBytes, rlpList } from '../base/rlpFields.ts';
import { addLogs, BLOOM_BYTES, logsBloom } from './bloom.ts';
import { DEPOSIT_TX_TYPE } from './deposit.ts';

// Receipt as the receipts root has it: for all but legacy transactions behind the type byte,
//
//   0 status             0x01 or empty
//   1 cumulativeGasUsed  u64
//   2 logsBloom          256 bytes, of the logs below
//   3 logs               each [address 20, topics of 32, data]
//   4 depositNonce       u64, with 5    deposits from Canyon on; before, the root leaves both out
//   5 depositVersion     1

/** Outcome of a transaction. The bloom follows from the logs. */
export type Receipt = {
  /** EIP-2718 type; 0 for legacy. */
  readonly type: number;
  readonly succeeded: boolean;
  /** Gas of this and all earlier transactions of the block. */
  readonly cumulativeGasUsed: bigint;
  readonly logs: readonly ReceiptLog[];
  /** The sender's nonce before a deposit; known from Regolith on. */
  readonly depositNonce: bigint | undefined;
  /** 1 from Canyon on: the receipts root then covers the nonce. */
  readonly depositReceiptVersion: bigint | undefined;
};

/** A log in its receipt. */
export type ReceiptLog = {
  readonly address: Address;
  /** 0 to 4. */
  readonly topics: readonly Hash[];
  readonly data: Uint8Array;
};

/**
 * Bytes of a receipt as the receipts root covers them. A deposit nonce without version (Regolith)
 * is left out there.
 *
 * @spec protocol/execution.md 1.5
 */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { depositNonce, depositReceiptVersion, logs } = receipt;
  BLOOM.fill(0);
  addLogs(BLOOM, logs);
  const fields: RlpItem[] = [
    receipt.succeeded ? Uint8Array.of(1) : EMPTY_BYTES,
    bigintToMinimalBytes(receipt.cumulativeGasUsed),
    BLOOM,
    logs.map((log) => [hexToBytes(log.address), log.topics.map(hexToBytes), log.data]),
  ];
  if (depositReceiptVersion !== undefined) {
    fields.push(bigintToMinimalBytes(depositNonce ?? 0n));
    fields.push(bigintToMinimalBytes(depositReceiptVersion));
  }
  return receipt.type === 0 ? encodeRlp(fields) : encodeTypedRlp(receipt.type, fields);
}

/** The bloom of the receipt that is encoded: it is copied at once. */
const BLOOM: Uint8Array = new Uint8Array(BLOOM_BYTES);

/**
 * Receipt of its bytes. Log data are views. A deposit's nonce may stand without a version, as
 * `debug_getRawReceipts` has it for Regolith.
 *
 * @throws DecodeError on an unknown shape, a bloom that is not that of the logs, or a status that
 *         is a state root (before Byzantium).
 * @spec protocol/execution.md 1.5
 */
export function decodeReceipt(raw: Uint8Array): Receipt {
  const type = (raw[0] ?? 0) < 0xc0 ? (raw[0] ?? 0) : 0;
  const list = decodeRlp(type === 0 ? raw : raw.subarray(1));
  const isDeposit = type === DEPOSIT_TX_TYPE;
  if (list instanceof Uint8Array || list.length < 4 || list.length > (isDeposit ? 6 : 4)) {
    const found = list instanceof Uint8Array ? 'bytes' : list.length;
    const expected = isDeposit ? '4 to 6' : '4';
    throw new DecodeError('receiptFields', 0, `expected ${expected} fields, found ${found}`);
  }
  const [status, gas, bloom, logItems, nonce, version] = list;
  const logs = rlpList(logItems, 'receiptField', 'receipt logs').map(decodeLog);
  if (!bytesEqual(rlpBytes(bloom, 'receiptField', 'receipt bloom'), logsBloom(logs))) {
    throw new DecodeError('receiptBloom', -1, 'expected the bloom of the logs, found another');
  }
  return {
    type,
    succeeded: decodeStatus(rlpBytes(status, 'receiptField', 'receipt status')),
    cumulativeGasUsed: integer(gas, 'cumulativeGasUsed'),
    logs,
    depositNonce: nonce === undefined ? undefined : integer(nonce, 'depositNonce'),
    depositReceiptVersion:
      version === undefined ? undefined : integer(version, 'depositReceiptVersion'),
  };
}

/** A field of at most 64 bits. */
function integer(item: RlpItem | undefined, name: string): bigint {
  return rlpToBigint(rlpBytes(item, 'receiptField', `receipt \`${name}\``), 8);
}

function decodeLog(item: RlpItem): ReceiptLog {
  const fields = rlpList(item, 'receiptField', 'log');
  if (fields.length !== 3) {
    throw new DecodeError('receiptLog', -1, `expected 3 fields in a log, found ${fields.length}`);
  }
  const topics = rlpList(fields[1], 'receiptField', 'log topics');
  if (topics.length > 4) {
    throw new DecodeError('receiptLog', -1, `expected at most 4 topics, found ${topics.length}`);
  }
  return {
    address: bytesToHex(rlpFixedBytes(fields[0], 20, 'receiptLog', 'log address')),
    topics: topics.map((topic) => bytesToHex(rlpFixedBytes(topic, 32, 'receiptLog', 'log topic'))),
    data: rlpBytes(fields[2], 'receiptField', 'log data'),
  };
}

function decodeStatus(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  if (bytes.length === 1 && bytes[0] === 1) return true;
  const message = `expected status empty or 0x01, found \`${bytesToHex(bytes)}\``;
  throw new DecodeError('receiptStatus', -1, message);
}
