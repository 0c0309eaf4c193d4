import type { SingularBatch } from '../protocol/batch.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { batchContext } from './batchContext.ts';
import { type DerivedBatch, originMismatch } from './batchQueue.ts';
import { discardStaging } from './channelAssembler.ts';
import { nextBatch } from './channelReader.ts';
import { checkSingularBatch } from './checkSingularBatch.ts';
import { checkSpanBatch } from './checkSpanBatch.ts';
import type { BatchDropReason } from './dropped.ts';
import { forcedEmptyBatch } from './emptyBatch.ts';
import { updateWindow, windowFits } from './l1Window.ts';
import { noteDroppedBatch } from './notes.ts';
import { beginSpan, isSpanEmpty, popFromSpan } from './spanInProgress.ts';
import {
  type DeriveState,
  type OpenChannel,
  pipelineOrigin,
  type SpanInProgress,
  type StageEnd,
  type TaggedSpan,
} from './state.ts';
import type { BatchPosition, Step } from './step.ts';

/**
 * The next block's batch from Holocene on: the rest of the accepted span, else the channel's next
 * batch, else the forced empty one. Nothing waits: a batch is accepted, passed over, or refused,
 * and a refusal gives up its channel.
 *
 * @spec protocol/derivation.md 7.6
 */
export function nextStagedBatch(
  state: DeriveState,
  parent: L2BlockRef,
): DerivedBatch | StageEnd | Step {
  const originBehind = updateWindow(state, parent);
  if (originBehind || parent.l1Origin.number === pipelineOrigin(state).ref.number) {
    // A channel read in the parent's own origin can hold nothing that follows it.
    const read = nextBatch(state);
    if (typeof read === 'string') return read;
    noteDroppedBatch(state, read.position, 'originBehind');
    return 'again';
  }
  if (!windowFits(state.window, parent)) return originMismatch(state, parent);
  const candidate = nextCandidate(state, parent);
  if (candidate === 'endOfData') {
    const batch = forcedEmptyBatch(state, parent, 'outOfData');
    if (batch === undefined) return 'endOfData';
    return { type: 'batch', batch, concluding: true, position: undefined, kind: 'singular' };
  }
  if (candidate === 'again' || candidate.type !== 'batch') return candidate;
  const { batch, position } = candidate;
  const context = batchContext(state, parent, pipelineOrigin(state).ref);
  const verdict = checkSingularBatch(context, batch);
  if (verdict.type === 'accept') return candidate;
  if (verdict.type === 'drop') {
    refuseBatch(state, position as BatchPosition, verdict.reason);
  } else {
    noteDroppedBatch(state, position as BatchPosition, 'past');
  }
  return 'again';
}

/** The next singular batch to judge, out of the accepted span or read from the channel. */
function nextCandidate(state: DeriveState, parent: L2BlockRef): DerivedBatch | StageEnd | Step {
  const { channel } = state;
  if (channel?.span !== undefined) return popOpenSpan(state, channel, channel.span, parent);
  if (channel?.candidate === undefined) {
    const read = nextBatch(state);
    if (typeof read === 'string') return read;
    const { batch, position } = read;
    if (batch.type === 'singular') {
      return { type: 'batch', batch, concluding: true, position, kind: 'singular' };
    }
    (state.channel as OpenChannel).candidate = { batch, position };
  }
  return judgeSpan(state, state.channel as OpenChannel, parent);
}

function popOpenSpan(
  state: DeriveState,
  channel: OpenChannel,
  span: SpanInProgress,
  parent: L2BlockRef,
): DerivedBatch | 'again' {
  const batch: SingularBatch | undefined = popFromSpan(span, parent, state.config.rollup.blockTime);
  if (batch === undefined || isSpanEmpty(span)) channel.span = undefined;
  if (batch === undefined) {
    noteDroppedBatch(state, span.position, 'spanInvalidated');
    return 'again';
  }
  return { type: 'batch', batch, concluding: true, position: span.position, kind: 'span' };
}

/** Judges the span that was just read; on acceptance it becomes the channel's span in progress. */
function judgeSpan(state: DeriveState, channel: OpenChannel, parent: L2BlockRef): StageEnd | Step {
  const { batch, position } = channel.candidate as TaggedSpan;
  const verdict = checkSpanBatch(batchContext(state, parent, pipelineOrigin(state).ref), batch);
  if (verdict.type === 'needL2Block') return verdict;
  channel.candidate = undefined;
  switch (verdict.type) {
    case 'accept':
      channel.span = beginSpan(state.window, parent, batch, position);
      break;
    case 'drop':
      refuseBatch(state, position, verdict.reason);
      break;
    case 'past':
      noteDroppedBatch(state, position, 'past');
      break;
    default:
      // Choice: the span claims an L1 origin that is not read yet, or begins before genesis. As
      // op-node and kona do today, it is passed over without a flush.
      noteDroppedBatch(state, position, 'originUnknown');
  }
  return 'again';
}

function refuseBatch(state: DeriveState, position: BatchPosition, reason: BatchDropReason): void {
  noteDroppedBatch(state, position, reason);
  flushOpenChannel(state);
}

/**
 * Gives up the channel being read, with its span, and the one being filled.
 *
 * @spec protocol/derivation.md 7.6 step 6
 */
export function flushOpenChannel(state: DeriveState): void {
  const { channel, channels } = state;
  if (channel !== undefined) {
    state.channel = undefined;
    state.notes.push({
      subject: 'channel',
      reason: 'flushed',
      at: { l1: pipelineOrigin(state).ref, channelId: channel.id, batchIndex: channel.batchIndex },
      message: 'The rest of a channel is dropped, because a batch of it was refused',
    });
  }
  if (channels.type === 'assembler') discardStaging(state, channels, 'flushed');
}
