import { bytesToHex } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { toJsonInteger } from '../base/json.ts';
import type { ExecutionPayload, PayloadEnvelope } from './executionPayload.ts';
import type { PayloadAttributes } from './payloadAttributes.ts';
import {
  isAbsent,
  type JsonRecord,
  readAddress,
  readArray,
  readBytes,
  readFixedHex,
  readHash,
  readOptionalHash,
  readOptionalQuantity,
  readQuantity,
  toBytes,
  toQuantity,
  toRecord,
} from './rpcJson.ts';

/**
 * A payload as the Engine API has it in JSON. Keys of later forks are left out where undefined.
 *
 * @spec protocol/execution.md 3.11
 */
export function toPayloadJson(payload: ExecutionPayload): JsonRecord {
  const { withdrawals, blobGasUsed, excessBlobGas, withdrawalsRoot } = payload;
  return {
    parentHash: payload.parentHash,
    feeRecipient: payload.feeRecipient,
    stateRoot: payload.stateRoot,
    receiptsRoot: payload.receiptsRoot,
    logsBloom: payload.logsBloom,
    prevRandao: payload.prevRandao,
    blockNumber: toQuantity(payload.blockNumber),
    gasLimit: toQuantity(payload.gasLimit),
    gasUsed: toQuantity(payload.gasUsed),
    timestamp: toQuantity(payload.timestamp),
    extraData: bytesToHex(payload.extraData),
    baseFeePerGas: toQuantity(payload.baseFeePerGas),
    blockHash: payload.blockHash,
    transactions: payload.transactions.map(bytesToHex),
    ...(withdrawals === undefined ? {} : { withdrawals }),
    ...(blobGasUsed === undefined ? {} : { blobGasUsed: toQuantity(blobGasUsed) }),
    ...(excessBlobGas === undefined ? {} : { excessBlobGas: toQuantity(excessBlobGas) }),
    ...(withdrawalsRoot === undefined ? {} : { withdrawalsRoot }),
  };
}

/**
 * A payload of its JSON.
 *
 * @throws DecodeError when a field is missing or malformed. The block hash is not recomputed.
 */
export function fromPayloadJson(value: unknown): ExecutionPayload {
  const json = toRecord(value, 'execution payload');
  return {
    parentHash: readHash(json, 'parentHash'),
    feeRecipient: readAddress(json, 'feeRecipient'),
    stateRoot: readHash(json, 'stateRoot'),
    receiptsRoot: readHash(json, 'receiptsRoot'),
    logsBloom: readFixedHex(json, 'logsBloom', 256),
    prevRandao: readHash(json, 'prevRandao'),
    blockNumber: readQuantity(json, 'blockNumber'),
    gasLimit: readQuantity(json, 'gasLimit'),
    gasUsed: readQuantity(json, 'gasUsed'),
    timestamp: readQuantity(json, 'timestamp'),
    extraData: readBytes(json, 'extraData'),
    baseFeePerGas: readQuantity(json, 'baseFeePerGas'),
    blockHash: readHash(json, 'blockHash'),
    transactions: readArray(json, 'transactions').map((tx) => toBytes(tx, 'transactions')),
    withdrawals: isAbsent(json, 'withdrawals') ? undefined : readArray(json, 'withdrawals'),
    blobGasUsed: readOptionalQuantity(json, 'blobGasUsed'),
    excessBlobGas: readOptionalQuantity(json, 'excessBlobGas'),
    withdrawalsRoot: readOptionalHash(json, 'withdrawalsRoot'),
  };
}

/**
 * The answer of `getPayload`, versions 2 to 5: only the payload and the beacon root are read.
 *
 * @throws DecodeError
 */
export function fromEnvelopeJson(value: unknown): PayloadEnvelope {
  const json = toRecord(value, 'payload envelope');
  return {
    executionPayload: fromPayloadJson(json['executionPayload']),
    parentBeaconBlockRoot: readOptionalHash(json, 'parentBeaconBlockRoot'),
  };
}

/**
 * Payload attributes as the Engine API has them in JSON.
 *
 * Choice: `minBaseFee` is a plain JSON number, as op-node sends it to op-geth and op-reth today;
 * the spec's table says QUANTITY. Beyond 2^53 it is a bigint here, and plain digits on the wire.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.6
 */
export function toAttributesJson(attributes: PayloadAttributes): JsonRecord {
  const { withdrawals, parentBeaconBlockRoot, eip1559Params, minBaseFee } = attributes;
  return {
    timestamp: toQuantity(attributes.timestamp),
    prevRandao: attributes.prevRandao,
    suggestedFeeRecipient: attributes.suggestedFeeRecipient,
    ...(withdrawals === undefined ? {} : { withdrawals }),
    ...(parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot }),
    transactions: attributes.transactions.map(bytesToHex),
    noTxPool: attributes.noTxPool,
    gasLimit: toQuantity(attributes.gasLimit),
    ...(eip1559Params === undefined ? {} : { eip1559Params }),
    ...(minBaseFee === undefined ? {} : { minBaseFee: toJsonInteger(minBaseFee) }),
  };
}

/**
 * Payload attributes of their JSON, `minBaseFee` as a number or a QUANTITY.
 *
 * @throws DecodeError
 */
export function fromAttributesJson(value: unknown): PayloadAttributes {
  const json = toRecord(value, 'payload attributes');
  const transactions = isAbsent(json, 'transactions') ? [] : readArray(json, 'transactions');
  return {
    timestamp: readQuantity(json, 'timestamp'),
    prevRandao: readHash(json, 'prevRandao'),
    suggestedFeeRecipient: readAddress(json, 'suggestedFeeRecipient'),
    withdrawals: isAbsent(json, 'withdrawals') ? undefined : noWithdrawals(json),
    parentBeaconBlockRoot: readOptionalHash(json, 'parentBeaconBlockRoot'),
    transactions: transactions.map((tx) => toBytes(tx, 'transactions')),
    noTxPool: json['noTxPool'] === true,
    gasLimit: readQuantity(json, 'gasLimit'),
    eip1559Params: isAbsent(json, 'eip1559Params')
      ? undefined
      : readFixedHex(json, 'eip1559Params', 8),
    minBaseFee: readMinBaseFee(json),
  };
}

function noWithdrawals(json: JsonRecord): readonly never[] {
  const { length } = readArray(json, 'withdrawals');
  if (length === 0) return [];
  const message = `field \`withdrawals\`: expected an empty list, found ${length} items`;
  throw new DecodeError('jsonField', -1, message);
}

function readMinBaseFee(json: JsonRecord): bigint | undefined {
  const found = json['minBaseFee'];
  if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0) return BigInt(found);
  if (typeof found === 'bigint') return found;
  return readOptionalQuantity(json, 'minBaseFee');
}
