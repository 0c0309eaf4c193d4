import { type Address, ZERO_HASH } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import type { SingularBatch } from '../protocol/batch.ts';
import { encodeDepositTx } from '../protocol/deposit.ts';
import { depositFromLog, isDepositLog } from '../protocol/depositLog.ts';
import { isActive } from '../protocol/forks.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import { l1InfoTx } from '../protocol/l1InfoTx.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { SEQUENCER_FEE_VAULT } from '../protocol/predeploys.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { applyConfigLogs } from '../protocol/systemConfigLogs.ts';
import { upgradeGas, upgradeTxs } from '../protocol/upgradeTxs/upgradeTxs.ts';
import type { DeriveConfig, SafeHead } from './state.ts';
import type { Step } from './step.ts';

/** What the builder answers when it cannot build. */
export type BuildRefusal = Extract<Step, { readonly type: 'reset' | 'halted' }>;

/** Attributes of one block, with its place in its epoch. */
export type BuiltAttributes = {
  readonly type: 'built';
  readonly attributes: PayloadAttributes;
  readonly sequenceNumber: bigint;
};

/**
 * Payload attributes of the block that follows `parent` with L1 origin `epoch`: L1 attributes
 * transaction, deposits of a new epoch, upgrade transactions, then `transactions` as they are.
 *
 * `feeRecipient` is another than the vault only where a span batch of version 2 names one.
 *
 * Answers `reset` where parent and epoch do not belong together, and `halted` where a deposit
 * cannot be read: it may neither be skipped nor guessed.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.1, 8.6
 */
export function buildAttributes(
  { rollup, l1Chain }: DeriveConfig,
  parent: SafeHead,
  epoch: L1Block,
  transactions: readonly Uint8Array[],
  feeRecipient: Address = SEQUENCER_FEE_VAULT,
): BuiltAttributes | BuildRefusal {
  const { ref } = parent;
  const isNewEpoch = isOfNewEpoch(ref, epoch);
  const timestamp = ref.timestamp + rollup.blockTime;
  const mismatch = whyNotOnEpoch(ref, epoch, timestamp);
  if (mismatch !== undefined) return mismatch;
  const deposits = isNewEpoch ? userDeposits(rollup, epoch) : [];
  if ('type' in deposits) return deposits;
  // Malformed updates were noted when the L1 block was opened.
  const systemConfig = isNewEpoch
    ? applyConfigLogs(rollup, parent.systemConfig, epoch)
    : parent.systemConfig;
  const sequenceNumber = isNewEpoch ? 0n : ref.sequenceNumber + 1n;
  let l1Info: Uint8Array;
  try {
    l1Info = l1InfoTx(rollup, l1Chain, {
      systemConfig,
      sequenceNumber,
      l1: epoch,
      l2Time: timestamp,
    });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return {
      type: 'halted',
      reason: 'malformedFeeScalar',
      message: `L1 attributes of L2 block ${ref.number + 1n} cannot be written: ${error.message}`,
    };
  }
  const isEcotone = isActive(rollup.forkTimes, 'ecotone', timestamp);
  const isHolocene = isActive(rollup.forkTimes, 'holocene', timestamp);
  const isJovian = isActive(rollup.forkTimes, 'jovian', timestamp);
  const attributes: PayloadAttributes = {
    timestamp,
    prevRandao: epoch.mixHash,
    suggestedFeeRecipient: feeRecipient,
    withdrawals: isActive(rollup.forkTimes, 'canyon', timestamp) ? [] : undefined,
    parentBeaconBlockRoot: isEcotone ? (epoch.parentBeaconBlockRoot ?? ZERO_HASH) : undefined,
    transactions: [l1Info, ...deposits, ...upgradeTxs(rollup, timestamp), ...transactions],
    noTxPool: true,
    gasLimit: systemConfig.gasLimit + upgradeGas(rollup, timestamp),
    eip1559Params: isHolocene ? systemConfig.eip1559Params : undefined,
    minBaseFee: isJovian ? systemConfig.minBaseFee : undefined,
  };
  return { type: 'built', attributes, sequenceNumber };
}

function isOfNewEpoch({ l1Origin }: L2BlockRef, epoch: L1Block): boolean {
  return l1Origin.number !== epoch.ref.number;
}

function whyNotOnEpoch(
  ref: L2BlockRef,
  epoch: L1Block,
  timestamp: bigint,
): BuildRefusal | undefined {
  const { hash, parentHash } = epoch.ref;
  const isNewEpoch = isOfNewEpoch(ref, epoch);
  if (isNewEpoch && ref.l1Origin.hash !== parentHash) {
    return {
      type: 'reset',
      reason: 'epochParentMismatch',
      message:
        `L1 block ${epoch.ref.number} has parent ${parentHash}, ` +
        `but L2 block ${ref.number} has L1 origin ${ref.l1Origin.hash}`,
    };
  }
  if (!isNewEpoch && ref.l1Origin.hash !== hash) {
    return {
      type: 'reset',
      reason: 'epochHashMismatch',
      message:
        `L1 block ${epoch.ref.number} is ${hash}, ` +
        `but L2 block ${ref.number} has L1 origin ${ref.l1Origin.hash}`,
    };
  }
  if (timestamp < epoch.ref.timestamp) {
    return {
      type: 'reset',
      reason: 'timestampBeforeOrigin',
      message:
        `The L2 block after ${ref.number} has time ${timestamp}, ` +
        `before its L1 origin's ${epoch.ref.timestamp}`,
    };
  }
  return undefined;
}

function userDeposits(rollup: RollupConfig, epoch: L1Block): Uint8Array[] | BuildRefusal {
  const deposits: Uint8Array[] = [];
  for (const log of epoch.logs) {
    if (!isDepositLog(rollup, log)) continue;
    try {
      deposits.push(encodeDepositTx(depositFromLog(log, epoch.ref.hash)));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return {
        type: 'halted',
        reason: 'malformedDeposit',
        message:
          `Log ${log.logIndex} of L1 block ${epoch.ref.number} (${epoch.ref.hash}) is a deposit ` +
          `that cannot be read: ${error.message}`,
      };
    }
  }
  return deposits;
}

/** Why a derived batch cannot be built on `parent`, which the shell gave. */
export function whyNotOnParent(
  parent: SafeHead,
  batch: SingularBatch,
  blockTime: bigint,
): Step | undefined {
  const { ref } = parent;
  if (batch.parentHash === ref.hash && batch.timestamp === ref.timestamp + blockTime) {
    return undefined;
  }
  return {
    type: 'reset',
    reason: 'batchParentMismatch',
    message:
      `A batch of time ${batch.timestamp} on ${batch.parentHash} was derived, ` +
      `but the safe head is ${ref.number} ${ref.hash} of time ${ref.timestamp}`,
  };
}
