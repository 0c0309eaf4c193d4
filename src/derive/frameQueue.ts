import { DecodeError } from '../base/errors.ts';
import { isActive } from '../protocol/forks.ts';
import { decodeFrames } from '../protocol/frame.ts';
import type { FrameDropReason } from './dropped.ts';
import { nextBatcherData, positionOf } from './l1Retrieval.ts';
import { noteDroppedFrame } from './notes.ts';
import { type DeriveState, pipelineOrigin, type QueuedFrame, type StageEnd } from './state.ts';

/**
 * The next frame, in order. Data is loaded one item at a time, so the queue never mixes two items;
 * an item with any bad frame is dropped whole.
 *
 * @spec protocol/derivation.md 3.2
 */
export function nextFrame(state: DeriveState): QueuedFrame | StageEnd {
  const queue = state.frames;
  const queued = queue.frames[queue.next];
  if (queued !== undefined) {
    queue.next += 1;
    return queued;
  }
  const loaded = nextBatcherData(state);
  if (typeof loaded === 'string') return loaded;
  const { item, data } = loaded;
  try {
    queue.frames = decodeFrames(data).map((frame) => ({ frame, item }));
    queue.next = 0;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    state.notes.push({
      subject: 'data',
      reason: 'malformedFrames',
      at: positionOf(state, item),
      message: `Batcher data is dropped whole: ${error.message}`,
    });
    return 'again';
  }
  const { forkTimes } = state.config.rollup;
  if (isActive(forkTimes, 'holocene', pipelineOrigin(state).ref.timestamp)) {
    queue.frames = pruneFrames(queue.frames, (dropped, reason) =>
      noteDroppedFrame(state, dropped, reason),
    );
  }
  return 'again';
}

/**
 * Frames of one data item without those that cannot follow their neighbour. The first one stays in
 * any case: it may continue the staging channel.
 *
 * @param onDrop  Told of each frame left out.
 * @spec          protocol/derivation.md 3.2, holocene/derivation.md "Frame Queue"
 */
export function pruneFrames(
  frames: readonly QueuedFrame[],
  onDrop: (dropped: QueuedFrame, reason: FrameDropReason) => void,
): readonly QueuedFrame[] {
  const kept: QueuedFrame[] = [];
  for (const following of frames) {
    const { frame } = following;
    let previous = kept.at(-1);
    if (frame.frameNumber === 0) {
      // A new channel begins: what is unfinished before it in this item is given up.
      while (previous !== undefined && startsAfresh(previous, following)) {
        onDrop(previous, 'frameOfUnfinishedChannel');
        kept.pop();
        previous = kept.at(-1);
      }
    }
    const reason = previous === undefined ? undefined : whyNotAfter(previous, following);
    if (reason === undefined) kept.push(following);
    else onDrop(following, reason);
  }
  return kept;
}

function startsAfresh(previous: QueuedFrame, following: QueuedFrame): boolean {
  return previous.frame.channelId !== following.frame.channelId && !previous.frame.isLast;
}

function whyNotAfter(previous: QueuedFrame, following: QueuedFrame): FrameDropReason | undefined {
  const { frame } = following;
  if (previous.frame.channelId !== frame.channelId) {
    return frame.frameNumber === 0 ? undefined : 'frameWithoutChannel';
  }
  if (previous.frame.isLast) return 'frameAfterLast';
  return frame.frameNumber === previous.frame.frameNumber + 1 ? undefined : 'frameOutOfOrder';
}
