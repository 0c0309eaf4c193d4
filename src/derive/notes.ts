import type { Hex } from '../base/bytes.ts';
import { plural } from '../base/plural.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { BatchDropReason, ChannelDropReason, FrameDropReason } from './dropped.ts';
import { explainBatchDrop } from './explainBatchDrop.ts';
import { positionOf } from './l1Retrieval.ts';
import { type DeriveState, pipelineOrigin, type QueuedFrame } from './state.ts';
import type { BatchPosition } from './step.ts';

// Nothing is dropped in silence: what a stage refuses, it notes here, in words for people.

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

/** Notes that a frame is not used. */
export function noteDroppedFrame(
  state: DeriveState,
  { frame, item }: QueuedFrame,
  reason: FrameDropReason,
): void {
  const { channelId, frameNumber } = frame;
  state.notes.push({
    subject: 'frame',
    reason,
    at: { ...positionOf(state, item), channelId, frameNumber },
    message: `Frame ${frameNumber} is dropped: ${FRAME_DROP_TEXT[reason]}`,
  });
}

/** Why a channel that is still being filled is given up. */
export type UnreadChannelDropReason = Extract<
  ChannelDropReason,
  'channelTimedOut' | 'channelReplaced' | 'channelTooLarge' | 'channelBankFull' | 'flushed'
>;

const CHANNEL_DROP_TEXT: { readonly [reason in UnreadChannelDropReason]: string } = {
  channelTimedOut: 'it timed out',
  channelReplaced: 'another channel begins before it is closed',
  channelTooLarge: 'its compressed size is over the limit',
  channelBankFull: 'the channel bank holds more bytes than it may, and it is the oldest',
  flushed: 'a batch of the channel before it was refused',
};

/** Notes that a channel is given up before it was read. */
export function noteDroppedChannel(
  state: DeriveState,
  channel: { readonly id: Hex; readonly opened: L1BlockRef },
  frameCount: number,
  reason: UnreadChannelDropReason,
): void {
  state.notes.push({
    subject: 'channel',
    reason,
    at: { l1: pipelineOrigin(state).ref, channelId: channel.id },
    message:
      `A channel opened in L1 block ${channel.opened.number}, ` +
      `with ${plural(frameCount, 'frame')}, is dropped: ${CHANNEL_DROP_TEXT[reason]}`,
  });
}

/** Notes that a batch is refused. `why` completes the sentence. */
export function noteDroppedBatch(
  state: DeriveState,
  position: BatchPosition,
  reason: BatchDropReason,
  why = explainBatchDrop(reason),
): void {
  const { channelId, batchIndex } = position;
  state.notes.push({
    subject: 'batch',
    reason,
    at: { l1: pipelineOrigin(state).ref, channelId, batchIndex },
    message: `Batch ${batchIndex} is dropped: ${why}`,
  });
}
