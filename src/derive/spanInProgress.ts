import { assert } from '../base/errors.ts';
import type { SingularBatch, SpanBatch } from '../protocol/batch.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { blockInWindow } from './l1Window.ts';
import type { L1Window, OrphanBatch, SpanInProgress } from './state.ts';
import type { BatchPosition } from './step.ts';

/**
 * The new blocks of an accepted span, each with the hash of its epoch. The rules have seen to it
 * that the last epoch is known, and that no new block has an older one than the safe head; between
 * them epochs only rise.
 *
 * @spec protocol/derivation.md 6.5
 */
export function beginSpan(
  window: L1Window,
  safeHead: L2BlockRef,
  batch: SpanBatch,
  position: BatchPosition,
): SpanInProgress {
  const batches: OrphanBatch[] = [];
  for (const element of batch.elements) {
    const { epochNumber, timestamp } = element;
    if (timestamp <= safeHead.timestamp) continue;
    const epoch = blockInWindow(window, epochNumber);
    assert(epoch !== undefined, `the epoch ${epochNumber} of an accepted span is unknown`);
    batches.push({ ...element, type: 'singular', epochHash: epoch.ref.hash });
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
