import { describe, expect, test } from 'vitest';
import {
  type ChainQuestion,
  type DeriveConfig,
  findBase,
  findHeads,
  type Heads,
  type Walk,
} from '../../src/derive/index.ts';
import type { L1BlockRef, L2BlockRef } from '../../src/protocol/ids.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { chainAt, chainForking } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import { honestChain, refOf, steadyPlans } from './support/l2.ts';

/** Answers a walk from an L1 and L2 blocks, and remembers what was asked. */
function walk<T>(steps: Walk<T>, l1: readonly L1Block[], l2: readonly L2BlockRef[]) {
  const asked: ChainQuestion[] = [];
  let answer: L1BlockRef | L2BlockRef | undefined;
  for (;;) {
    const turn = steps.next(answer);
    if (turn.done === true) return { value: turn.value, asked };
    const question = turn.value;
    asked.push(question);
    if (question.type === 'l2ByHash') answer = l2.find(({ hash }) => hash === question.hash);
    else {
      const block = l1.find(({ ref }) =>
        question.type === 'l1ByHash' ? ref.hash === question.hash : ref.number === question.number,
      );
      answer = block?.ref;
    }
  }
}

/** Forty honest blocks, three for each L1 block, and their L1. */
function setUp(config: DeriveConfig) {
  const l1 = l1Blocks(config, 20);
  const chain = honestChain(config, l1, steadyPlans(config, l1, 40));
  const refs = chain.map((block) => refOf(config, block));
  const at = (number: number) => refs[number] as L2BlockRef;
  const heads = (unsafe: number, safe: number, finalized: number): Heads => ({
    unsafe: at(unsafe),
    safe: at(safe),
    finalized: at(finalized),
  });
  return { l1, refs, at, heads };
}

describe('findHeads', () => {
  const config = chainAt('granite');
  const { l1, refs, at, heads } = setUp(config);
  const find = (given: Heads, on: readonly L1Block[] = l1, blocks = refs) =>
    walk(findHeads(config.rollup, given), on, blocks).value;
  const ok = (unsafe: number, safe: number, finalized: number) => ({
    type: 'heads',
    heads: heads(unsafe, safe, finalized),
  });

  test('default: the safe head goes back more than a sequencing window', () => {
    // Block 40 has origin 113. Window 5: origins below 108, so down to the first block of 107.
    expect(at(40).l1Origin.number).toBe(113n);
    expect(find(heads(40, 40, 0))).toEqual(ok(40, 20, 0));
    expect(at(21)).toMatchObject({ sequenceNumber: 0n, l1Origin: { number: 107n } });
  });

  test('behavior: a safe head that is older moves to the end of the epoch before its own', () => {
    expect(at(12)).toMatchObject({ sequenceNumber: 0n });
    expect(find(heads(40, 12, 0))).toEqual(ok(40, 11, 0));
    expect(find(heads(40, 13, 0))).toEqual(ok(40, 11, 0));
  });

  test('behavior: not further than the finalized head', () => {
    expect(find(heads(40, 40, 30))).toEqual(ok(40, 30, 30));
    expect(find(heads(40, 40, 20))).toEqual(ok(40, 20, 20));
  });

  test('behavior: genesis alone', () => {
    expect(find(heads(0, 0, 0))).toEqual(ok(0, 0, 0));
  });

  test('behavior: unsafe blocks whose origin L1 has not reached stay', () => {
    expect(find(heads(40, 30, 0), l1.slice(0, 12))).toEqual(ok(40, 14, 0));
  });

  test('behavior: unsafe blocks on an L1 that is no more go', () => {
    const fork = l1Blocks(config, 20, { salt: 1, saltFrom: 110 });
    expect(find(heads(40, 20, 0), fork)).toEqual(ok(29, 8, 0));
  });

  test('V7: the safe head itself can lie on an L1 that is no more', () => {
    const fork = l1Blocks(config, 20, { salt: 1, saltFrom: 105 });
    expect(find(heads(40, 38, 0), fork)).toEqual(ok(14, 0, 0));
  });

  test('E11: another genesis, another L1, an L2 block that is missing', () => {
    const other = { ...at(0), hash: at(1).hash };
    expect(find({ unsafe: other, safe: other, finalized: other })).toMatchObject({
      reason: 'wrongChain',
    });
    const fork = l1Blocks(config, 20, { salt: 1 }).map((b) => ({
      ...b,
      ref: { ...b.ref, hash: b.ref.number === 100n ? at(1).hash : b.ref.hash },
    }));
    expect(find(heads(0, 0, 0), fork)).toMatchObject({ type: 'failed', reason: 'wrongChain' });
    expect(find(heads(40, 40, 0), l1, refs.slice(30))).toMatchObject({ reason: 'blockMissing' });
  });

  test('behavior: a finalized block that is not below the unsafe head', () => {
    const finalized = { ...at(30), hash: at(1).hash };
    expect(find({ ...heads(40, 40, 0), finalized })).toMatchObject({ reason: 'finalizedReorg' });
  });

  test('behavior: a reorg deeper than five windows', () => {
    const small = chainAt('granite', { seqWindowSize: 2n });
    const set = setUp(small);
    const fork = (from: number) => l1Blocks(small, 20, { salt: 1, saltFrom: from });
    const findSmall = (from: number) =>
      walk(findHeads(small.rollup, set.heads(40, 40, 0)), fork(from), set.refs).value;
    // The highest canonical origin is 103: exactly ten blocks below 113.
    expect(findSmall(104).type).toBe('heads');
    expect(findSmall(103)).toMatchObject({ type: 'failed', reason: 'reorgTooDeep' });
  });

  test('behavior: parents that do not fit', () => {
    const brokenAt = (number: number, changes: Partial<L2BlockRef>) =>
      find(
        heads(40, 40, 0),
        l1,
        refs.map((ref, i) => (i === number ? { ...ref, ...changes } : ref)),
      );
    // Block 37 is the second of its epoch, 36 the first.
    expect(at(36).sequenceNumber).toBe(0n);
    const told = (message: string) => ({
      reason: 'brokenChain',
      message: expect.stringContaining(message),
    });
    expect(brokenAt(37, { sequenceNumber: 5n })).toMatchObject(
      told('has sequence number 2, its parent 5'),
    );
    const late = refs.map((ref, i) =>
      i < 36 || i > 38 ? ref : { ...ref, sequenceNumber: ref.sequenceNumber + 1n },
    );
    expect(find(heads(40, 40, 0), l1, late)).toMatchObject(told('begins an epoch with'));
    expect(brokenAt(35, { l1Origin: at(31).l1Origin })).toMatchObject(told('its parent 110'));
    const { number } = at(35).l1Origin;
    expect(brokenAt(35, { l1Origin: { number, hash: at(1).hash } })).toMatchObject(
      told('does not follow its parent'),
    );
  });

  test('behavior: below an L1 block that cannot be had nothing above is covered', () => {
    // Without 109 the highest block with a canonical origin below it is of 108: safe are those
    // before the first block of 102, and not of 107.
    const lacking = l1.filter(({ ref }) => ref.number !== 109n);
    const found = find(heads(40, 40, 0), lacking) as { readonly heads: Heads };
    expect(found.heads.safe.l1Origin.number).toBe(101n);
    expect(found.heads.unsafe).toEqual(at(40));
  });

  test('behavior: asks by hash for the parent of a block it knows, by number else', () => {
    const { asked } = walk(findHeads(config.rollup, heads(40, 40, 0)), l1, refs);
    const l1Asked = asked.filter(({ type }) => type !== 'l2ByHash').map(({ type }) => type);
    expect(l1Asked[0]).toBe('l1ByNumber');
    expect(new Set(l1Asked.slice(1))).toEqual(new Set(['l1ByHash']));
  });
});

describe('findBase', () => {
  const base = (config: DeriveConfig, safe: number) => {
    const { l1, refs, at } = setUp(config);
    const found = walk(findBase(config.rollup, at(safe)), l1, refs).value;
    return [found?.l1.number, found?.l2.number];
  };

  test('default: an L1 block from which on every channel that matters is read', () => {
    // Block 40 has origin 113; the timeout is 4.
    expect(base(chainAt('fjord'), 40)).toEqual([109n, 29n]);
  });

  test('behavior: not before genesis', () => {
    expect(base(chainAt('fjord'), 5)).toEqual([100n, 2n]);
    expect(base(chainAt('fjord'), 0)).toEqual([100n, 0n]);
    expect(base(chainAt('granite'), 40)).toEqual([100n, 2n]);
  });

  test('F7: the timeout is that of each candidate’s own L1 block', () => {
    // Granite, at L1 block 110, makes the timeout 50: the walk goes on to blocks before it.
    expect(base(chainForking('fjord', 'granite', 1060n), 40)).toEqual([109n, 29n]);
    expect(base(chainForking('fjord', 'granite', 1000n), 40)).toEqual([100n, 2n]);
  });

  test('behavior: what is missing is told', () => {
    const config = chainAt('fjord');
    const { l1, refs, at } = setUp(config);
    expect(walk(findBase(config.rollup, at(40)), l1, refs.slice(35)).value).toBeUndefined();
    expect(walk(findBase(config.rollup, at(40)), l1.slice(0, 12), refs).value).toBeUndefined();
  });
});
