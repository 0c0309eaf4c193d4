import type { SingularBatch, SpanBatch } from '../protocol/batch.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { blockInWindow } from './l1Window.ts';
import type { L1Window, OrphanBatch, SpanInProgress } from './state.ts';
import type { BatchPosition } from './step.ts';

/**
 * The new blocks of an accepted span, each with the hash of its epoch; undefined when an epoch
 * is older than the safe head's, or unknown, or lower than the one before it.
 *
 * @spec protocol/derivation.md 6.5
 */
export function beginSpan(
  window: L1Window,
  safeHead: L2BlockRef,
  batch: SpanBatch,
  position: BatchPosition,
): SpanInProgress | undefined {
  const batches: OrphanBatch[] = [];
  let reached = 0n;
  for (const element of batch.elements) {
    const { epochNumber, timestamp } = element;
    if (timestamp <= safeHead.timestamp) continue;
    if (epochNumber < safeHead.l1Origin.number || epochNumber < reached) return undefined;
    const epoch = blockInWindow(window, epochNumber);
    if (epoch === undefined) return undefined;
    reached = epochNumber;
    batches.push({
      ...element,
      type: 'singular',
      epochHash: epoch.ref.hash,
    });
  }
  return { batches, next: 0, position };
}

/**
 * The span's next block as a batch on `parent`; undefined when it does not follow it in time,
 * because a block before it was refused.
 */
export function popFromSpan(
  span: SpanInProgress,
  parent: L2BlockRef,
  blockTime: bigint,
): SingularBatch | undefined {
  const orphan = span.batches[span.next];
  if (orphan === undefined || orphan.timestamp !== parent.timestamp + blockTime) return undefined;
  span.next += 1;
  return { ...orphan, parentHash: parent.hash };
}

/** True when nothing of the span is left. */
export function isSpanEmpty(span: SpanInProgress): boolean {
  return span.next >= span.batches.length;
}
