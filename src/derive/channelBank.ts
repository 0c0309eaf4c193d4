import { joinBytes } from '../base/bytes.ts';
import { isActive } from '../protocol/forks.ts';
import type { FrameDropReason } from './dropped.ts';
import { nextFrame } from './frameQueue.ts';
import { noteDroppedChannel, noteDroppedFrame } from './notes.ts';
import { channelTimeout, FRAME_OVERHEAD_BYTES, maxChannelBankBytes } from './parameters.ts';
import {
  type BankChannel,
  type ChannelBank,
  type DeriveState,
  pipelineOrigin,
  type QueuedFrame,
  type RawChannel,
  type StageEnd,
} from './state.ts';

/**
 * The data of the next complete channel, before Holocene: read first, load a frame after.
 *
 * Before Canyon only the oldest channel can be read, from Canyon on the first complete one. A
 * channel that has timed out leaves the bank only as the oldest.
 *
 * @spec protocol/derivation.md 4.2
 */
export function nextBankedChannel(state: DeriveState, bank: ChannelBank): RawChannel | StageEnd {
  const read = readChannel(state, bank);
  if (read !== 'endOfData') return read;
  const queued = nextFrame(state);
  if (typeof queued === 'string') return queued;
  ingestFrame(state, bank, queued);
  return 'again';
}

function readChannel(state: DeriveState, bank: ChannelBank): RawChannel | StageEnd {
  const readsAny = isActive(
    state.config.rollup.forkTimes,
    'canyon',
    pipelineOrigin(state).ref.timestamp,
  );
  let oldest = true;
  for (const channel of bank.channels.values()) {
    const timedOut = isTimedOut(state, channel);
    if (oldest && timedOut) {
      removeChannel(bank, channel);
      noteDroppedChannel(state, channel, channel.frames.size, 'channelTimedOut');
      return 'again';
    }
    if (!timedOut && isReady(channel)) {
      removeChannel(bank, channel);
      return { id: channel.id, data: joinFrames(channel) };
    }
    if (!readsAny) return 'endOfData';
    oldest = false;
  }
  return 'endOfData';
}

/** A channel is still good at `opened + timeout`; the timeout in force is the L1 origin's. */
function isTimedOut(state: DeriveState, channel: BankChannel): boolean {
  const { number, timestamp } = pipelineOrigin(state).ref;
  return channel.opened.number + channelTimeout(state.config.rollup, timestamp) < number;
}

function isReady(channel: BankChannel): boolean {
  // Frames behind the closing one are never kept, so the count alone tells.
  return channel.endFrameNumber !== undefined && channel.frames.size === channel.endFrameNumber + 1;
}

function joinFrames(channel: BankChannel): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let number = 0; number < channel.frames.size; number++) {
    parts.push(channel.frames.get(number) as Uint8Array);
  }
  return joinBytes(parts);
}

function removeChannel(bank: ChannelBank, channel: BankChannel): void {
  bank.channels.delete(channel.id);
  bank.sizeBytes -= channel.sizeBytes;
}

function ingestFrame(state: DeriveState, bank: ChannelBank, queued: QueuedFrame): void {
  const { channelId } = queued.frame;
  let channel = bank.channels.get(channelId);
  if (channel === undefined) {
    channel = {
      id: channelId,
      opened: pipelineOrigin(state).ref,
      frames: new Map(),
      sizeBytes: 0,
      endFrameNumber: undefined,
      highestFrameNumber: 0,
    };
    bank.channels.set(channelId, channel);
  }
  if (isTimedOut(state, channel)) {
    noteDroppedFrame(state, queued, 'frameOfTimedOutChannel');
    return;
  }
  const refusal = whyNotInto(channel, queued);
  if (refusal !== undefined) {
    noteDroppedFrame(state, queued, refusal);
    return;
  }
  bank.sizeBytes -= channel.sizeBytes;
  addFrame(channel, queued);
  bank.sizeBytes += channel.sizeBytes;
  pruneBank(state, bank);
}

/** The checks of a frame against its channel, in order. @spec protocol/derivation.md 4.1 */
function whyNotInto(channel: BankChannel, { frame }: QueuedFrame): FrameDropReason | undefined {
  const { endFrameNumber } = channel;
  if (frame.isLast && endFrameNumber !== undefined) return 'channelAlreadyClosed';
  if (channel.frames.has(frame.frameNumber)) return 'frameDuplicate';
  if (endFrameNumber !== undefined && frame.frameNumber >= endFrameNumber) return 'frameBeyondEnd';
  return undefined;
}

function addFrame(channel: BankChannel, { frame }: QueuedFrame): void {
  if (frame.isLast) {
    channel.endFrameNumber = frame.frameNumber;
    if (frame.frameNumber < channel.highestFrameNumber) {
      for (const number of channel.frames.keys()) {
        if (number >= frame.frameNumber) channel.frames.delete(number);
      }
      // Choice: as op-node does, the size forgets the kept frames too, not only the removed ones.
      channel.sizeBytes = 0;
      channel.highestFrameNumber = frame.frameNumber;
    }
  }
  channel.highestFrameNumber = Math.max(channel.highestFrameNumber, frame.frameNumber);
  channel.frames.set(frame.frameNumber, frame.data);
  channel.sizeBytes += frame.data.length + FRAME_OVERHEAD_BYTES;
}

/** Drops the oldest channels until the bank is within its limit, the one just fed included. */
function pruneBank(state: DeriveState, bank: ChannelBank): void {
  const limit = maxChannelBankBytes(state.config.rollup, pipelineOrigin(state).ref.timestamp);
  for (const channel of bank.channels.values()) {
    if (bank.sizeBytes <= limit) return;
    removeChannel(bank, channel);
    noteDroppedChannel(state, channel, channel.frames.size, 'channelBankFull');
  }
}
