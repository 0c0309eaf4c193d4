import { describe, expect, test } from 'vitest';
import { nextFrame, pruneFrames } from '../../src/derive/frameQueue.ts';
import type { DataItem, QueuedFrame } from '../../src/derive/state.ts';
import { encodeFrames, type Frame } from '../../src/protocol/frame.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { chainAt, chainForking } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { frame, openedAt, takeReasons } from './support/stage.ts';

const ITEM = {} as DataItem;
const queued = (frames: readonly Frame[]): QueuedFrame[] =>
  frames.map((f) => ({ frame: f, item: ITEM }));

/** Prunes frames; the ones kept, and why the others were dropped. */
function prune(...frames: readonly Frame[]): { kept: Frame[]; dropped: string[] } {
  const dropped: string[] = [];
  const kept = pruneFrames(queued(frames), (_, reason) => dropped.push(reason));
  return { kept: kept.map((q) => q.frame), dropped };
}

describe('pruneFrames', () => {
  test('default: frames in order stay', () => {
    const frames = [frame(1, 0), frame(1, 1), frame(1, 2, 'last'), frame(2, 0, 'last')];
    expect(prune(...frames)).toEqual({ kept: frames, dropped: [] });
  });

  test('behavior: the first frame stays, whatever its number', () => {
    const frames = [frame(1, 7), frame(1, 8, 'last')];
    expect(prune(...frames)).toEqual({ kept: frames, dropped: [] });
  });

  test('behavior: same channel, behind its closing frame', () => {
    const first = frame(1, 0, 'last');
    expect(prune(first, frame(1, 1))).toEqual({ kept: [first], dropped: ['frameAfterLast'] });
  });

  test('behavior: same channel, not the next number', () => {
    const first = frame(1, 3);
    for (const number of [2, 3, 5]) {
      expect(prune(first, frame(1, number)), `number ${number}`).toEqual({
        kept: [first],
        dropped: ['frameOutOfOrder'],
      });
    }
  });

  test('behavior: same channel, frame 0 again', () => {
    const first = frame(1, 0);
    expect(prune(first, frame(1, 0))).toEqual({ kept: [first], dropped: ['frameOutOfOrder'] });
  });

  test('behavior: another channel begins: the whole unfinished run before it goes', () => {
    const second = frame(2, 0, 'last');
    expect(prune(frame(1, 0), frame(1, 1), second)).toEqual({
      kept: [second],
      dropped: ['frameOfUnfinishedChannel', 'frameOfUnfinishedChannel'],
    });
  });

  test('behavior: another channel begins: a finished one before it stays', () => {
    const first = frame(1, 0, 'last');
    const third = frame(3, 0);
    expect(prune(first, frame(2, 0), third)).toEqual({
      kept: [first, third],
      dropped: ['frameOfUnfinishedChannel'],
    });
  });

  test('behavior: another channel does not begin', () => {
    const first = frame(1, 0);
    expect(prune(first, frame(2, 1))).toEqual({ kept: [first], dropped: ['frameWithoutChannel'] });
    const closed = frame(1, 0, 'last');
    expect(prune(closed, frame(2, 1))).toEqual({
      kept: [closed],
      dropped: ['frameWithoutChannel'],
    });
  });

  test('F5: equals the cursor of the reference on every short sequence', () => {
    const alphabet = [1, 2].flatMap((id) =>
      [0, 1, 2].flatMap((n) => [frame(id, n), frame(id, n, 'last')]),
    );
    let sequences: Frame[][] = [[]];
    for (let length = 1; length <= 4; length++) {
      sequences = sequences.flatMap((s) => alphabet.map((f) => [...s, f]));
      for (const sequence of sequences) {
        const kept = prune(...sequence).kept;
        const expected = pruneByCursor(sequence);
        if (!sameFrames(kept, expected)) expect(kept, nameOf(sequence)).toEqual(expected);
      }
    }
    expect(sequences).toHaveLength(12 ** 4);
  });
});

/**
 * Pruning as the rule states it: a cursor over neighbours that only moves when nothing is dropped.
 */
function pruneByCursor(given: readonly Frame[]): Frame[] {
  const frames = [...given];
  let i = 0;
  while (i < frames.length - 1) {
    const [current, following] = [frames[i] as Frame, frames[i + 1] as Frame];
    if (current.channelId === following.channelId) {
      if (current.isLast || following.frameNumber !== current.frameNumber + 1) {
        frames.splice(i + 1, 1);
      } else i += 1;
    } else if (following.frameNumber === 0 && !current.isLast) {
      frames.splice(i, 1);
      if (i > 0) i -= 1;
    } else if (following.frameNumber !== 0) frames.splice(i + 1, 1);
    else i += 1;
  }
  return frames;
}

const sameFrames = (left: readonly Frame[], right: readonly Frame[]): boolean =>
  left.length === right.length && left.every((f, i) => f === right[i]);

const nameOf = (frames: readonly Frame[]): string =>
  frames.map((f) => `${f.channelId.slice(2, 4)}.${f.frameNumber}${f.isLast ? '!' : ''}`).join(' ');

describe('nextFrame', () => {
  const read = (config: ReturnType<typeof chainAt>, ...data: readonly Uint8Array[]) => {
    const l1 = post(config, l1Blocks(config, 1), 100, ...data);
    const state = openedAt(config, l1[0] as L1Block);
    const names: string[] = [];
    for (let turn = 0; turn < 50; turn++) {
      const taken = nextFrame(state);
      if (taken === 'endOfData') return { names, reasons: takeReasons(state) };
      if (taken !== 'again') names.push(nameOf([taken.frame]));
    }
    throw new RangeError('no end of data');
  };
  const good = encodeFrames([frame(1, 0), frame(1, 1, 'last')]);
  const granite = chainAt('granite');

  test('default: frames of each item, in order', () => {
    const other = encodeFrames([frame(2, 0, 'last')]);
    expect(read(granite, good, other)).toEqual({ names: ['01.0', '01.1!', '02.0!'], reasons: [] });
  });

  test('F1: every proper prefix of an item costs the whole item, and no other', () => {
    for (let length = 0; length < good.length; length++) {
      // A prefix that ends with the first frame is whole.
      if (length === 1 + 23 + 1) continue;
      expect(read(granite, good.slice(0, length), good), `first ${length} bytes`).toEqual({
        names: ['01.0', '01.1!'],
        reasons: ['malformedFrames'],
      });
    }
  });

  test('F2: is_last is 0 or 1', () => {
    for (let flag = 0; flag < 256; flag++) {
      const data = good.slice();
      data[data.length - 1] = flag;
      const { names, reasons } = read(granite, data);
      const expected = flag === 0 ? '01.0 01.1' : flag === 1 ? '01.0 01.1!' : '';
      expect(names.join(' '), `flag ${flag}`).toBe(expected);
      expect(reasons, `flag ${flag}`).toEqual(flag > 1 ? ['malformedFrames'] : []);
    }
  });

  test('F3: one bad frame costs all frames of its item', () => {
    const twice = encodeFrames([frame(1, 0), frame(1, 1), frame(1, 2, 'last')]);
    twice[24] = 7;
    expect(read(granite, twice)).toEqual({ names: [], reasons: ['malformedFrames'] });
  });

  test('behavior: items of another version, and empty ones', () => {
    const other = good.slice();
    other[0] = 1;
    expect(read(granite, other, new Uint8Array(0), Uint8Array.of(0))).toEqual({
      names: [],
      reasons: ['malformedFrames', 'malformedFrames', 'malformedFrames'],
    });
  });

  test('behavior: pruning begins with Holocene, by the L1 block’s time', () => {
    const disordered = encodeFrames([frame(1, 1), frame(1, 0)]);
    const at = (time: bigint) => read(chainForking('granite', 'holocene', time), disordered);
    expect(at(1000n)).toEqual({ names: ['01.1'], reasons: ['frameOutOfOrder'] });
    expect(at(1001n)).toEqual({ names: ['01.1', '01.0'], reasons: [] });
  });

  test('behavior: items are pruned alone: the first frame of the next one stays', () => {
    const data = [encodeFrames([frame(1, 0)]), encodeFrames([frame(1, 5)])];
    expect(read(chainAt('holocene'), ...data)).toEqual({ names: ['01.0', '01.5'], reasons: [] });
  });
});
