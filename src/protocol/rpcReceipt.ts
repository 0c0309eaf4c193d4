import { DecodeError } from '../base/errors.ts';
import type { Hash } from '../base/bytes.ts';
import type { Receipt, ReceiptLog } from './receipt.ts';
import {
  readAddress,
  readArray,
  readBytes,
  readHash,
  readOptionalQuantity,
  readQuantity,
  toRecord,
} from './rpcJson.ts';

/**
 * Receipt from its JSON in `eth_getBlockReceipts`. What it says of its own position (indexes,
 * hashes) and its bloom are not read: position and bloom follow from the order and the logs.
 *
 * @throws DecodeError naming the field that is missing or malformed; a receipt from before
 *         Byzantium has no `status` and is refused.
 */
export function receiptFromRpc(json: unknown): Receipt {
  const receipt = toRecord(json, 'receipt');
  const status = readQuantity(receipt, 'status', 8);
  if (status > 1n) {
    throw new DecodeError(
      'jsonField',
      -1,
      `field \`status\`: expected 0x0 or 0x1, found ${status}`,
    );
  }
  return {
    type: Number(readOptionalQuantity(receipt, 'type', 1) ?? 0n),
    succeeded: status === 1n,
    cumulativeGasUsed: readQuantity(receipt, 'cumulativeGasUsed', 8),
    logs: readArray(receipt, 'logs').map(logFromRpc),
    depositNonce: readOptionalQuantity(receipt, 'depositNonce', 8),
    depositReceiptVersion: readOptionalQuantity(receipt, 'depositReceiptVersion', 8),
  };
}

function logFromRpc(json: unknown): ReceiptLog {
  const log = toRecord(json, 'log');
  const topics = readArray(log, 'topics').map((topic): Hash => readHash({ topic }, 'topic'));
  return { address: readAddress(log, 'address'), topics, data: readBytes(log, 'data') };
}
