import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { addL1Block, next, type SafeHead, start } from '../../src/derive/index.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { type ChannelItem, channelId, dataOf, singularOf, spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { headAt, honestChain, steadyPlans } from './support/l2.ts';
import { deriveAll, REFUSED_TX } from './support/run.ts';

const config = chainAt('holocene', { seqWindowSize: 50n });
const l1 = l1Blocks(config, 7);
const chain = honestChain(config, l1, steadyPlans(config, l1, 8));
const singulars = chain.slice(1).map((block) => singularOf(config, block));
const [b1, b2, b3] = singulars as [ChannelItem, ChannelItem, ChannelItem];
const span = (from: number, to: number) => spanOf(config, chain.slice(from, to + 1));
const numbers = (blocks: readonly L2Block[]): number[] =>
  blocks.map(({ number }) => Number(number));

/** Derives channels, one for each list, all in L1 block 103. */
function derive(...channels: readonly (readonly ChannelItem[])[]) {
  const { blocks, reasons, steps, safe } = deriveAll(
    config,
    post(config, l1, 103, ...channels.map((items, i) => dataOf(config, items, channelId(i)))),
  );
  return { blocks: numbers(blocks), reasons, steps, safe };
}

describe('nextStagedBatch', () => {
  test('default: singular batches and spans, mixed; every block concludes', () => {
    const { blocks, reasons, steps } = derive([b1, b2, span(3, 6)]);
    expect(blocks).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reasons).toEqual([]);
    expect(steps.every(({ concluding }) => concluding)).toBe(true);
  });

  test('behavior: asked again from the same head, the rest of the span is given up', () => {
    const heads = chain.map((block) => headAt(config, block));
    const posted = post(config, l1, 103, dataOf(config, [span(1, 4), b2]));
    const { systemConfig } = heads[0] as SafeHead;
    const state = start(config, { l1: posted[0] as L1Block, systemConfig });
    for (const block of posted.slice(1)) addL1Block(state, block);
    const ask = (number: number) => {
      let step = next(state, heads[number] as SafeHead);
      while (step.type === 'advanced') step = next(state, heads[number] as SafeHead);
      return step;
    };
    expect(ask(0)).toMatchObject({ type: 'attributes', parent: { number: 0n } });
    expect(ask(1)).toMatchObject({ type: 'attributes', parent: { number: 1n } });
    expect(ask(1)).toMatchObject({ type: 'dropped', dropped: { reason: 'spanInvalidated' } });
    expect(ask(1)).toMatchObject({ source: { kind: 'singular' }, parent: { number: 1n } });
  });

  test('V15: a past batch is skipped, the channel goes on', () => {
    expect(derive([b1, b2, b1, b3])).toMatchObject({ blocks: [1, 2, 3], reasons: ['past'] });
    expect(derive([span(1, 2), span(1, 2), b3])).toMatchObject({
      blocks: [1, 2, 3],
      reasons: ['past'],
    });
  });

  test('V15: a future batch flushes its channel', () => {
    expect(derive([b1, b3, b2])).toMatchObject({
      blocks: [1],
      reasons: ['timestampTooHigh', 'flushed'],
    });
    expect(derive([b1, span(3, 4), b2])).toMatchObject({
      blocks: [1],
      reasons: ['timestampTooHigh', 'flushed'],
    });
  });

  test('behavior: a refused batch flushes its channel, not the next one', () => {
    const wrong = { ...singularOf(config, chain[2] as L2Block), parentHash: ZERO_HASH };
    expect(derive([b1, wrong, b2], [b2, b3])).toMatchObject({
      blocks: [1, 2, 3],
      reasons: ['parentHashMismatch', 'flushed'],
    });
  });

  test('V3: a span that disagrees with the safe chain is refused whole', () => {
    const elements = span(1, 4).elements.map((e, i) => (i === 1 ? { ...e, transactions: [] } : e));
    const other = { ...span(1, 4), elements };
    expect(derive([b1, b2], [other, b3])).toMatchObject({
      blocks: [1, 2],
      reasons: ['overlapTransactionsDiffer', 'flushed'],
    });
    // Covering only blocks that are safe, it is past and not compared.
    const past = {
      ...other,
      elements: elements.slice(0, 2),
      l1OriginCheck: span(1, 2).l1OriginCheck,
    };
    expect(derive([b1, b2], [past, b3])).toMatchObject({ blocks: [1, 2, 3], reasons: ['past'] });
  });

  test('behavior: blocks before a faulty one of the same span stay', () => {
    const elements = span(1, 4).elements.map((e, i) =>
      i === 2 ? { ...e, transactions: [Uint8Array.of(0x7d, 0xc0)] } : e,
    );
    expect(derive([{ ...span(1, 4), elements }])).toMatchObject({
      blocks: [1, 2],
      reasons: ['postExecTransaction', 'flushed'],
    });
  });

  test('B14: a post-exec transaction inside a span costs the channel from there on', () => {
    const elements = span(1, 2).elements.map((e, i) =>
      i === 0 ? { ...e, transactions: [Uint8Array.of(0x7d, 0xc0)] } : e,
    );
    expect(derive([{ ...span(1, 2), elements }, b1])).toMatchObject({
      blocks: [],
      reasons: ['postExecTransaction', 'flushed'],
    });
  });

  test('behavior: a span with an L1 block not read yet is passed over, without a flush', () => {
    // Read in L1 block 103, its last block claims 104.
    const elements = span(1, 4).elements.map((e, i) => ({ ...e, epochNumber: 101n + BigInt(i) }));
    const { blocks, reasons } = derive([{ ...span(1, 4), elements }, b1]);
    expect({ blocks, reasons }).toEqual({ blocks: [1], reasons: ['originUnknown'] });
  });

  test('behavior: a channel in the safe head’s own L1 origin holds nothing that follows', () => {
    const data = dataOf(config, [b1]);
    const { blocks, reasons } = deriveAll(config, post(config, l1, 100, data));
    expect({ blocks, reasons }).toEqual({ blocks: [], reasons: ['originBehind'] });
  });
});

describe('nextStagedBatch, refused payloads', () => {
  const plans = steadyPlans(config, l1, 6).map((plan, i) =>
    i === 1 ? { ...plan, txs: [REFUSED_TX, ...(plan.txs ?? [])] } : plan,
  );
  const broken = honestChain(config, l1, plans);
  const batches = broken.slice(1).map((block) => singularOf(config, block));

  test('E5: the block is replaced by its deposits alone, and the channel flushed', () => {
    const { blocks, reasons, safe } = deriveAll(
      config,
      post(config, l1, 103, dataOf(config, batches)),
    );
    expect(numbers(blocks)).toEqual([1, 2]);
    expect(blocks[1]?.transactions).toHaveLength(1);
    expect(reasons).toEqual(['flushed']);
    expect(safe.number).toBe(2n);
  });

  test('V5: a stale channel does not attach to the replacement', () => {
    const rest = dataOf(config, batches.slice(2), channelId(9));
    const { blocks, reasons } = deriveAll(
      config,
      post(config, l1, 103, dataOf(config, batches.slice(0, 2)), rest),
    );
    expect(numbers(blocks)).toEqual([1, 2]);
    expect(reasons).toEqual(['flushed', 'parentHashMismatch', 'flushed']);
  });
});
