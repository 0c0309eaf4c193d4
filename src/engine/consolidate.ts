import { bytesEqual, bytesToHex, type Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import {
  chainEip1559Params,
  decodeExtraData,
  encodeExtraData,
  ZERO_EIP1559_PARAMS,
} from '../protocol/extraData.ts';
import { isActive } from '../protocol/forks.ts';
import { EMPTY_TRIE_ROOT } from '../protocol/orderedTrie.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';

// Whether an existing block is the one the attributes ask for. In this order:
//
//   parent hash, timestamp, prevRandao, number of transactions, each transaction, gas limit,
//   withdrawals, withdrawals root, parent beacon block root, fee recipient, extraData
//
// Roots, gas used, base fee and the hash are not compared: the engine has checked the block.

/** The first difference between attributes and a block, for the log. */
export type Mismatch = {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
};

type Expected = Pick<RollupConfig, 'forkTimes' | 'chainOpConfig'>;

/**
 * The first difference between what was derived and a block; undefined when the block is it.
 *
 * @param parentHash Of the block the attributes are for.
 * @spec  protocol/derivation-2-attributes-engine.md 10.3
 */
export function consolidate(
  config: Expected,
  parentHash: Hash,
  attributes: PayloadAttributes,
  block: PayloadEnvelope,
): Mismatch | undefined {
  const payload = block.executionPayload;
  return (
    differs('parentHash', parentHash, payload.parentHash) ??
    differs('timestamp', attributes.timestamp, payload.timestamp) ??
    differs('prevRandao', attributes.prevRandao, payload.prevRandao) ??
    transactionsDiffer(attributes.transactions, payload.transactions) ??
    differs('gasLimit', attributes.gasLimit, payload.gasLimit) ??
    withdrawalsDiffer(config, attributes, block) ??
    differs(
      'parentBeaconBlockRoot',
      attributes.parentBeaconBlockRoot,
      block.parentBeaconBlockRoot,
    ) ??
    differs('feeRecipient', attributes.suggestedFeeRecipient, payload.feeRecipient) ??
    extraDataDiffers(config, attributes, payload.extraData)
  );
}

function differs(
  field: string,
  expected: bigint | string | undefined,
  found: bigint | string | undefined,
): Mismatch | undefined {
  if (expected === found) return undefined;
  return { field, expected: String(expected ?? 'absent'), found: String(found ?? 'absent') };
}

function transactionsDiffer(
  expected: readonly Uint8Array[],
  found: readonly Uint8Array[],
): Mismatch | undefined {
  if (expected.length !== found.length) {
    return differs('transactions', String(expected.length), String(found.length));
  }
  for (const [index, tx] of expected.entries()) {
    const other = found[index] as Uint8Array;
    if (!bytesEqual(tx, other)) return differs(`transactions[${index}]`, show(tx), show(other));
  }
  return undefined;
}

function withdrawalsDiffer(
  config: Expected,
  attributes: PayloadAttributes,
  block: PayloadEnvelope,
): Mismatch | undefined {
  const { withdrawals, withdrawalsRoot } = block.executionPayload;
  if (!isActive(config.forkTimes, 'canyon', attributes.timestamp)) {
    return differs('withdrawals', undefined, attributes.withdrawals?.length.toString());
  }
  const lists =
    differs('withdrawals', '0', attributes.withdrawals?.length.toString()) ??
    differs('withdrawals', '0', withdrawals?.length.toString());
  if (lists !== undefined) return lists;
  if (isActive(config.forkTimes, 'isthmus', attributes.timestamp)) {
    // Its value is state, which the engine has checked.
    const expected = withdrawalsRoot ?? 'a root';
    return differs('withdrawalsRoot', expected, withdrawalsRoot);
  }
  return differs('withdrawalsRoot', EMPTY_TRIE_ROOT, withdrawalsRoot ?? EMPTY_TRIE_ROOT);
}

function extraDataDiffers(
  config: Expected,
  attributes: PayloadAttributes,
  found: Uint8Array,
): Mismatch | undefined {
  const { eip1559Params, minBaseFee, timestamp } = attributes;
  if (eip1559Params === undefined) return differs('extraData', '0x', bytesToHex(found));
  const params = eip1559Params === ZERO_EIP1559_PARAMS ? chainEip1559Params(config) : eip1559Params;
  const expected = encodeExtraData(params, minBaseFee);
  try {
    decodeExtraData(config, expected, timestamp);
    decodeExtraData(config, found, timestamp);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { field: 'extraData', expected: error.message, found: bytesToHex(found) };
  }
  return differs('extraData', bytesToHex(expected), bytesToHex(found));
}

function show(tx: Uint8Array): string {
  const start = bytesToHex(tx.subarray(0, 16));
  return tx.length > 16 ? `${start}… (${tx.length} bytes)` : start;
}
