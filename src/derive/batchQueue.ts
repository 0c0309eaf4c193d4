import type { SingularBatch } from '../protocol/batch.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { batchContext } from './batchContext.ts';
import type { BatchVerdict } from './batchVerdict.ts';
import { nextBatch } from './channelReader.ts';
import { checkSingularBatch } from './checkSingularBatch.ts';
import { checkSpanBatch } from './checkSpanBatch.ts';
import { forcedEmptyBatch } from './emptyBatch.ts';
import { updateWindow, windowFits } from './l1Window.ts';
import { noteDroppedBatch } from './notes.ts';
import { beginSpan, isSpanEmpty, popFromSpan } from './spanInProgress.ts';
import type { BatchQueue, DeriveState, StageEnd, TaggedBatch } from './state.ts';
import type { BatchPosition, Step } from './step.ts';

/** The batch that the next block is made of. */
export type DerivedBatch = {
  readonly type: 'batch';
  readonly batch: SingularBatch;
  /** True when the safe head may follow the block. */
  readonly concluding: boolean;
  /** Undefined for a forced empty batch. */
  readonly position: BatchPosition | undefined;
  readonly kind: 'singular' | 'span';
};

/**
 * The next block's batch before Holocene: the rest of the accepted span, else one more batch is
 * taken in, then the first acceptable one of those waiting, else the forced empty one.
 *
 * @spec protocol/derivation.md 7.3
 */
export function nextQueuedBatch(
  state: DeriveState,
  queue: BatchQueue,
  parent: L2BlockRef,
): DerivedBatch | StageEnd | Step {
  const ofSpan = continueSpan(state, queue, parent);
  if (ofSpan !== undefined) return ofSpan;
  if (queue.loaded === undefined) {
    const originBehind = updateWindow(state, parent);
    const read = nextBatch(state);
    if (read === 'again') return 'again';
    if (originBehind) {
      if (read === 'endOfData') return 'endOfData';
      noteDroppedBatch(state, read.position, 'originBehind');
      return 'again';
    }
    if (read !== 'endOfData') addBatch(state, queue, read, parent);
    queue.loaded = read === 'endOfData' ? 'outOfData' : 'batch';
  }
  if (!windowFits(state.window, parent)) return originMismatch(state, parent);
  const { loaded } = queue;
  const derived = firstAcceptable(state, queue, parent);
  if (typeof derived === 'object' && derived.type === 'needL2Block') return derived;
  queue.loaded = undefined;
  const nothing = loaded === 'outOfData' ? 'endOfData' : 'again';
  if (derived === 'undecided') return nothing;
  if (derived !== undefined) return derived;
  const batch = forcedEmptyBatch(state, parent, loaded);
  if (batch === undefined) return nothing;
  return { type: 'batch', batch, concluding: true, position: undefined, kind: 'singular' };
}

/** The next block of the accepted span. A span whose last block was refused is given up. */
function continueSpan(
  state: DeriveState,
  queue: BatchQueue,
  parent: L2BlockRef,
): DerivedBatch | undefined {
  const { span } = queue;
  if (span === undefined) return undefined;
  const batch = popFromSpan(span, parent, state.config.rollup.blockTime);
  const concluding = isSpanEmpty(span);
  if (batch === undefined || concluding) queue.span = undefined;
  if (batch !== undefined) {
    return { type: 'batch', batch, concluding, position: span.position, kind: 'span' };
  }
  noteDroppedBatch(state, span.position, 'spanInvalidated');
  return undefined;
}

/** Keeps a batch for later unless it is hopeless already. */
function addBatch(
  state: DeriveState,
  queue: BatchQueue,
  tagged: TaggedBatch,
  parent: L2BlockRef,
): void {
  const verdict = checkBatch(state, tagged, parent);
  if (verdict.type === 'drop') {
    noteDroppedBatch(state, tagged.position, verdict.reason);
  } else {
    queue.waiting = [...queue.waiting, tagged];
  }
}

function checkBatch(state: DeriveState, tagged: TaggedBatch, parent: L2BlockRef): BatchVerdict {
  const { batch, position } = tagged;
  const context = batchContext(state, parent, position.inclusion);
  return batch.type === 'singular'
    ? checkSingularBatch(context, batch)
    : checkSpanBatch(context, batch);
}

/** Goes through the waiting batches in order of arrival, each judged afresh. */
function firstAcceptable(
  state: DeriveState,
  queue: BatchQueue,
  parent: L2BlockRef,
): DerivedBatch | 'undecided' | undefined | Extract<Step, { type: 'needL2Block' }> {
  const { waiting } = queue;
  const kept: TaggedBatch[] = [];
  for (const [index, tagged] of waiting.entries()) {
    const verdict = checkBatch(state, tagged, parent);
    switch (verdict.type) {
      case 'accept':
        queue.waiting = [...kept, ...waiting.slice(index + 1)];
        return acceptBatch(state, queue, tagged, parent);
      case 'undecided':
        queue.waiting = [...kept, ...waiting.slice(index)];
        return 'undecided';
      case 'needL2Block':
        queue.waiting = [...kept, ...waiting.slice(index)];
        return verdict;
      case 'drop':
        noteDroppedBatch(state, tagged.position, verdict.reason);
        break;
      default:
        kept.push(tagged);
    }
  }
  queue.waiting = kept;
  return undefined;
}

function acceptBatch(
  state: DeriveState,
  queue: BatchQueue,
  { batch, position }: TaggedBatch,
  parent: L2BlockRef,
): DerivedBatch | undefined {
  if (batch.type === 'singular') {
    return { type: 'batch', batch, concluding: true, position, kind: 'singular' };
  }
  queue.span = beginSpan(state.window, parent, batch, position);
  return continueSpan(state, queue, parent);
}

/** The window does not begin at the parent's epoch: parent and L1 do not belong together. */
export function originMismatch(state: DeriveState, parent: L2BlockRef): Step {
  const epoch = state.window.blocks[0]?.ref;
  return {
    type: 'reset',
    reason: 'originMismatch',
    message:
      `L2 block ${parent.number} has L1 origin ${parent.l1Origin.number} ` +
      `${parent.l1Origin.hash}, but the L1 read so far continues from ` +
      `${epoch === undefined ? 'nothing' : `${epoch.number} ${epoch.hash}`}`,
  };
}
