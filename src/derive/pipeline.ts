import { assert } from '../base/errors.ts';
import { isActive } from '../protocol/forks.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import { buildAttributes, whyNotOnParent } from './attributesBuilder.ts';
import { nextQueuedBatch } from './batchQueue.ts';
import { flushOpenChannel, nextStagedBatch } from './batchStage.ts';
import { openNextL1Block } from './l1Traversal.ts';
import { blockAt } from './l1Window.ts';
import {
  type Checkpoint,
  type DeriveConfig,
  type DeriveState,
  pipelineOrigin,
  type SafeHead,
  type StageEnd,
} from './state.ts';
import type { Step } from './step.ts';

/**
 * Derivation at its beginning, with the checkpoint's L1 block fed and unread. A reset is this and
 * nothing else: the old state is garbage.
 *
 * @spec protocol/derivation-2-attributes-engine.md 10.5
 */
export function start(config: DeriveConfig, checkpoint: Checkpoint): DeriveState {
  const { l1, systemConfig } = checkpoint;
  const isHolocene = isActive(config.rollup.forkTimes, 'holocene', l1.ref.timestamp);
  return {
    config,
    traversal: { origin: undefined, pending: [l1], systemConfig, drained: true },
    retrieval: { items: [], next: 0 },
    frames: { frames: [], next: 0 },
    channels: isHolocene
      ? { type: 'assembler', stagingChannel: undefined }
      : { type: 'bank', channels: new Map(), sizeBytes: 0 },
    channel: undefined,
    batches: isHolocene
      ? { type: 'stage' }
      : { type: 'queue', waiting: [], span: undefined, loaded: undefined },
    window: { blocks: [{ ...l1, inboxTxs: [] }], origin: l1.ref.hash },
    l2Blocks: new Map(),
    notes: [],
    read: { channels: 0, batches: 0 },
    ended: undefined,
  };
}

/**
 * Feeds the L1 block after those fed before, or one of them again with blobs that were missing. A
 * fed block influences nothing until it is read; whether it continues the chain is found out then.
 */
export function addL1Block(state: DeriveState, block: L1Block): void {
  const { pending, origin } = state.traversal;
  const last = pending.at(-1)?.ref ?? (origin as L1Block).ref;
  const again = pending.findIndex(({ ref }) => ref.hash === block.ref.hash);
  if (again !== -1) {
    pending[again] = block;
    return;
  }
  assert(
    block.ref.number === last.number + 1n,
    `expected L1 block ${last.number + 1n} to be fed, found ${block.ref.number}`,
  );
  pending.push(block);
}

/** Feeds a block of the safe chain that `needL2Block` asked for. */
export function addL2Block(state: DeriveState, block: L2Block): void {
  state.l2Blocks.set(block.number, block);
}

/**
 * Derives until there is something to say about the block after `safeHead`. Each step is a whole
 * transition, or changes nothing and says what it lacks: asking again is harmless then.
 *
 * After `attributes` the next call is about the block after them, or, given the same safe head
 * again, about what comes instead of them.
 */
export function next(state: DeriveState, safeHead: SafeHead): Step {
  for (;;) {
    const dropped = state.notes.shift();
    if (dropped !== undefined) return { type: 'dropped', dropped };
    if (state.ended !== undefined) return state.ended;
    const step = advance(state, safeHead);
    if (step === 'again') continue;
    if (step.type !== 'needL2Block') state.l2Blocks.clear();
    if (step.type === 'reset' || step.type === 'halted') state.ended = step;
    // A step that changed nothing can wait until the notes before it are out.
    const isTransition = step.type === 'attributes' || step.type === 'advanced';
    if (isTransition || state.notes.length === 0) return step;
  }
}

function advance(state: DeriveState, safeHead: SafeHead): Step | 'again' {
  // Remembered, so that it does not matter whether the next block was fed early or late.
  if (state.traversal.drained) return openNextL1Block(state);
  const outcome = nextAttributes(state, safeHead);
  if (outcome !== 'endOfData') return outcome;
  state.traversal.drained = true;
  return 'again';
}

function nextAttributes(state: DeriveState, safeHead: SafeHead): Step | StageEnd {
  const { ref } = safeHead;
  const derived =
    state.batches.type === 'queue'
      ? nextQueuedBatch(state, state.batches, ref)
      : nextStagedBatch(state, ref);
  if (typeof derived === 'string' || derived.type !== 'batch') return derived;
  const { batch, concluding, position, kind } = derived;
  const { rollup } = state.config;
  const mismatch = whyNotOnParent(safeHead, batch, rollup.blockTime);
  if (mismatch !== undefined) return mismatch;
  const epoch = blockAt(state.window.blocks, batch.epochNumber);
  assert(epoch !== undefined, `the epoch ${batch.epochNumber} of an accepted batch is unknown`);
  const { transactions, feeRecipient } = batch;
  const built = buildAttributes(state.config, safeHead, epoch, transactions, feeRecipient);
  if (built.type !== 'built') return built;
  return {
    type: 'attributes',
    attributes: built.attributes,
    parent: ref,
    epoch: { number: epoch.ref.number, hash: epoch.ref.hash },
    sequenceNumber: built.sequenceNumber,
    derivedFrom: pipelineOrigin(state).ref,
    concluding,
    source: position === undefined ? { type: 'forced' } : { type: 'batch', kind, position },
  };
}

/**
 * Gives up the channel being read and what is being filled: the engine refused a block of it, from
 * Holocene on. Before Holocene there is nothing to flush; asking again from the safe head is
 * enough.
 */
export function flushChannel(state: DeriveState): void {
  if (state.batches.type === 'stage') flushOpenChannel(state);
}
