import { DecodeError } from '../base/errors.ts';
import { isActive } from '../protocol/forks.ts';
import { decodeFrames } from '../protocol/frame.ts';
import type { FrameDropReason } from './dropped.ts';
import { nextBatcherData, positionOf } from './l1Retrieval.ts';
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

const FRAME_DROP_TEXT: { readonly [reason in FrameDropReason]: string } = {
  frameAfterLast: 'it follows the closing frame of its channel',
  frameOutOfOrder: 'it does not carry the next number of its channel',
  frameOfUnfinishedChannel: 'another channel begins before its channel is closed',
  frameWithoutChannel: 'its channel was never begun, or is not the open one',
  frameOfTimedOutChannel: 'its channel has timed out',
  frameDuplicate: 'its number was seen before',
  frameBeyondEnd: 'its number lies behind the closing frame',
  channelAlreadyClosed: 'its channel already has a closing frame',
  holoceneActivated: 'Holocene activates',
};

/** Notes that a frame is not used, with its place and the reason in words. */
export function noteDroppedFrame(
  state: DeriveState,
  { frame, item }: QueuedFrame,
  reason: FrameDropReason,
): void {
  state.notes.push({
    subject: 'frame',
    reason,
    at: {
      ...positionOf(state, item),
      channelId: frame.channelId,
      frameNumber: frame.frameNumber,
    },
    message: `Frame ${frame.frameNumber} is dropped: ${FRAME_DROP_TEXT[reason]}`,
  });
}
