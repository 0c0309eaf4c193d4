import { wrapU64 } from '../base/bytes.ts';
import type { SpanBatch, SpanElement } from '../protocol/batch.ts';
import { isActive } from '../protocol/forks.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import { l2BlockRef } from '../protocol/l2BlockRef.ts';
import type { SpanBatchContext } from './batchContext.ts';
import {
  ACCEPT,
  type BatchVerdict,
  drop,
  FUTURE,
  PAST,
  UNDECIDED,
  whyTransactionsRefused,
} from './batchVerdict.ts';
import { checkDrift } from './checkSingularBatch.ts';
import { checkOverlap } from './checkSpanOverlap.ts';
import { blockAt } from './l1Window.ts';

/**
 * Judges a span batch: its prefix, then before Holocene every block of it, then its overlap with
 * the safe chain. From Holocene on each block is judged alone when its turn comes.
 *
 * @spec protocol/derivation.md 7.4, 7.5, 7.6; protocol/changes-v1.19.6.md 1.1
 */
export function checkSpanBatch(context: SpanBatchContext, batch: SpanBatch): BatchVerdict {
  const prefix = checkSpanPrefix(context, batch);
  if (prefix.type !== 'parent') return prefix;
  const { parent } = prefix;
  if (!isActive(context.config.forkTimes, 'holocene', context.inclusion.timestamp)) {
    const elements = checkElements(context, batch, parent);
    if (elements.type !== 'accept') return elements;
  }
  return parent.number === context.safeHead.number ? ACCEPT : checkOverlap(context, batch, parent);
}

type PrefixVerdict = BatchVerdict | { readonly type: 'parent'; readonly parent: L2BlockRef };

/**
 * The rules that need only the ends of the span, in order: window and origin known; Delta at the
 * first epoch; reaches the next block and does not begin after it; aligned with the safe chain;
 * parent check; included in time; epochs against the parent's; origin check.
 */
function checkSpanPrefix(context: SpanBatchContext, batch: SpanBatch): PrefixVerdict {
  const { config, l1Blocks, safeHead, inclusion } = context;
  const first = batch.elements[0] as SpanElement;
  const last = batch.elements.at(-1) as SpanElement;
  const epoch = l1Blocks[0]?.ref;
  if (epoch === undefined) return UNDECIDED;
  const batchOrigin = first.epochNumber === epoch.number + 1n ? l1Blocks[1]?.ref : epoch;
  if (batchOrigin === undefined) return UNDECIDED;
  if (!isActive(config.forkTimes, 'delta', batchOrigin.timestamp)) return drop('spanBeforeDelta');
  const isHolocene = isActive(config.forkTimes, 'holocene', inclusion.timestamp);
  const nextTimestamp = safeHead.timestamp + config.blockTime;
  if (first.timestamp > nextTimestamp) return isHolocene ? drop('timestampTooHigh') : FUTURE;
  if (last.timestamp < nextTimestamp) return isHolocene ? PAST : drop('timestampTooLow');
  const found = spanParent(context, first.timestamp, nextTimestamp);
  if (found.type !== 'parent') return found;
  const { parent } = found;
  if (parent.hash.slice(0, 42) !== batch.parentCheck) return drop('parentCheckMismatch');
  if (wrapU64(first.epochNumber + config.seqWindowSize) < inclusion.number) {
    return drop('includedTooLate');
  }
  if (first.epochNumber > parent.l1Origin.number + 1n) return drop('epochTooNew');
  const lastOrigin = blockAt(l1Blocks, last.epochNumber)?.ref;
  if (lastOrigin === undefined) return UNDECIDED;
  if (lastOrigin.hash.slice(0, 42) !== batch.l1OriginCheck) return drop('originCheckMismatch');
  if (first.epochNumber < parent.l1Origin.number) return drop('epochTooOld');
  return found;
}

/** The L2 block that the span's first block claims to follow. */
function spanParent(
  { config, safeHead, l2Blocks }: SpanBatchContext,
  firstTimestamp: bigint,
  nextTimestamp: bigint,
): PrefixVerdict {
  if (firstTimestamp === nextTimestamp) return { type: 'parent', parent: safeHead };
  if (firstTimestamp > safeHead.timestamp) return drop('spanStartsAfterSafeHead');
  const behind = safeHead.timestamp - firstTimestamp;
  if (behind % config.blockTime !== 0n) return drop('spanMisaligned');
  const number = safeHead.number - behind / config.blockTime - 1n;
  // Choice: there is no parent before genesis, and op-node stays undecided about such a batch for
  // ever. Before Holocene it so blocks the queue, forced empty batches included, until Holocene
  // activates; whoever dropped it instead would split from the network.
  if (number < config.genesis.l2.number) return UNDECIDED;
  const block = l2Blocks.get(number);
  if (block === undefined) return { type: 'needL2Block', number };
  return { type: 'parent', parent: l2BlockRef(config, block) };
}

/**
 * The rules for each new block of the span, before Holocene: epochs known and not falling, time
 * not before the origin's, sequencer drift, transactions.
 *
 * @spec protocol/derivation.md 7.5
 */
function checkElements(
  { config, l1Blocks, safeHead }: SpanBatchContext,
  batch: SpanBatch,
  parent: L2BlockRef,
): BatchVerdict {
  let reached = (l1Blocks[0] as L1Block).ref.number;
  let previousEpoch = parent.l1Origin.number;
  for (const element of batch.elements) {
    const isNewOrigin = element.epochNumber > previousEpoch;
    previousEpoch = element.epochNumber;
    if (element.timestamp <= safeHead.timestamp) continue;
    if (element.epochNumber < safeHead.l1Origin.number) return drop('epochTooOld');
    const origin =
      element.epochNumber < reached ? undefined : blockAt(l1Blocks, element.epochNumber)?.ref;
    if (origin === undefined) return drop('originUnknown');
    reached = origin.number;
    if (element.timestamp < origin.timestamp) return drop('timestampBeforeOrigin');
    const nextOrigin = isNewOrigin ? origin : blockAt(l1Blocks, origin.number + 1n)?.ref;
    const drift = checkDrift(config, element, origin, nextOrigin);
    if (drift.type !== 'accept') return drift;
    const refused = whyTransactionsRefused(config, element.transactions, element.timestamp);
    if (refused !== undefined) return drop(refused);
  }
  return ACCEPT;
}
