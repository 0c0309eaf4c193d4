import { describe, expect, test } from 'vitest';
import type { SpanBatchContext } from '../../src/derive/batchContext.ts';
import { checkOverlap } from '../../src/derive/checkSpanOverlap.ts';
import type { SpanBatch, SpanElement } from '../../src/protocol/batch.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import { honestChain, refOf, steadyPlans, userTx } from './support/l2.ts';

const derive = chainAt('holocene');
const l1 = l1Blocks(derive, 6);
const chain = honestChain(derive, l1, steadyPlans(derive, l1, 6));
const parent = refOf(derive, chain[1] as L2Block);

/** Safe are blocks up to 4; the span begins with block 2. */
const context: SpanBatchContext = {
  config: derive.rollup,
  l1Blocks: l1,
  safeHead: refOf(derive, chain[4] as L2Block),
  inclusion: (l1[4] as L1Block).ref,
  l2Blocks: new Map(chain.slice(0, 5).map((block) => [block.number, block])),
};
const span = spanOf(derive, chain.slice(2));
const drop = (reason: string) => ({ type: 'drop', reason });

const withElement = (index: number, changes: Partial<SpanElement>): SpanBatch => ({
  ...span,
  elements: span.elements.map((e, i) => (i === index ? { ...e, ...changes } : e)),
});

const check = (batch: SpanBatch, l2Blocks = context.l2Blocks) =>
  checkOverlap({ ...context, l2Blocks }, batch, parent);

/** The safe chain with block 3 told to be another. */
const withBlock3 = (changes: Partial<L2Block>) =>
  new Map([...context.l2Blocks, [3n, { ...(chain[3] as L2Block), ...changes }]]);

describe('checkOverlap', () => {
  test('behavior: agrees with itself', () => {
    expect(check(span)).toEqual({ type: 'accept' });
  });

  test('behavior: needs the safe blocks it covers, lowest first', () => {
    expect(check(span, new Map())).toEqual({ type: 'needL2Block', number: 2n });
    const without4 = new Map([...context.l2Blocks].filter(([number]) => number !== 4n));
    expect(check(span, without4)).toEqual({ type: 'needL2Block', number: 4n });
  });

  test.each([0, 1, 2])('behavior: one transaction fewer or more in covered block %i', (index) => {
    const { transactions } = span.elements[index] as SpanElement;
    const more = withElement(index, { transactions: [...transactions, userTx(99)] });
    expect(check(more)).toEqual(drop('overlapTransactionsDiffer'));
    expect(check(withElement(index, { transactions: [] }))).toEqual(
      drop('overlapTransactionsDiffer'),
    );
  });

  test.each([0, 1, 2])('behavior: one byte different in covered block %i', (index) => {
    const changed = (span.elements[index] as SpanElement).transactions.map((tx) => tx.slice());
    const tx = changed[0] as Uint8Array;
    tx[tx.length - 1] = 2;
    expect(check(withElement(index, { transactions: changed }))).toEqual(
      drop('overlapTransactionsDiffer'),
    );
  });

  test.each([0, 1, 2])('behavior: another epoch in covered block %i', (index) => {
    const { epochNumber } = span.elements[index] as SpanElement;
    expect(check(withElement(index, { epochNumber: epochNumber + 1n }))).toEqual(
      drop('overlapOriginDiffers'),
    );
  });

  test('behavior: every transaction of a covered block is compared, in order', () => {
    const both = [userTx(71), userTx(72)];
    const { transactions } = chain[3] as L2Block;
    const safe = withBlock3({ transactions: [transactions[0] as Uint8Array, ...both] });
    expect(check(withElement(1, { transactions: both }), safe)).toEqual({ type: 'accept' });
    expect(check(withElement(1, { transactions: both.toReversed() }), safe)).toEqual(
      drop('overlapTransactionsDiffer'),
    );
  });

  test('behavior: new blocks are not compared', () => {
    expect(check(withElement(3, { transactions: [], epochNumber: 1n }))).toEqual({
      type: 'accept',
    });
  });

  test('V3: a safe block that was replaced by its deposits alone', () => {
    const { transactions } = chain[3] as L2Block;
    expect(check(span, withBlock3({ transactions: transactions.slice(0, 1) }))).toEqual(
      drop('overlapTransactionsDiffer'),
    );
  });

  test('behavior: a safe block whose L1 attributes cannot be read', () => {
    const { transactions } = chain[3] as L2Block;
    const broken = [Uint8Array.of(0x7e, 0xc0), ...transactions.slice(1)];
    expect(check(span, withBlock3({ transactions: broken }))).toEqual(drop('overlapOriginDiffers'));
  });
});
