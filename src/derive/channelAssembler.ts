import { joinBytes } from '../base/bytes.ts';
import { nextFrame } from './frameQueue.ts';
import { noteDroppedChannel, noteDroppedFrame, type UnreadChannelDropReason } from './notes.ts';
import { channelTimeout, FRAME_OVERHEAD_BYTES, maxRlpBytesPerChannel } from './parameters.ts';
import {
  type ChannelAssembler,
  type DeriveState,
  pipelineOrigin,
  type RawChannel,
  type StageEnd,
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
      discardStaging(state, assembler, 'channelReplaced');
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

/** Gives the staging channel up, with a note. Does nothing where there is none. */
export function discardStaging(
  state: DeriveState,
  assembler: ChannelAssembler,
  reason: UnreadChannelDropReason,
): void {
  const channel = assembler.stagingChannel;
  if (channel === undefined) return;
  assembler.stagingChannel = undefined;
  noteDroppedChannel(state, channel, channel.frames.length, reason);
}
