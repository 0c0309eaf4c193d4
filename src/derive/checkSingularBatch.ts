import { wrapU64 } from '../base/bytes.ts';
import type { SingularBatch } from '../protocol/batch.ts';
import { isActive } from '../protocol/forks.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { BatchContext } from './batchContext.ts';
import {
  ACCEPT,
  type BatchVerdict,
  drop,
  FUTURE,
  mustBeEmpty,
  PAST,
  UNDECIDED,
  whyTransactionsRefused,
} from './batchVerdict.ts';
import { maxSequencerDrift } from './parameters.ts';

/**
 * Judges a singular batch against the safe head.
 *
 * Rules, in order: window known; timestamp is the next block's; parent hash; included within the
 * sequencing window; epoch is the window's first or second; epoch hash; not before its origin;
 * empty where it must be; sequencer drift; transactions.
 *
 * @spec protocol/derivation.md 7.2
 */
export function checkSingularBatch(
  { config, l1Blocks, safeHead, inclusion }: BatchContext,
  batch: SingularBatch,
): BatchVerdict {
  const epoch = l1Blocks[0]?.ref;
  if (epoch === undefined) return UNDECIDED;
  const isHolocene = isActive(config.forkTimes, 'holocene', inclusion.timestamp);
  const nextTimestamp = safeHead.timestamp + config.blockTime;
  if (batch.timestamp > nextTimestamp) return isHolocene ? drop('timestampTooHigh') : FUTURE;
  if (batch.timestamp < nextTimestamp) return isHolocene ? PAST : drop('timestampTooLow');
  if (batch.parentHash !== safeHead.hash) return drop('parentHashMismatch');
  if (wrapU64(batch.epochNumber + config.seqWindowSize) < inclusion.number) {
    return drop('includedTooLate');
  }
  if (batch.epochNumber < epoch.number) return drop('epochTooOld');
  if (batch.epochNumber > epoch.number + 1n) return drop('epochTooNew');
  const origin = l1Blocks[Number(batch.epochNumber - epoch.number)]?.ref;
  if (origin === undefined) return UNDECIDED;
  if (batch.epochHash !== origin.hash) return drop('epochHashMismatch');
  if (batch.timestamp < origin.timestamp) return drop('timestampBeforeOrigin');
  if (batch.transactions.length > 0 && mustBeEmpty(config, batch.timestamp)) {
    return drop('transactionsInActivationBlock');
  }
  const drift = checkDrift(config, batch, origin, origin === epoch ? l1Blocks[1]?.ref : origin);
  if (drift.type !== 'accept') return drift;
  const refused = whyTransactionsRefused(config, batch.transactions, batch.timestamp);
  return refused === undefined ? ACCEPT : drop(refused);
}

/**
 * The sequencer drift rule. Beyond the drift a block must be empty, and must move to the next epoch
 * as soon as its time allows; a block that does move has no limit.
 *
 * @param origin      The block's own L1 origin, whose time picks the drift.
 * @param nextOrigin  L1 block after it; `origin` itself when the block moves to a new epoch;
 *                    undefined when not read yet.
 * @spec              protocol/derivation.md 7.2 rule 10
 */
export function checkDrift(
  config: RollupConfig,
  block: { readonly timestamp: bigint; readonly transactions: readonly Uint8Array[] },
  origin: L1BlockRef,
  nextOrigin: L1BlockRef | undefined,
): BatchVerdict {
  if (block.timestamp <= origin.timestamp + maxSequencerDrift(config, origin.timestamp)) {
    return ACCEPT;
  }
  if (block.transactions.length > 0) return drop('sequencerDriftExceeded');
  if (nextOrigin === origin) return ACCEPT;
  if (nextOrigin === undefined) return UNDECIDED;
  return block.timestamp >= nextOrigin.timestamp ? drop('epochNotAdvanced') : ACCEPT;
}
