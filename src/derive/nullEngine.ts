import {
  bigintToBytes,
  bytesToHex,
  concatBytes,
  EMPTY_BYTES,
  type Hash,
  hexToBytes,
  ZERO_HASH,
} from '../base/bytes.ts';
import { keccak256, keccak256Hex } from '../base/hash.ts';
import { chainEip1559Params, encodeExtraData, ZERO_EIP1559_PARAMS } from '../protocol/extraData.ts';
import { isActive } from '../protocol/forks.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';

/**
 * The block that a null engine makes of attributes. It executes nothing: the hash covers the parent
 * and everything that the attributes ask for, so equal hashes mean equal derivation.
 *
 * Hash: keccak256 of parent hash, number and timestamp (u64), prevRandao, gas limit (u64), parent
 * beacon block root, EIP-1559 parameters, minimum base fee (u64), and the keccak256 of the
 * transactions' hashes; absent fields count as zero.
 */
export function nullBlock(
  config: RollupConfig,
  parent: Pick<L2BlockRef, 'number' | 'hash'>,
  attributes: PayloadAttributes,
): L2Block {
  const { timestamp, gasLimit, transactions } = attributes;
  const number = parent.number + 1n;
  const hashed = concatBytes(
    hexToBytes(parent.hash),
    u64(number),
    u64(timestamp),
    hexToBytes(attributes.prevRandao),
    u64(gasLimit),
    hexToBytes(attributes.parentBeaconBlockRoot ?? ZERO_HASH),
    hexToBytes(attributes.eip1559Params ?? ZERO_EIP1559_PARAMS),
    u64(attributes.minBaseFee ?? 0n),
    transactionsDigest(transactions),
  );
  const hash = keccak256Hex(hashed);
  const extraData = extraDataOf(config, attributes);
  const { suggestedFeeRecipient: feeRecipient } = attributes;
  const block = { number, hash, parentHash: parent.hash, timestamp, gasLimit, extraData };
  return { ...block, transactions, feeRecipient };
}

function u64(value: bigint): Uint8Array {
  return bigintToBytes(value, 8);
}

/** keccak256 of the transactions' hashes, back to back. */
function transactionsDigest(transactions: readonly Uint8Array[]): Uint8Array {
  const hashes = new Uint8Array(32 * transactions.length);
  for (const [index, tx] of transactions.entries()) hashes.set(keccak256(tx), 32 * index);
  return keccak256(hashes);
}

/** `transactionsDigest` as a `0x` string. */
export function transactionsDigestHex(transactions: readonly Uint8Array[]): Hash {
  return bytesToHex(transactionsDigest(transactions));
}

function extraDataOf(config: RollupConfig, attributes: PayloadAttributes): Uint8Array {
  const { timestamp, eip1559Params, minBaseFee } = attributes;
  if (!isActive(config.forkTimes, 'holocene', timestamp)) return EMPTY_BYTES;
  const isUnset = eip1559Params === undefined || eip1559Params === ZERO_EIP1559_PARAMS;
  const params = isUnset ? chainEip1559Params(config) : eip1559Params;
  return encodeExtraData(params, minBaseFee);
}
