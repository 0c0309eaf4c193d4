import { BLOB_BYTES, MAX_BLOB_DATA_BYTES } from '../protocol/blob.ts';
import type { DaType } from './channelConfig.ts';

/** L1 prices, wei per gas. */
export type L1Prices = {
  readonly baseFee: bigint;
  readonly tip: bigint;
  readonly blobBaseFee: bigint;
};

/** One for each byte. @spec EIP-4844, GAS_PER_BLOB */
const GAS_PER_BLOB = BigInt(BLOB_BYTES);
const TX_GAS = 21_000n;
/** EIP-7623: ten gas a token, four tokens a byte that is not zero; compressed data has no zeros. */
const CALLDATA_GAS_PER_BYTE = 40n;

/**
 * The cheaper place for batcher data, per byte of one transaction. Calldata only when strictly
 * cheaper.
 *
 * @param maxL1TxSizeBytes  Bytes of one calldata transaction.
 * @param blobs             Blobs of one blob transaction.
 * @spec  protocol/batcher.md 6
 */
export function cheaperDaType(prices: L1Prices, maxL1TxSizeBytes: number, blobs: number): DaType {
  const gasPrice = prices.baseFee + prices.tip;
  const calldataBytes = BigInt(maxL1TxSizeBytes);
  const calldataCost = (TX_GAS + CALLDATA_GAS_PER_BYTE * calldataBytes) * gasPrice;
  const blobCost = TX_GAS * gasPrice + GAS_PER_BLOB * BigInt(blobs) * prices.blobBaseFee;
  const blobBytes = BigInt(MAX_BLOB_DATA_BYTES * blobs);
  return calldataCost * blobBytes < blobCost * calldataBytes ? 'calldata' : 'blobs';
}
