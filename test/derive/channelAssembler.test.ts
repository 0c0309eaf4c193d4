import { describe, expect, test } from 'vitest';
import { nextAssembledChannel } from '../../src/derive/channelAssembler.ts';
import type { DeriveConfig, DeriveState } from '../../src/derive/index.ts';
import type { ChannelAssembler } from '../../src/derive/state.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { channelId } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import {
  drainChannels,
  frame,
  openedAt,
  openNext,
  postFrames,
  takeReasons,
} from './support/stage.ts';

const holocene = chainAt('holocene');
const assemblerOf = (state: DeriveState) => state.channels as ChannelAssembler;
const drain = (state: DeriveState): string[] =>
  drainChannels(state, () => nextAssembledChannel(state, assemblerOf(state)));

/** Channels and notes when each frame is posted in an item of its own, in one L1 block. */
function play(config: DeriveConfig, ...frames: readonly Frame[]) {
  const l1 = postFrames(config, l1Blocks(config, 1), 100, ...frames.map((f) => [f]));
  const state = openedAt(config, l1[0] as L1Block);
  return { channels: drain(state), reasons: takeReasons(state), state };
}

const one = (...frames: readonly Frame[]) => {
  const { channels, reasons } = play(holocene, ...frames);
  return { channels, reasons };
};

describe('nextAssembledChannel', () => {
  test('default: frames in order', () => {
    expect(one(frame(1, 0), frame(1, 1), frame(1, 2, 'last'))).toEqual({
      channels: ['01:000102'],
      reasons: [],
    });
  });

  test('behavior: frame 0 replaces the open channel, the same id too', () => {
    expect(one(frame(1, 0), frame(1, 0), frame(1, 1, 'last'))).toEqual({
      channels: ['01:0001'],
      reasons: ['channelReplaced'],
    });
    expect(one(frame(1, 0), frame(2, 0), frame(2, 1, 'last'))).toEqual({
      channels: ['02:0001'],
      reasons: ['channelReplaced'],
    });
  });

  test('behavior: a later frame without an open channel', () => {
    expect(one(frame(1, 1, 'last'))).toEqual({ channels: [], reasons: ['frameWithoutChannel'] });
  });

  test('4: a frame of another channel is dropped, the open one stays', () => {
    expect(one(frame(1, 0), frame(2, 1, 'last'), frame(1, 1, 'last'))).toEqual({
      channels: ['01:0001'],
      reasons: ['frameWithoutChannel'],
    });
  });

  test('4: a frame out of order is dropped, the open channel stays', () => {
    expect(one(frame(1, 0), frame(1, 2), frame(1, 1, 'last'))).toEqual({
      channels: ['01:0001'],
      reasons: ['frameOutOfOrder'],
    });
    expect(one(frame(1, 0), frame(1, 1), frame(1, 1), frame(1, 2, 'last'))).toEqual({
      channels: ['01:000102'],
      reasons: ['frameOutOfOrder'],
    });
  });

  test('F6: of all orders of four frames only the right one gives a channel', () => {
    const frames = [frame(1, 0), frame(1, 1), frame(1, 2), frame(1, 3, 'last')];
    let complete = 0;
    for (const [a, b, c, d] of permutations(frames)) {
      const { channels } = one(a as Frame, b as Frame, c as Frame, d as Frame);
      complete += channels.length;
      if (channels.length > 0) expect(channels).toEqual(['01:00010203']);
    }
    expect(complete).toBe(1);
  });

  test('F10: an id can be used again once its channel is complete', () => {
    expect(one(frame(1, 0, 'last'), frame(1, 0, 'last'))).toEqual({
      channels: ['01:00', '01:00'],
      reasons: [],
    });
  });

  test('Z2: the compressed size holds to the byte, 200 for each frame', () => {
    const limit = 100_000_000;
    const withSize = (sizeBytes: number) => {
      const { state } = play(holocene, frame(1, 0));
      const open = assemblerOf(state).stagingChannel;
      if (open === undefined) throw new RangeError('no channel');
      expect(open.sizeBytes).toBe(201);
      open.sizeBytes = sizeBytes;
      const l1 = postFrames(holocene, l1Blocks(holocene, 2), 101, [frame(1, 1, 'last')]);
      openNext(state, l1[1] as L1Block);
      return { channels: drain(state), reasons: takeReasons(state) };
    };
    expect(withSize(limit - 201)).toEqual({ channels: ['01:0001'], reasons: [] });
    expect(withSize(limit - 200)).toEqual({ channels: [], reasons: ['channelTooLarge'] });
  });
});

describe('nextAssembledChannel, timeout', () => {
  const late = (config: DeriveConfig, blocks: number) => {
    const number = 100 + blocks;
    let l1 = postFrames(config, l1Blocks(config, blocks + 1), 100, [frame(1, 0)]);
    l1 = postFrames(config, l1, number, [frame(1, 1, 'last')]);
    const state = openedAt(config, l1[0] as L1Block);
    drain(state);
    for (const block of l1.slice(1, -1)) {
      openNext(state, block);
      expect(drain(state)).toEqual([]);
    }
    openNext(state, l1.at(-1) as L1Block);
    return { channels: drain(state), reasons: takeReasons(state) };
  };

  test('behavior: good at the timeout of fifty, gone one block later', () => {
    expect(late(holocene, 50)).toEqual({ channels: ['01:0001'], reasons: [] });
    expect(late(holocene, 51)).toEqual({
      channels: [],
      reasons: ['channelTimedOut', 'frameWithoutChannel'],
    });
  });

  test('behavior: the staging channel survives L1 blocks without data', () => {
    expect(late(holocene, 3).channels).toEqual(['01:0001']);
  });

  test('behavior: the timeout in force is that of the L1 block being read', () => {
    const rollup = { ...holocene.rollup.forkTimes, granite: 1006n };
    const config = chainAt('holocene', { forkTimes: rollup, channelTimeout: 1n });
    expect(late(config, 2).channels).toEqual(['01:0001']);
    const never = chainAt('holocene', { forkTimes: { ...rollup, granite: undefined } });
    expect(late({ ...never, rollup: { ...never.rollup, channelTimeout: 1n } }, 2).reasons).toEqual([
      'channelTimedOut',
      'frameWithoutChannel',
    ]);
  });

  test('behavior: the open channel remembers the L1 block of its first frame', () => {
    const { state } = play(holocene, frame(1, 0));
    expect(assemblerOf(state).stagingChannel).toMatchObject({ id: channelId(1) });
    expect(assemblerOf(state).stagingChannel?.opened.number).toBe(100n);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) =>
    permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]),
  );
}
