import { describe, expect, test } from 'vitest';
import { nextBankedChannel } from '../../src/derive/channelBank.ts';
import type { DeriveConfig, DeriveState } from '../../src/derive/index.ts';
import type { BankChannel, ChannelBank } from '../../src/derive/state.ts';
import type { Frame } from '../../src/protocol/frame.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { channelId } from './support/batches.ts';
import { chainAt, chainForking } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import {
  drainChannels,
  frame,
  openedAt,
  openNext,
  postFrames,
  takeReasons,
} from './support/stage.ts';

const bankOf = (state: DeriveState): ChannelBank => state.channels as ChannelBank;
const drain = (state: DeriveState): string[] =>
  drainChannels(state, () => nextBankedChannel(state, bankOf(state)));

/** Channels and notes of each L1 block, when each posts these frames in one item. */
function play(config: DeriveConfig, ...perBlock: readonly (readonly Frame[])[]) {
  let l1 = l1Blocks(config, perBlock.length);
  for (const [i, frames] of perBlock.entries()) {
    if (frames.length > 0) l1 = postFrames(config, l1, 100 + i, frames);
  }
  const state = openedAt(config, l1[0] as L1Block);
  const rounds = [{ channels: drain(state), reasons: takeReasons(state) }];
  for (const block of l1.slice(1)) {
    openNext(state, block);
    rounds.push({ channels: drain(state), reasons: takeReasons(state) });
  }
  return { rounds, state, last: rounds.at(-1) as (typeof rounds)[number] };
}

const canyon = chainAt('canyon');
const one = (...frames: readonly Frame[]) => play(canyon, frames).last;

describe('nextBankedChannel, frames of a channel', () => {
  test('default: joined in the order of their numbers', () => {
    expect(one(frame(1, 0), frame(1, 1), frame(1, 2, 'last'))).toEqual({
      channels: ['01:000102'],
      reasons: [],
    });
  });

  test('F6: any order gives the same channel before Holocene', () => {
    const frames = [frame(1, 0), frame(1, 1), frame(1, 2), frame(1, 3, 'last')];
    for (const order of permutations(frames)) {
      expect(one(...order).channels, order.map((f) => f.frameNumber).join()).toEqual([
        '01:00010203',
      ]);
    }
  });

  test('1: a second closing frame', () => {
    expect(one(frame(1, 3, 'last'), frame(1, 2, 'last'))).toEqual({
      channels: [],
      reasons: ['channelAlreadyClosed'],
    });
  });

  test('2: a number that was seen: the first one counts', () => {
    const other = { ...frame(1, 0), data: Uint8Array.of(0xff) };
    expect(one(frame(1, 0), other, frame(1, 1, 'last'))).toEqual({
      channels: ['01:0001'],
      reasons: ['frameDuplicate'],
    });
  });

  test('3: a number behind the closing frame', () => {
    expect(one(frame(1, 1, 'last'), frame(1, 2), frame(1, 1), frame(1, 0))).toEqual({
      channels: ['01:0001'],
      reasons: ['frameBeyondEnd', 'frameDuplicate'],
    });
  });

  test('5: a closing frame removes what lies behind it', () => {
    const { rounds, state } = play(canyon, [frame(1, 2), frame(1, 3), frame(1, 1, 'last')]);
    expect(rounds[0]).toEqual({ channels: [], reasons: [] });
    const channel = bankOf(state).channels.get(channelId(1)) as BankChannel;
    expect([...channel.frames.keys()]).toEqual([1]);
    expect(channel.highestFrameNumber).toBe(1);
  });

  test('5: as the reference counts, such a closing frame forgets the kept frames’ size', () => {
    const { state } = play(canyon, [frame(1, 0), frame(1, 3), frame(1, 2, 'last')]);
    const channel = bankOf(state).channels.get(channelId(1)) as BankChannel;
    expect([...channel.frames.keys()]).toEqual([0, 2]);
    expect(channel.sizeBytes).toBe(201);
    expect(bankOf(state).sizeBytes).toBe(201);
  });

  test('5: a closing frame in its place forgets nothing', () => {
    const { state } = play(canyon, [frame(1, 0), frame(1, 2, 'last')]);
    expect(bankOf(state).sizeBytes).toBe(402);
  });

  test('6: each frame counts its bytes and 200', () => {
    const big = { ...frame(1, 1), data: new Uint8Array(777) };
    const { state } = play(canyon, [frame(1, 0), big, frame(2, 0)]);
    const sizes = [...bankOf(state).channels.values()].map(({ sizeBytes }) => sizeBytes);
    expect(sizes).toEqual([201 + 977, 201]);
    expect(bankOf(state).sizeBytes).toBe(201 + 977 + 201);
  });

  test('behavior: a channel is not ready while a number is missing', () => {
    expect(one(frame(1, 0), frame(1, 2, 'last')).channels).toEqual([]);
    expect(one(frame(1, 0), frame(1, 1)).channels).toEqual([]);
  });
});

describe('nextBankedChannel, order of channels', () => {
  // Channel 1 is open when channel 2 closes.
  const crossing = [frame(1, 0), frame(2, 0, 'last'), frame(1, 1, 'last')];

  test('F4: before Canyon the oldest channel is read first', () => {
    expect(play(chainAt('regolith'), crossing).last.channels).toEqual(['01:0001', '02:00']);
  });

  test('F4: from Canyon on the first complete one', () => {
    expect(play(canyon, crossing).last.channels).toEqual(['02:00', '01:0001']);
  });

  test('F4: Canyon is asked at the L1 block’s time', () => {
    const at = (time: bigint) => play(chainForking('regolith', 'canyon', time), crossing).last;
    expect(at(1000n).channels).toEqual(['02:00', '01:0001']);
    expect(at(1001n).channels).toEqual(['01:0001', '02:00']);
  });

  test('behavior: before Canyon a channel that is never closed holds back the others', () => {
    expect(play(chainAt('regolith'), [frame(1, 0), frame(2, 0, 'last')]).last.channels).toEqual([]);
  });

  test('F10: an id can be used again once its channel was read', () => {
    const again = [frame(1, 0, 'last'), frame(1, 0), frame(1, 1, 'last')];
    expect(play(canyon, again).last).toEqual({ channels: ['01:00', '01:0001'], reasons: [] });
  });
});

describe('nextBankedChannel, timeout', () => {
  test('behavior: good at the timeout, gone one block later', () => {
    const late = (blocks: number) => {
      const gap = Array.from({ length: blocks - 1 }, () => []);
      return play(canyon, [frame(1, 0)], ...gap, [frame(1, 1, 'last')]);
    };
    expect(late(4).last).toEqual({ channels: ['01:0001'], reasons: [] });
    // The channel goes first; the late frame opens a new one.
    expect(late(5).last).toEqual({ channels: [], reasons: ['channelTimedOut'] });
  });

  test('behavior: only the oldest is removed; frames for a younger one are ignored', () => {
    const config = chainForking('fjord', 'granite', 1000n, { channelTimeout: 4n });
    const state = openedAt(config, l1Blocks(config, 1)[0] as L1Block);
    const bank = bankOf(state);
    const add = (id: number, opened: bigint, size = 0) =>
      bank.channels.set(channelId(id), {
        id: channelId(id),
        opened: { ...(state.traversal.origin as L1Block).ref, number: opened },
        frames: new Map(),
        sizeBytes: size,
        endFrameNumber: undefined,
        highestFrameNumber: 0,
      });
    // Granite's fifty blocks count, not the configured four.
    add(1, 50n);
    add(2, 49n);
    state.frames.frames = [frame(2, 0, 'last')].map((f) => ({
      frame: f,
      item: { tx: { index: 0, hash: '0x' } } as never,
    }));
    expect(drain(state)).toEqual([]);
    expect(takeReasons(state)).toEqual(['frameOfTimedOutChannel']);
    expect([...bank.channels.keys()]).toEqual([channelId(1), channelId(2)]);
  });

  test('behavior: several timed-out channels go one after the other', () => {
    const gap = Array.from({ length: 4 }, () => []);
    const { last } = play(canyon, [frame(1, 0), frame(2, 0)], ...gap, []);
    expect(last.reasons).toEqual(['channelTimedOut', 'channelTimedOut']);
  });

  test('F10: an id can be used again once its channel timed out', () => {
    const gap = Array.from({ length: 4 }, () => []);
    const { last } = play(canyon, [frame(1, 5)], ...gap, [frame(1, 0, 'last')]);
    expect(last).toEqual({ channels: ['01:00'], reasons: ['channelTimedOut'] });
  });

  test('behavior: a complete channel that has timed out is not read', () => {
    const config = chainAt('canyon', { channelTimeout: 1n });
    const { rounds } = play(config, [frame(1, 0)], [frame(2, 0)], [], []);
    expect(rounds.map(({ reasons }) => reasons)).toEqual([
      [],
      [],
      ['channelTimedOut'],
      ['channelTimedOut'],
    ]);
  });
});

describe('nextBankedChannel, size', () => {
  /** A bank that holds channels of these sizes, then takes in one frame of 201 bytes. */
  function fill(config: DeriveConfig, frames: readonly Frame[], ...sizes: readonly number[]) {
    const l1 = postFrames(config, l1Blocks(config, 1), 100, frames);
    const state = openedAt(config, l1[0] as L1Block);
    const bank = bankOf(state);
    for (const [i, sizeBytes] of sizes.entries()) {
      const id = channelId(0xa0 + i);
      bank.channels.set(id, {
        id,
        opened: (l1[0] as L1Block).ref,
        frames: new Map(),
        sizeBytes,
        endFrameNumber: undefined,
        highestFrameNumber: 0,
      });
      bank.sizeBytes += sizeBytes;
    }
    const channels = drain(state);
    return { channels, reasons: takeReasons(state), size: bank.sizeBytes };
  }

  test.each([
    ['before Fjord', 'ecotone', 100_000_000],
    ['from Fjord on', 'fjord', 1_000_000_000],
  ] as const)('F9: %s the limit holds to the byte', (_, newest, limit) => {
    const config = chainAt(newest);
    const full = fill(config, [frame(1, 0)], limit - 201);
    expect(full).toEqual({ channels: [], reasons: [], size: limit });
    const over = fill(config, [frame(1, 0)], limit - 200);
    expect(over).toEqual({ channels: [], reasons: ['channelBankFull'], size: 201 });
  });

  test('behavior: the oldest go first, as many as need be', () => {
    const { reasons, size } = fill(chainAt('ecotone'), [frame(1, 0)], 1, 60_000_000, 50_000_000);
    expect(reasons).toEqual(['channelBankFull', 'channelBankFull']);
    expect(size).toBe(50_000_201);
  });

  test('behavior: a channel that has just become complete can go too', () => {
    const { channels, reasons } = fill(chainAt('ecotone'), [frame(1, 0, 'last')], 0, 100_000_000);
    expect(channels).toEqual(['01:00']);
    expect(reasons).toEqual(['channelBankFull', 'channelBankFull']);
  });

  test('F11: a channel that is read or dropped takes its size along', () => {
    expect(fill(chainAt('ecotone'), [frame(1, 0, 'last')], 1000).size).toBe(1000);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) =>
    permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]),
  );
}
