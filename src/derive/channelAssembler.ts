import { joinBytes } from '../base/bytes.ts';
import type { ChannelDropReason } from './dropped.ts';
import { nextFrame, noteDroppedFrame } from './frameQueue.ts';
import { channelTimeout, FRAME_OVERHEAD_BYTES, maxRlpBytesPerChannel } from './parameters.ts';
import {
  type ChannelAssembler,
  type DeriveState,
  pipelineOrigin,
  type RawChannel,
  type StageEnd,
  type StagingChannel,
} from './state.ts';

/**
 * The data of the staging channel, once its closing frame is read, from Holocene on.
 *
 * Frame 0 always begins a new channel; any other frame must carry the next number of the open one,
 * or is dropped while the channel stays.
 *
 * @spec protocol/derivation.md 4.3
 */
export function nextAssembledChannel(
  state: DeriveState,
  assembler: ChannelAssembler,
): RawChannel | StageEnd {
  const origin = pipelineOrigin(state).ref;
  const { rollup } = state.config;
  const open = assembler.stagingChannel;
  const timeout = channelTimeout(rollup, origin.timestamp);
  if (open !== undefined && open.opened.number + timeout < origin.number) {
    discardStaging(state, assembler, 'channelTimedOut');
  }
  for (;;) {
    const queued = nextFrame(state);
    if (typeof queued === 'string') return queued;
    const { frame } = queued;
    if (frame.frameNumber === 0) {
      if (assembler.stagingChannel !== undefined) {
        discardStaging(state, assembler, 'channelReplaced');
      }
      assembler.stagingChannel = { id: frame.channelId, opened: origin, frames: [], sizeBytes: 0 };
    }
    const channel = assembler.stagingChannel;
    if (channel === undefined || channel.id !== frame.channelId) {
      noteDroppedFrame(state, queued, 'frameWithoutChannel');
      continue;
    }
    if (frame.frameNumber !== channel.frames.length) {
      noteDroppedFrame(state, queued, 'frameOutOfOrder');
      continue;
    }
    channel.frames.push(frame.data);
    channel.sizeBytes += frame.data.length + FRAME_OVERHEAD_BYTES;
    if (channel.sizeBytes > maxRlpBytesPerChannel(rollup, origin.timestamp)) {
      discardStaging(state, assembler, 'channelTooLarge');
      continue;
    }
    if (frame.isLast) {
      assembler.stagingChannel = undefined;
      return { id: channel.id, data: joinBytes(channel.frames) };
    }
  }
}

const WHY: { readonly [reason in ChannelDropReason]?: string } = {
  channelTimedOut: 'it timed out',
  channelReplaced: 'another channel begins before it is closed',
  channelTooLarge: 'its compressed size is over the limit',
  flushed: 'a batch of the channel before it was refused',
};

/** Gives the staging channel up, with a note. Does nothing where there is none. */
export function discardStaging(
  state: DeriveState,
  assembler: ChannelAssembler,
  reason: ChannelDropReason,
): void {
  const channel: StagingChannel | undefined = assembler.stagingChannel;
  if (channel === undefined) return;
  assembler.stagingChannel = undefined;
  state.notes.push({
    subject: 'channel',
    reason,
    at: { l1: pipelineOrigin(state).ref, channelId: channel.id },
    message:
      `A channel opened in L1 block ${channel.opened.number}, with ${channel.frames.length} ` +
      `frames, ` +
      `is dropped: ${WHY[reason] ?? reason}`,
  });
}
