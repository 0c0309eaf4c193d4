import { bytesEqual } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import type { SpanBatch, SpanElement } from '../protocol/batch.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { l2BlockRef } from '../protocol/l2BlockRef.ts';
import { DEPOSIT_TX_TYPE } from '../protocol/deposit.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { SpanBatchContext } from './batchContext.ts';
import { ACCEPT, type BatchVerdict, drop } from './batchVerdict.ts';
import type { BatchDropReason } from './dropped.ts';

/**
 * Compares the blocks of a span that are safe already with the safe chain: the same transactions
 * but for deposits, byte for byte and in order, the same L1 origin number, and the fee recipient
 * where the span names one.
 *
 * The safe chain is the pending one: blocks just derived from the same channel are compared too.
 *
 * @param parent  The L2 block before the span's first.
 * @spec          protocol/derivation.md 7.5; protocol/changes-v1.19.6.md 1.1
 */
export function checkOverlap(
  { config, safeHead, l2Blocks }: SpanBatchContext,
  batch: SpanBatch,
  parent: L2BlockRef,
): BatchVerdict {
  for (let number = parent.number + 1n; number <= safeHead.number; number += 1n) {
    const block = l2Blocks.get(number);
    if (block === undefined) return { type: 'needL2Block', number };
    const element = batch.elements[Number(number - parent.number - 1n)] as SpanElement;
    const refused = whyNotSame(config, block, element);
    if (refused !== undefined) return drop(refused);
  }
  return ACCEPT;
}

function whyNotSame(
  config: RollupConfig,
  block: L2Block,
  element: SpanElement,
): BatchDropReason | undefined {
  // As the reference counts: all deposits, wherever they stand, are taken off the front.
  const deposits = block.transactions.filter((tx) => tx[0] === DEPOSIT_TX_TYPE).length;
  if (block.transactions.length - deposits !== element.transactions.length) {
    return 'overlapTransactionsDiffer';
  }
  for (let i = 0; i < element.transactions.length; i++) {
    const safe = block.transactions[deposits + i] as Uint8Array;
    if (!bytesEqual(safe, element.transactions[i] as Uint8Array)) {
      return 'overlapTransactionsDiffer';
    }
  }
  try {
    const { l1Origin } = l2BlockRef(config, block);
    if (l1Origin.number !== element.epochNumber) return 'overlapOriginDiffers';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return 'overlapOriginDiffers';
  }
  const { feeRecipient } = element;
  return feeRecipient === undefined || feeRecipient === block.feeRecipient
    ? undefined
    : 'overlapFeeRecipientDiffers';
}
