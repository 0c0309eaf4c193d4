import { describe, expect, test } from 'vitest';
import { discardAtHolocene } from '../../src/derive/holocene.ts';
import type { BatchQueue, ChannelBank } from '../../src/derive/state.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { encodeFrames } from '../../src/protocol/frame.ts';
import { channelOf, channelId, dataOf, framesOf, singularOf } from './support/batches.ts';
import { chainForking } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { honestChain, steadyPlans } from './support/l2.ts';
import { deriveAll } from './support/run.ts';
import { frame, openedAt, takeReasons } from './support/stage.ts';

// L1 block 104 has time 1024.
const config = chainForking('granite', 'holocene', 1024n, { seqWindowSize: 50n });
const l1 = l1Blocks(config, 8);
const chain = honestChain(config, l1, steadyPlans(config, l1, 6));
const singulars = chain.slice(1).map((block) => singularOf(config, block));

describe('discardAtHolocene', () => {
  test('V12: everything that waits is lost and noted, the window stays', () => {
    const state = openedAt(config, l1[0] as L1Block);
    const item = { tx: { index: 3 }, blobIndex: undefined } as never;
    state.frames.frames = [frame(1, 0), frame(1, 1)].map((f) => ({ frame: f, item }));
    state.frames.next = 1;
    (state.channels as ChannelBank).channels.set(channelId(2), {} as never);
    const position = { inclusion: (l1[0] as L1Block).ref, channelId: channelId(3), batchIndex: 0 };
    const queue = state.batches as BatchQueue;
    queue.waiting = [{ batch: singulars[0] as never, position }];
    queue.span = { batches: [], next: 0, told: 0, position };
    const window = state.window.blocks;
    discardAtHolocene(state);
    expect(takeReasons(state)).toEqual(Array.from({ length: 4 }, () => 'holoceneActivated'));
    expect(state.frames).toEqual({ frames: [], next: 0 });
    expect(state.channels).toEqual({ type: 'assembler', stagingChannel: undefined });
    expect(state.batches).toEqual({ type: 'stage' });
    expect(state.window.blocks).toBe(window);
    discardAtHolocene(state);
    expect(state.notes).toEqual([]);
  });
});

describe('Holocene activates', () => {
  test('V12: inside a channel: it is lost, its later frames too', () => {
    const [first, second] = framesOf(channelId(1), channelOf(config, singulars), 2);
    let posted = post(config, l1, 103, encodeFrames([first as never]));
    posted = post(config, posted, 104, encodeFrames([second as never]));
    const { blocks, reasons } = deriveAll(config, posted);
    expect(blocks).toEqual([]);
    expect(reasons).toEqual(['holoceneActivated', 'frameWithoutChannel']);
  });

  test('V12: while batches wait: they are lost', () => {
    let posted = post(config, l1, 103, dataOf(config, singulars.slice(1)));
    posted = post(config, posted, 104, dataOf(config, singulars.slice(0, 1)));
    const { blocks, reasons } = deriveAll(config, posted);
    expect(blocks).toHaveLength(1);
    expect(new Set(reasons)).toEqual(new Set(['holoceneActivated']));
    expect(reasons).toHaveLength(5);
  });

  test('V12: the L1 blocks seen before count after', () => {
    const posted = post(config, l1, 104, dataOf(config, singulars));
    expect(deriveAll(config, posted)).toMatchObject({ reasons: [], end: 'needL1Block' });
    expect(deriveAll(config, posted).blocks).toHaveLength(6);
  });

  test('behavior: with Granite in the same L1 block the stages are switched all the same', () => {
    const times = { ...config.rollup.forkTimes, granite: 1024n };
    const both = { ...config, rollup: { ...config.rollup, forkTimes: times } };
    const posted = post(
      both,
      l1,
      104,
      dataOf(both, [singulars[1] as never, singulars[0] as never]),
    );
    expect(deriveAll(both, posted).reasons).toEqual(['timestampTooHigh', 'flushed']);
  });
});
