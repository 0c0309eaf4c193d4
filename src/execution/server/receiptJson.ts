import { bytesToHex } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { logsBloom } from '../../protocol/bloom.ts';
import { decodeDepositTx, DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import { isActive } from '../../protocol/forks.ts';
import type { Receipt, ReceiptLog } from '../../protocol/receipt.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import { creationAddress } from '../creationAddress.ts';
import type { ExecutionConfig } from '../executionConfig.ts';
import {
  daFootprint,
  effectiveGasPrice,
  type FeeParameters,
  isBeforeEcotoneAttributes,
  l1DataFee,
  l1GasUsed,
  txSize,
} from '../fees.ts';
import type { BlockRecord } from '../store/records.ts';
import { decodeSignedTx } from '../transaction.ts';
import { feeParametersOf } from './l1Fees.ts';
import { type JsonObject, txHash } from './transactionJson.ts';

/** Keys that receipts of some forks have: the first two of deposits, the others of the rest. */
export const OPTIONAL_RECEIPT_KEYS: readonly string[] = [
  'depositNonce',
  'depositReceiptVersion',
  'l1Fee',
  'l1GasPrice',
  'l1GasUsed',
  'l1FeeScalar',
  'l1BaseFeeScalar',
  'l1BlobBaseFee',
  'l1BlobBaseFeeScalar',
  'operatorFeeScalar',
  'operatorFeeConstant',
  'daFootprintGasScalar',
  'blobGasUsed',
];

/** Receipts of a block, as op-geth prints them. @spec protocol/execution.md 1.6, 2.9 */
export function toReceiptsJson(config: ExecutionConfig, block: BlockRecord): readonly JsonObject[] {
  const fees = feeParametersOf(block.transactions);
  let logIndex = 0;
  return block.receipts.map((receipt, index) => {
    const json = receiptJson(config, block, index, logIndex, fees);
    logIndex += receipt.logs.length;
    return json;
  });
}

/** The receipt of one transaction of a block. */
export function toReceiptJson(
  config: ExecutionConfig,
  block: BlockRecord,
  index: number,
): JsonObject {
  let logIndex = 0;
  for (const { logs } of block.receipts.slice(0, index)) logIndex += logs.length;
  return receiptJson(config, block, index, logIndex, feeParametersOf(block.transactions));
}

/** Where a log stands. `logIndex` counts within the block. */
export type LogPlace = {
  readonly block: BlockRecord;
  readonly txHash: string;
  readonly txIndex: number;
  readonly logIndex: number;
};

/** A log as `eth_getLogs` and receipts have it. `isRemoved`: its block is canonical no longer. */
export function toLogJson(log: ReceiptLog, place: LogPlace, isRemoved = false): JsonObject {
  const { block } = place;
  return {
    address: log.address,
    topics: log.topics,
    data: bytesToHex(log.data),
    blockNumber: toQuantity(block.header.number),
    transactionHash: place.txHash,
    transactionIndex: toQuantity(BigInt(place.txIndex)),
    blockHash: block.hash,
    blockTimestamp: toQuantity(block.header.timestamp),
    logIndex: toQuantity(BigInt(place.logIndex)),
    removed: isRemoved,
  };
}

function receiptJson(
  config: ExecutionConfig,
  block: BlockRecord,
  index: number,
  firstLogIndex: number,
  fees: FeeParameters | undefined,
): JsonObject {
  const raw = block.transactions[index] as Uint8Array;
  const receipt = block.receipts[index] as Receipt;
  const before = block.receipts[index - 1]?.cumulativeGasUsed ?? 0n;
  const hash = txHash(raw);
  const isDeposit = raw[0] === DEPOSIT_TX_TYPE;
  return {
    blockHash: block.hash,
    blockNumber: toQuantity(block.header.number),
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    gasUsed: toQuantity(receipt.cumulativeGasUsed - before),
    logs: receipt.logs.map((log, at) =>
      toLogJson(log, { block, txHash: hash, txIndex: index, logIndex: firstLogIndex + at }),
    ),
    logsBloom: bytesToHex(logsBloom(receipt.logs)),
    status: receipt.succeeded ? '0x1' : '0x0',
    transactionHash: hash,
    transactionIndex: toQuantity(BigInt(index)),
    type: toQuantity(BigInt(receipt.type)),
    ...(isDeposit ? depositFields(raw, receipt) : signedFields(config, block, raw, fees)),
  };
}

function depositFields(raw: Uint8Array, receipt: Receipt): JsonObject {
  const tx = decodeDepositTx(raw);
  const { depositNonce, depositReceiptVersion } = receipt;
  return {
    from: tx.from,
    to: tx.to ?? null,
    contractAddress: tx.to === undefined ? creationAddress(tx.from, depositNonce ?? 0n) : null,
    effectiveGasPrice: '0x0',
    ...(depositNonce === undefined ? {} : { depositNonce: toQuantity(depositNonce) }),
    ...(depositReceiptVersion === undefined
      ? {}
      : { depositReceiptVersion: toQuantity(depositReceiptVersion) }),
  };
}

function signedFields(
  config: ExecutionConfig,
  { header }: BlockRecord,
  raw: Uint8Array,
  fees: FeeParameters | undefined,
): JsonObject {
  const tx = decodeSignedTx(raw);
  return {
    from: tx.from,
    to: tx.to ?? null,
    contractAddress: tx.to === undefined ? creationAddress(tx.from, tx.nonce) : null,
    effectiveGasPrice: toQuantity(effectiveGasPrice(tx, header.baseFeePerGas ?? 0n)),
    ...(fees === undefined ? {} : feeFields(config, header.timestamp, fees, raw)),
  };
}

function feeFields(
  config: ExecutionConfig,
  time: bigint,
  fees: FeeParameters,
  raw: Uint8Array,
): JsonObject {
  const size = txSize(raw);
  const { operatorFeeScalar, operatorFeeConstant } = fees;
  const isOld = isBeforeEcotoneAttributes(fees);
  const scalars: { [key: string]: JsonValue } = isOld
    ? { l1FeeScalar: toDecimal(fees.l1FeeScalar) }
    : {
        l1BaseFeeScalar: toQuantity(fees.baseFeeScalar),
        l1BlobBaseFee: toQuantity(fees.blobBaseFee),
        l1BlobBaseFeeScalar: toQuantity(fees.blobBaseFeeScalar),
      };
  if (operatorFeeScalar !== 0n || operatorFeeConstant !== 0n) {
    scalars['operatorFeeScalar'] = toQuantity(operatorFeeScalar);
    scalars['operatorFeeConstant'] = toQuantity(operatorFeeConstant);
  }
  if (isActive(config.forkTimes, 'jovian', time)) {
    scalars['daFootprintGasScalar'] = toQuantity(fees.daFootprintGasScalar);
    scalars['blobGasUsed'] = toQuantity(daFootprint(config, time, fees, size));
  }
  return {
    l1GasPrice: toQuantity(fees.l1BaseFee),
    l1GasUsed: toQuantity(l1GasUsed(config, time, fees, size)),
    l1Fee: toQuantity(l1DataFee(config, time, fees, size)),
    ...scalars,
  };
}

/** Millionths as a decimal number without needless zeros: `0.684`. */
function toDecimal(millionths: bigint): string {
  const whole = millionths / 1_000_000n;
  const rest = (millionths % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return rest === '' ? `${whole}` : `${whole}.${rest}`;
}
