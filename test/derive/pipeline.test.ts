import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/base/errors.ts';
import {
  addL1Block,
  addL2Block,
  type DeriveConfig,
  type DeriveState,
  flushChannel,
  next,
  type SafeHead,
  start,
  type Step,
} from '../../src/derive/index.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { encodeFrames } from '../../src/protocol/frame.ts';
import { channelId, dataOf, singularOf, spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { emit, l1Blocks, post } from './support/l1.ts';
import { genesisOf, headAt, honestChain, steadyPlans } from './support/l2.ts';
import { malformedDepositLog } from './support/logs.ts';
import { frame } from './support/stage.ts';

const config = chainAt('holocene');
const l1 = l1Blocks(config, 6);
const chain = honestChain(config, l1, steadyPlans(config, l1, 6));
const posted = post(config, l1, 103, dataOf(config, [spanOf(config, chain.slice(1))]));
const genesis = headAt(config, genesisOf(config));
const at = (number: number): SafeHead => headAt(config, chain[number] as L2Block);

function begin(blocks: readonly L1Block[], on: DeriveConfig = config): DeriveState {
  const { systemConfig } = on.rollup.genesis;
  const state = start(on, { l1: blocks[0] as L1Block, systemConfig });
  for (const block of blocks.slice(1)) addL1Block(state, block);
  return state;
}

/** Steps until one of this type, which is returned. */
function until(state: DeriveState, head: SafeHead, type: Step['type']): Step {
  for (let turn = 0; turn < 100; turn++) {
    const step = next(state, head);
    if (step.type === type) return step;
  }
  throw new RangeError(`no ${type}`);
}

describe('next', () => {
  test('default: opens the checkpoint’s block, reads on, answers with attributes', () => {
    const state = begin(posted);
    const steps = Array.from({ length: 5 }, () => next(state, genesis).type);
    expect(steps).toEqual(['advanced', 'advanced', 'advanced', 'advanced', 'attributes']);
    expect(next(state, at(1))).toMatchObject({
      type: 'attributes',
      parent: { number: 1n },
      sequenceNumber: 2n,
      epoch: { number: 100n },
      derivedFrom: { number: 103n },
      concluding: true,
      source: { type: 'batch', kind: 'span', position: { batchIndex: 0 } },
    });
  });

  test('behavior: what is lacking can be asked for again', () => {
    const state = begin(l1.slice(0, 1));
    next(state, genesis);
    const asked = next(state, genesis);
    expect(asked).toEqual({ type: 'needL1Block', parent: l1[0]?.ref });
    expect(next(state, genesis)).toEqual(asked);
    addL1Block(state, l1[1] as L1Block);
    expect(next(state, genesis)).toMatchObject({ type: 'advanced' });
  });

  test('behavior: an L2 block that is lacking can be asked for again', () => {
    const overlap = dataOf(config, [spanOf(config, chain.slice(1, 4))]);
    const state = begin(post(config, l1, 103, overlap));
    const asked = until(state, at(2), 'needL2Block');
    expect(asked).toEqual({ type: 'needL2Block', number: 0n });
    expect(next(state, at(2))).toEqual(asked);
    addL2Block(state, chain[0] as L2Block);
    expect(next(state, at(2))).toEqual({ type: 'needL2Block', number: 1n });
    addL2Block(state, chain[1] as L2Block);
    addL2Block(state, chain[2] as L2Block);
    expect(next(state, at(2))).toMatchObject({ type: 'attributes', parent: { number: 2n } });
    // Blocks are given for one question: the next overlap asks afresh.
    expect(state.l2Blocks.size).toBe(0);
  });

  test('behavior: a reset is the answer from then on', () => {
    const fork = l1Blocks(config, 3, { salt: 1 });
    const state = begin([l1[0] as L1Block, l1[1] as L1Block, fork[2] as L1Block]);
    const reset = until(state, genesis, 'reset');
    expect(next(state, genesis)).toBe(reset);
    expect(next(state, at(1))).toBe(reset);
  });

  test('behavior: a deposit that cannot be read halts, again and again', () => {
    const bad = emit(l1Blocks(config, 8), 101, malformedDepositLog(config));
    const state = begin(bad);
    const halted = (() => {
      let head = genesis;
      for (;;) {
        const step = next(state, head);
        if (step.type === 'attributes') head = at(Number(step.parent.number) + 1);
        else if (step.type !== 'advanced') return step;
      }
    })();
    expect(halted).toMatchObject({ type: 'halted', reason: 'malformedDeposit' });
    expect(next(state, genesis)).toBe(halted);
  });

  test('behavior: notes come out before a step that changes nothing', () => {
    const junk = Uint8Array.of(9);
    const state = begin(post(config, l1.slice(0, 2), 101, junk, junk));
    const types = Array.from({ length: 5 }, () => next(state, genesis).type);
    expect(types).toEqual(['advanced', 'advanced', 'dropped', 'dropped', 'needL1Block']);
  });

  test('behavior: notes come out before a question that came up with them', () => {
    const old = chainAt('fjord', { seqWindowSize: 50n });
    const honest = honestChain(old, l1, steadyPlans(old, l1, 5));
    const single = (number: number) => singularOf(old, honest[number] as L2Block);
    // Blocks 1 and 2 are built; then block 1 is read again while the span is first judged.
    const items = [single(2), spanOf(old, honest.slice(2)), single(1), single(5), single(1)];
    const state = begin(post(old, l1, 103, dataOf(old, items)), old);
    const headOf = (number: number) => headAt(old, honest[number] as L2Block);
    until(state, headOf(0), 'attributes');
    until(state, headOf(1), 'attributes');
    expect(next(state, headOf(2))).toMatchObject({
      type: 'dropped',
      dropped: { reason: 'timestampTooLow' },
    });
    expect(next(state, headOf(2))).toEqual({ type: 'needL2Block', number: 1n });
    // What was told is not told again.
    expect(next(state, headOf(2))).toEqual({ type: 'needL2Block', number: 1n });
  });

  test('behavior: what is dropped before a question is told once', () => {
    const old = chainAt('fjord', { seqWindowSize: 50n });
    const honest = honestChain(old, l1, steadyPlans(old, l1, 5));
    const single = (number: number) => singularOf(old, honest[number] as L2Block);
    const stale = { ...single(2), transactions: [] };
    const items = [single(2), stale, spanOf(old, honest.slice(2)), single(1)];
    const state = begin(post(old, l1, 103, dataOf(old, items)), old);
    const headOf = (number: number) => headAt(old, honest[number] as L2Block);
    until(state, headOf(0), 'attributes');
    until(state, headOf(1), 'attributes');
    const types = Array.from({ length: 4 }, () => next(state, headOf(2)).type);
    expect(types).toEqual(['dropped', 'needL2Block', 'needL2Block', 'needL2Block']);
  });

  test('behavior: a safe head that the L1 read so far does not belong to', () => {
    const state = begin(posted);
    const stranger = { ...at(2), ref: { ...at(2).ref, l1Origin: { ...at(2).ref.l1Origin } } };
    const l1Origin = { number: 100n, hash: at(6).ref.hash };
    const other = { ...stranger, ref: { ...stranger.ref, l1Origin } };
    expect(until(state, other, 'reset')).toMatchObject({ reason: 'originMismatch' });
  });

  test('V8: what cannot be looked up is asked for, never accepted or dropped', () => {
    const state = begin(l1);
    const steps = Array.from({ length: 20 }, () => next(state, genesis).type);
    expect(new Set(steps)).toEqual(new Set(['advanced', 'attributes']));
  });
});

describe('addL1Block', () => {
  test('behavior: a fed block influences nothing until it is read', () => {
    const early = begin(posted);
    const late = begin(posted.slice(0, 1));
    for (const block of posted.slice(1)) {
      next(early, genesis);
      next(late, genesis);
      expect(next(late, genesis).type).toBe('needL1Block');
      addL1Block(late, block);
      if (block.ref.number === 103n) break;
    }
    expect(next(late, genesis)).toMatchObject({ type: 'advanced' });
    expect(until(late, genesis, 'attributes')).toEqual(until(early, genesis, 'attributes'));
  });

  test('error: a block that is not the next one', () => {
    const state = begin(l1.slice(0, 2));
    expect(() => addL1Block(state, l1[3] as L1Block)).toThrow(InvariantError);
    expect(() => addL1Block(state, l1[3] as L1Block)).toThrow('expected L1 block 102');
    next(state, genesis);
    next(state, genesis);
    expect(() => addL1Block(state, l1[1] as L1Block)).toThrow(InvariantError);
  });

  test('behavior: a block that is fed again replaces itself', () => {
    const state = begin(l1.slice(0, 3));
    addL1Block(state, posted[2] as L1Block);
    expect(state.traversal.pending).toHaveLength(3);
    expect(state.traversal.pending[2]).toBe(posted[2]);
  });
});

describe('flushChannel', () => {
  test('behavior: the channel being read, with its span', () => {
    const state = begin(posted.slice(0, 5));
    until(state, genesis, 'attributes');
    flushChannel(state);
    expect(state.channel).toBeUndefined();
    expect(next(state, at(1))).toMatchObject({
      type: 'dropped',
      dropped: { reason: 'flushed', at: { batchIndex: 1 } },
    });
    expect(until(state, at(1), 'needL1Block').type).toBe('needL1Block');
  });

  test('behavior: the channel being filled', () => {
    const state = begin(post(config, l1.slice(0, 2), 101, encodeFrames([frame(5, 0)])));
    until(state, genesis, 'needL1Block');
    flushChannel(state);
    expect(next(state, genesis)).toMatchObject({
      type: 'dropped',
      dropped: { reason: 'flushed', at: { channelId: channelId(5) } },
    });
    flushChannel(state);
    expect(next(state, genesis).type).toBe('needL1Block');
  });

  test('behavior: nothing before Holocene', () => {
    const old = chainAt('fjord');
    const honest = honestChain(old, l1, steadyPlans(old, l1, 3));
    const batches = honest.slice(1).map((block) => singularOf(old, block));
    const state = begin(post(old, l1, 103, dataOf(old, batches)), old);
    until(state, headAt(old, honest[0] as L2Block), 'attributes');
    flushChannel(state);
    expect(state.channel).toBeDefined();
    expect(state.notes).toEqual([]);
  });
});

describe('DeriveState.read', () => {
  test('behavior: counts channels and batches from the start, refused ones included', () => {
    const two = post(config, posted, 104, dataOf(config, [spanOf(config, chain.slice(1))]));
    const state = begin(two);
    expect(state.read).toEqual({ channels: 0, batches: 0 });
    for (let i = 1; i < chain.length; i++) until(state, at(i - 1), 'attributes');
    expect(state.read).toEqual({ channels: 1, batches: 1 });
    until(state, at(chain.length - 1), 'needL1Block');
    expect(state.read).toEqual({ channels: 2, batches: 2 });
  });
});
