import { bytesToHex, type Hash } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { toPayloadJson } from '../../protocol/executionPayloadJson.ts';
import { DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { ExecutionConfig } from '../executionConfig.ts';
import { effectiveGasPrice } from '../fees.ts';
import { payloadOf } from '../payloadBlock.ts';
import type { BlockRecord } from '../store/records.ts';
import { decodeSignedTx } from '../transaction.ts';
import type { GetPayloadVersion } from './engineVersions.ts';
import type { JsonObject } from './transactionJson.ts';

/** The engine lacks an ancestor and cannot tell. */
export const SYNCING: JsonObject = {
  status: 'SYNCING',
  latestValidHash: null,
  validationError: null,
};

/** The block `hash` is good. */
export function validStatus(hash: Hash): JsonObject {
  return { status: 'VALID', latestValidHash: hash, validationError: null };
}

/** The block is bad; undefined: nobody knows which ancestor is good. */
export function invalidStatus(
  validationError: string,
  latestValidHash: Hash | undefined,
): JsonObject {
  return { status: 'INVALID', latestValidHash: latestValidHash ?? null, validationError };
}

/** Answer of `engine_getPayload` in this version. @spec protocol/execution.md 3.11 */
export function toPayloadAnswer(
  config: ExecutionConfig,
  block: BlockRecord,
  version: GetPayloadVersion,
): JsonValue {
  const { executionPayload, parentBeaconBlockRoot } = payloadOf(config, block);
  const payload = toPayloadJson(executionPayload) as JsonObject;
  if (version === 1) return payload;
  const answer: JsonObject = { executionPayload: payload, blockValue: toQuantity(tipsOf(block)) };
  if (version === 2) return answer;
  return {
    ...answer,
    blobsBundle: { commitments: [], proofs: [], blobs: [] },
    shouldOverrideBuilder: false,
    parentBeaconBlockRoot: parentBeaconBlockRoot ?? null,
    ...(version >= 4 ? { executionRequests: [] } : {}),
  };
}

/** Transactions and withdrawals of a block. */
export function toBodyJson({ transactions, header }: BlockRecord): JsonObject {
  return {
    transactions: transactions.map(bytesToHex),
    withdrawals: header.withdrawalsRoot === undefined ? null : [],
  };
}

/** What the coinbase got, in wei. */
function tipsOf({ header, transactions, receipts }: BlockRecord): bigint {
  const baseFee = header.baseFeePerGas ?? 0n;
  let tips = 0n;
  let before = 0n;
  for (const [i, raw] of transactions.entries()) {
    const after = receipts[i]?.cumulativeGasUsed ?? before;
    if (raw[0] !== DEPOSIT_TX_TYPE) {
      tips += (after - before) * (effectiveGasPrice(decodeSignedTx(raw), baseFee) - baseFee);
    }
    before = after;
  }
  return tips;
}
