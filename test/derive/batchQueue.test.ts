import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import {
  addL1Block,
  type DeriveConfig,
  next,
  type SafeHead,
  start,
} from '../../src/derive/index.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { type ChannelItem, dataOf, singularOf, spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { headAt, honestChain, steadyPlans } from './support/l2.ts';
import { deriveAll, REFUSED_TX } from './support/run.ts';

const config = chainAt('fjord', { seqWindowSize: 50n });
const l1 = l1Blocks(config, 7);
const chain = honestChain(config, l1, steadyPlans(config, l1, 8));
const singulars = chain.slice(1).map((block) => singularOf(config, block));
const [b1, b2, b3, b4] = singulars as [ChannelItem, ChannelItem, ChannelItem, ChannelItem];
const span = (from: number, to: number) => spanOf(config, chain.slice(from, to + 1));

/** Derives channels, one for each list, posted in L1 blocks from 103 on. */
function derive(...channels: readonly (readonly ChannelItem[])[]) {
  return deriveOn(config, l1, ...channels);
}

function deriveOn(
  on: DeriveConfig,
  blocks: readonly L1Block[],
  ...channels: readonly (readonly ChannelItem[])[]
) {
  let posted = [...blocks];
  for (const [i, items] of channels.entries())
    posted = post(on, posted, 103 + i, dataOf(on, items));
  return deriveAll(on, posted);
}

const numbers = (blocks: readonly L2Block[]): number[] =>
  blocks.map(({ number }) => Number(number));

describe('nextQueuedBatch', () => {
  test('default: singular batches and spans, mixed', () => {
    const { blocks, reasons } = derive([b1, b2, span(3, 6)]);
    expect(blocks.map(({ hash }) => hash)).toEqual(chain.slice(1, 7).map(({ hash }) => hash));
    expect(reasons).toEqual([]);
  });

  test('behavior: a future batch waits for those before it', () => {
    const { blocks, reasons } = derive([b3, b2], [b1]);
    expect(numbers(blocks)).toEqual([1, 2, 3]);
    expect(reasons).toEqual([]);
  });

  test('behavior: of two batches for one block the first to arrive counts', () => {
    const other = { ...singularOf(config, chain[1] as L2Block), transactions: [] };
    const { blocks, reasons } = derive([other, b1]);
    expect(blocks[0]?.transactions).toHaveLength(1);
    expect(reasons).toEqual(['timestampTooLow']);
  });

  test('behavior: a refused batch leaves the channel going', () => {
    const wrong = { ...singularOf(config, chain[1] as L2Block), parentHash: ZERO_HASH };
    const { blocks, reasons } = derive([wrong, b1, b2]);
    expect(numbers(blocks)).toEqual([1, 2]);
    expect(reasons).toEqual(['parentHashMismatch']);
  });

  test('behavior: an undecided batch keeps its place, and what is behind it waits', () => {
    // Block 3 claims epoch 101 and is read within L1 block 100, where 101 is unknown.
    const data = dataOf(config, [b1, b2, b3]);
    const { blocks, steps } = deriveAll(config, post(config, l1, 100, data));
    expect(numbers(blocks)).toEqual([1, 2, 3]);
    expect(steps.map(({ derivedFrom }) => derivedFrom.number)).toEqual([100n, 100n, 101n]);
  });

  test('behavior: what waits keeps its order, and each is noted once when it is stale', () => {
    const stale = { ...singularOf(config, chain[2] as L2Block), transactions: [] };
    // Block 2 is taken and the other one dropped in the same pass that takes block 3.
    const { blocks, reasons } = derive([b2, stale, b3, b4, b1]);
    expect(numbers(blocks)).toEqual([1, 2, 3, 4]);
    expect(blocks[1]?.hash).toBe(chain[2]?.hash);
    expect(reasons).toEqual(['timestampTooLow']);
    // Neither here, where nothing is taken in that pass.
    expect(derive([b2, stale, b4, b1])).toMatchObject({
      blocks: { length: 2 },
      reasons: ['timestampTooLow'],
    });
  });

  test('behavior: what is hopeless when it is read never waits', () => {
    // Block 2 waits when another one is read; it is judged before block 2 is taken.
    const wrong = { ...singularOf(config, chain[2] as L2Block), parentHash: ZERO_HASH };
    expect(derive([b2, b1, wrong]).reasons).toEqual(['parentHashMismatch']);
  });

  test('behavior: what is dropped before an undecided batch is noted once', () => {
    const stale = { ...singularOf(config, chain[3] as L2Block), transactions: [] };
    // The span ends in L1 block 102, which is not read when block 3 is taken in 101.
    const data = dataOf(config, [b3, stale, span(4, 7), b1, b2]);
    const { blocks, reasons } = deriveAll(config, post(config, l1, 101, data));
    expect(numbers(blocks)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(reasons).toEqual(['timestampTooLow']);
  });

  test('behavior: a safe head that the L1 read so far does not belong to', () => {
    const heads = chain.map((block) => headAt(config, block));
    const strange = heads[4] as SafeHead;
    const other = {
      ...strange,
      ref: { ...strange.ref, l1Origin: { number: 100n, hash: ZERO_HASH } },
    };
    const { systemConfig } = strange;
    const state = start(config, { l1: l1[0] as L1Block, systemConfig });
    for (const block of l1.slice(1)) addL1Block(state, block);
    let step = next(state, other);
    while (step.type === 'advanced') step = next(state, other);
    expect(step).toEqual({
      type: 'reset',
      reason: 'originMismatch',
      message:
        `L2 block 4 has L1 origin 100 ${ZERO_HASH}, ` +
        `but the L1 read so far continues from 100 ${l1[0]?.ref.hash}`,
    });
  });

  test('behavior: a span’s blocks conclude at its last one, singular batches at once', () => {
    const { steps } = derive([span(1, 3), b4]);
    expect(steps.map(({ concluding }) => concluding)).toEqual([false, false, true, true]);
    expect(steps.map(({ source }) => (source.type === 'batch' ? source.kind : ''))).toEqual([
      'span',
      'span',
      'span',
      'singular',
    ]);
  });

  test('behavior: an overlapping span goes on behind the safe head', () => {
    const { blocks, reasons } = derive([span(1, 4)], [span(3, 6)]);
    expect(numbers(blocks)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reasons).toEqual([]);
  });

  test('behavior: while an L2 block is asked for, nothing more is read', () => {
    const wrong = { ...singularOf(config, chain[5] as L2Block), parentHash: ZERO_HASH };
    // Read before the span was judged, it would be told apart by its parent.
    expect(derive([span(1, 4)], [span(3, 6), wrong]).reasons).toEqual(['timestampTooLow']);
  });

  test('behavior: batches read behind the safe head’s epoch are noted', () => {
    const from = chain.slice(0, 7);
    const early = post(config, l1, 100, dataOf(config, [b1]));
    const { reasons, blocks } = deriveAll(config, early, { from });
    expect(reasons).toEqual(['originBehind']);
    expect(blocks).toEqual([]);
  });
});

describe('nextQueuedBatch, refused payloads', () => {
  const withRefused = (at: number) => {
    const plans = steadyPlans(config, l1, 6).map((plan, i) =>
      i === at - 1 ? { ...plan, txs: [REFUSED_TX] } : plan,
    );
    return honestChain(config, l1, plans);
  };

  test('V9, E6: a singular batch is dropped, a later one for that block wins', () => {
    const bad = singularOf(config, withRefused(1)[1] as L2Block);
    const { blocks, safe, reasons } = derive([bad, b1, b2]);
    expect(numbers(blocks)).toEqual([1, 2]);
    expect(safe.hash).toBe(chain[2]?.hash);
    expect(reasons).toEqual([]);
  });

  test('V11: a span that breaks in its middle gives up the blocks before', () => {
    const broken = withRefused(3);
    // The batcher's span encoder does not take such bytes: the block is replaced in the element.
    const batches = broken.slice(1).map((block) => singularOf(config, block));
    const { safe, pendingSafe, blocks } = derive(batches.slice(0, 3));
    expect(numbers(blocks)).toEqual([1, 2]);
    expect(safe.number).toBe(2n);
    expect(pendingSafe.number).toBe(2n);
  });

  test('V11: the rest of a span whose block was refused is given up', () => {
    const refused = new Set<bigint>();
    const { blocks, steps, reasons, safe } = deriveAll(
      config,
      post(config, l1, 103, dataOf(config, [span(1, 4)]), dataOf(config, [b1, b2])),
      {
        engine: (parent, attributes) => {
          const again = refused.has(parent.number);
          if (parent.number === 1n && !again) {
            refused.add(parent.number);
            return { invalid: 'once' };
          }
          const block = chain[Number(parent.number) + 1] as L2Block;
          return { ...block, transactions: attributes.transactions };
        },
      },
    );
    expect(numbers(blocks)).toEqual([1, 1, 2]);
    expect(steps.map(({ concluding }) => concluding)).toEqual([false, true, true]);
    expect(reasons).toEqual(['spanInvalidated']);
    expect(safe.number).toBe(2n);
  });
});

describe('nextQueuedBatch, forced blocks', () => {
  const short = chainAt('fjord');
  const blocks = l1Blocks(short, 8);

  test('V14: a batch in the last block of the window counts, one later does not', () => {
    const honest = honestChain(short, blocks, [{ epoch: 100 }, { epoch: 100 }]);
    const batches = honest.slice(1).map((block) => singularOf(short, block));
    const at = (number: number) => {
      const posted = post(short, blocks, number, dataOf(short, batches));
      return deriveAll(short, posted).steps.map(({ source }) => source.type);
    };
    expect(at(105).slice(0, 2)).toEqual(['batch', 'batch']);
    expect(at(106).slice(0, 2)).toEqual(['forced', 'forced']);
  });

  test('behavior: a span that begins before genesis blocks the queue, forced blocks too', () => {
    const honest = honestChain(short, blocks, [{ epoch: 100 }, { epoch: 100 }]);
    const whole = spanOf(short, honest.slice(1));
    const elements = [{ epochNumber: 100n, timestamp: 1000n, transactions: [] }, ...whole.elements];
    const posted = post(short, blocks, 101, dataOf(short, [{ ...whole, elements }]));
    expect(deriveAll(short, posted).blocks).toEqual([]);
  });
});
