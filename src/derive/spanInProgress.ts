import { assert } from '../base/errors.ts';
import type { SingularBatch, SpanBatch } from '../protocol/batch.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { blockAt } from './l1Window.ts';
import type { DeriveState, L1Window, OrphanBatch, SpanInProgress } from './state.ts';
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
    const epoch = blockAt(window.blocks, epochNumber);
    assert(epoch !== undefined, `the epoch ${epochNumber} of an accepted span is unknown`);
    batches.push({ ...element, type: 'singular', epochHash: epoch.ref.hash });
  }
  return { batches, next: 0, told: 0, position };
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

/** The part of the state where a span stands. */
type SpanHolder = Pick<DeriveState, 'batches' | 'channel'>;

/** The accepted span whose blocks are being given out, if there is one. */
export function spanInProgress({ batches, channel }: SpanHolder): SpanInProgress | undefined {
  return batches.type === 'queue' ? batches.span : channel?.span;
}

/**
 * Transactions of the block that was given last and of those after it in its span, each once: for
 * whoever can begin early with what does not depend on the state, like recovering senders. They
 * come in pieces, when those told of are nearly used up: a long span is not worked on at once.
 *
 * It is a hint. No rule looks at it, and the blocks may yet come to nothing.
 */
export function upcomingTransactions(state: SpanHolder): readonly Uint8Array[] {
  const span = spanInProgress(state);
  if (span === undefined || span.told > span.next + 1) return [];
  const transactions: Uint8Array[] = [];
  let at = Math.max(span.told, span.next - 1);
  const end = Math.min(at + PIECE_BLOCKS, span.batches.length);
  while (at < end && transactions.length < PIECE_TRANSACTIONS) {
    const batch = span.batches[at++] as OrphanBatch;
    // One by one: a block of a span may hold more than a call takes arguments.
    for (const transaction of batch.transactions) transactions.push(transaction);
  }
  span.told = at;
  return transactions;
}

/** Where a piece ends, but for the rest of its last block. */
const [PIECE_BLOCKS, PIECE_TRANSACTIONS] = [32, 512];
