import { describe, expect, test } from 'vitest';
import { noteDroppedBatch, noteDroppedChannel, noteDroppedFrame } from '../../src/derive/notes.ts';
import type { InboxTx, L1Block } from '../../src/protocol/l1Block.ts';
import { channelId } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { frame, openedAt } from './support/stage.ts';

const config = chainAt('holocene');
const l1 = l1Blocks(config, 2);
const [, posted] = post(config, l1, 101, Uint8Array.of(0)) as [L1Block, L1Block];
const [tx] = posted.inboxTxs as [InboxTx];
const origin = posted.ref;
const reading = () => openedAt(config, posted);

describe('noteDroppedFrame', () => {
  test('default: the transaction, the channel and the number of the frame, and why', () => {
    const state = reading();
    const queued = { frame: frame(7, 3), item: { tx, blobIndex: undefined } };
    noteDroppedFrame(state, queued, 'frameOutOfOrder');
    expect(state.notes).toEqual([
      {
        subject: 'frame',
        reason: 'frameOutOfOrder',
        at: {
          l1: origin,
          txIndex: tx.index,
          txHash: tx.hash,
          channelId: channelId(7),
          frameNumber: 3,
        },
        message: 'Frame 3 is dropped: it does not carry the next number of its channel',
      },
    ]);
  });

  test('behavior: the blob, where it came in one', () => {
    const state = reading();
    noteDroppedFrame(state, { frame: frame(7, 0), item: { tx, blobIndex: 2 } }, 'frameDuplicate');
    expect(state.notes[0]?.at).toMatchObject({ blobIndex: 2 });
  });
});

describe('noteDroppedChannel', () => {
  test('default: where it was opened, how far it was filled, and why it is given up', () => {
    const state = reading();
    const opened = (l1[0] as L1Block).ref;
    noteDroppedChannel(state, { id: channelId(7), opened }, 4, 'channelTimedOut');
    expect(state.notes).toEqual([
      {
        subject: 'channel',
        reason: 'channelTimedOut',
        at: { l1: origin, channelId: channelId(7) },
        message: 'A channel opened in L1 block 100, with 4 frames, is dropped: it timed out',
      },
    ]);
  });

  test('behavior: one frame is one frame', () => {
    const state = reading();
    noteDroppedChannel(state, { id: channelId(7), opened: origin }, 1, 'flushed');
    expect(state.notes[0]?.message).toContain('with 1 frame,');
  });
});

describe('noteDroppedBatch', () => {
  const position = { inclusion: (l1[0] as L1Block).ref, channelId: channelId(7), batchIndex: 5 };

  test('default: its place in the channel, the L1 block being read, and why', () => {
    const state = reading();
    noteDroppedBatch(state, position, 'past');
    expect(state.notes).toEqual([
      {
        subject: 'batch',
        reason: 'past',
        at: { l1: origin, channelId: channelId(7), batchIndex: 5 },
        message: 'Batch 5 is dropped: all its blocks are safe already',
      },
    ]);
  });

  test('behavior: a reason found elsewhere ends the sentence as it is', () => {
    const state = reading();
    noteDroppedBatch(state, position, 'spanNotConvertible', 'tx 3 is malformed');
    expect(state.notes[0]?.message).toBe('Batch 5 is dropped: tx 3 is malformed');
  });
});
