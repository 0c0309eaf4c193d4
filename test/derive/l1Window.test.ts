import { describe, expect, test } from 'vitest';
import { blockAt, updateWindow, windowFits } from '../../src/derive/l1Window.ts';
import type { L1Window } from '../../src/derive/state.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import { openedAt, openNext } from './support/stage.ts';

const config = chainAt('granite');
const l1 = l1Blocks(config, 8);
const hashes = (blocks: readonly L1Block[]) => blocks.map(({ ref }) => Number(ref.number));

/** A parent whose L1 origin is block `number`. */
function parentOf(number: number): L2BlockRef {
  const { ref } = l1[number - 100] as L1Block;
  return { ...ref, number: 9n, l1Origin: ref, sequenceNumber: 0n };
}

describe('updateWindow', () => {
  test('default: begins with the base, each new origin is appended once', () => {
    const state = openedAt(config, l1[0] as L1Block);
    expect(updateWindow(state, parentOf(100))).toBe(false);
    openNext(state, l1[1] as L1Block);
    updateWindow(state, parentOf(100));
    updateWindow(state, parentOf(100));
    expect(hashes(state.window.blocks)).toEqual([100, 101]);
  });

  test('behavior: what lies before the parent’s epoch leaves', () => {
    const state = openedAt(config, l1[0] as L1Block);
    for (const block of l1.slice(1, 5)) {
      openNext(state, block);
      updateWindow(state, parentOf(100));
    }
    updateWindow(state, parentOf(102));
    expect(hashes(state.window.blocks)).toEqual([102, 103, 104]);
  });

  test('behavior: reading behind the parent’s epoch empties it', () => {
    const state = openedAt(config, l1[0] as L1Block);
    openNext(state, l1[1] as L1Block);
    expect(updateWindow(state, parentOf(102))).toBe(true);
    expect(state.window.blocks).toEqual([]);
    openNext(state, l1[2] as L1Block);
    expect(updateWindow(state, parentOf(102))).toBe(false);
    expect(hashes(state.window.blocks)).toEqual([102]);
  });

  test('behavior: reading behind without a new origin leaves it as it is', () => {
    const state = openedAt(config, l1[0] as L1Block);
    expect(updateWindow(state, parentOf(101))).toBe(true);
    expect(hashes(state.window.blocks)).toEqual([100]);
  });
});

describe('blockAt', () => {
  const l1Blocks = l1.slice(1, 4);

  test('default', () => {
    expect(blockAt(l1Blocks, 101n)).toBe(l1[1]);
    expect(blockAt(l1Blocks, 103n)).toBe(l1[3]);
  });

  test('behavior: outside, however far', () => {
    for (const number of [0n, 100n, 104n, 2n ** 53n, 2n ** 64n - 1n]) {
      expect(blockAt(l1Blocks, number), `block ${number}`).toBeUndefined();
    }
    expect(blockAt([], 101n)).toBeUndefined();
  });
});

describe('windowFits', () => {
  const window: L1Window = { blocks: l1.slice(1, 4), origin: undefined };

  test('default: begins with the parent’s epoch or the one after', () => {
    expect(windowFits(window, parentOf(101))).toBe(true);
    expect(windowFits(window, parentOf(100))).toBe(true);
  });

  test('behavior: begins elsewhere, or with another block of that number', () => {
    expect(windowFits(window, parentOf(102))).toBe(false);
    const other = { ...parentOf(101), l1Origin: { number: 101n, hash: parentOf(100).hash } };
    expect(windowFits(window, other)).toBe(false);
    expect(windowFits({ blocks: [], origin: undefined }, parentOf(101))).toBe(false);
  });
});
