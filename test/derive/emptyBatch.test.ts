import { describe, expect, test } from 'vitest';
import { forcedEmptyBatch } from '../../src/derive/emptyBatch.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import { honestChain, refOf } from './support/l2.ts';
import { deriveAll } from './support/run.ts';
import { openedAt } from './support/stage.ts';

const config = chainAt('granite');
const l1 = l1Blocks(config, 12);
const genesis = refOf(config, honestChain(config, l1, [])[0] as L2Block);

/** A state that reads L1 block `origin` with L1 blocks from `first` on in its window. */
function reading(origin: number, first = 100) {
  const state = openedAt(config, l1[origin - 100] as L1Block);
  state.window.blocks = l1.slice(first - 100, origin - 100 + 1);
  return state;
}

describe('forcedEmptyBatch', () => {
  test('default: the next block on the oldest epoch', () => {
    expect(forcedEmptyBatch(reading(106), genesis, 'batch')).toEqual({
      type: 'singular',
      parentHash: genesis.hash,
      epochNumber: 100n,
      epochHash: l1[0]?.ref.hash,
      timestamp: 1002n,
      transactions: [],
    });
  });

  test('behavior: in the last block of the window only once its data is used up', () => {
    expect(forcedEmptyBatch(reading(105), genesis, 'outOfData')).toBeDefined();
    expect(forcedEmptyBatch(reading(105), genesis, 'batch')).toBeUndefined();
  });

  test('behavior: not before the window ends', () => {
    expect(forcedEmptyBatch(reading(104), genesis, 'outOfData')).toBeUndefined();
  });

  test('behavior: not while the epoch after is unknown', () => {
    const state = reading(106);
    state.window.blocks = l1.slice(0, 1);
    expect(forcedEmptyBatch(state, genesis, 'outOfData')).toBeUndefined();
    state.window.blocks = [];
    expect(forcedEmptyBatch(state, genesis, 'outOfData')).toBeUndefined();
  });

  test('behavior: a next block as late as the epoch after moves the window on instead', () => {
    const at = (timestamp: bigint) => ({ ...genesis, timestamp });
    const before = reading(106);
    expect(forcedEmptyBatch(before, at(1003n), 'outOfData')).toMatchObject({ epochNumber: 100n });
    expect(before.window.blocks).toHaveLength(7);
    const due = reading(106);
    expect(forcedEmptyBatch(due, at(1004n), 'outOfData')).toBeUndefined();
    expect(due.window.blocks[0]?.ref.number).toBe(101n);
    expect(due.window.blocks).toHaveLength(6);
  });

  test('behavior: the first block of an epoch is made even then', () => {
    const parent = { ...genesis, timestamp: 1010n };
    expect(forcedEmptyBatch(reading(107, 101), parent, 'outOfData')).toMatchObject({
      epochNumber: 101n,
      timestamp: 1012n,
    });
  });
});

describe.each(['granite', 'holocene'] as const)('forced empty blocks in %s', (newest) => {
  test.each([2, 3, 4, 5])('V6, V14: a window of %i equals brute force', (windowSize) => {
    // L1 blocks come every 5 s, which no 2 s divide, with a gap and a burst.
    const timeOf = (i: number) => (i < 4 ? 5 * i : i < 6 ? 15 + i : 11 * i);
    const chainConfig = chainAt(newest, { seqWindowSize: BigInt(windowSize) });
    const blocks = l1Blocks(chainConfig, 14, { timeOf });
    const { steps } = deriveAll(chainConfig, blocks);
    const found = steps.map(({ attributes, epoch, derivedFrom }) => [
      attributes.timestamp,
      epoch.number,
      derivedFrom.number,
    ]);
    expect(found).toEqual(bruteForce(blocks, windowSize));
    expect(found.length).toBeGreaterThan(5);
    expect(steps.every(({ concluding }) => concluding)).toBe(true);
  });
});

/** Every block of every epoch whose window is over: at least one, and all older than the next. */
function bruteForce(blocks: readonly L1Block[], windowSize: number): bigint[][] {
  const made: bigint[][] = [];
  let timestamp = 1002n;
  for (const [i, { ref }] of blocks.entries()) {
    const following = blocks[i + 1]?.ref;
    const end = blocks[i + windowSize]?.ref;
    if (following === undefined || end === undefined) break;
    // Genesis is the first block of its own epoch.
    for (let first = i > 0; first || timestamp < following.timestamp; first = false) {
      made.push([timestamp, ref.number, end.number]);
      timestamp += 2n;
    }
  }
  return made;
}
