import { describe, expect, test } from 'vitest';
import type { Hex } from '../../src/base/bytes.ts';
import type { SpanBatchContext } from '../../src/derive/batchContext.ts';
import type { BatchVerdict } from '../../src/derive/batchVerdict.ts';
import { checkSpanBatch } from '../../src/derive/checkSpanBatch.ts';
import type { DeriveConfig } from '../../src/derive/index.ts';
import type { SpanBatch, SpanElement } from '../../src/protocol/batch.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { spanOf } from './support/batches.ts';
import { chainAt, chainForking } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import { honestChain, refOf, steadyPlans, userTx } from './support/l2.ts';

type Situation = {
  readonly derive: DeriveConfig;
  readonly chain: readonly L2Block[];
  readonly context: SpanBatchContext;
  readonly batch: SpanBatch;
};

/** Safe head: block 4 of epoch 101. The span: blocks `from` (5 unless given) to 8 of epoch 102. */
function situation(derive = chainAt('granite'), from = 5): Situation {
  const l1 = l1Blocks(derive, 9);
  const chain = honestChain(derive, l1, steadyPlans(derive, l1, 8));
  return {
    derive,
    chain,
    context: {
      config: derive.rollup,
      l1Blocks: l1.slice(1, 5),
      safeHead: refOf(derive, chain[4] as L2Block),
      inclusion: (l1[4] as L1Block).ref,
      l2Blocks: new Map(chain.slice(0, 5).map((block) => [block.number, block])),
    },
    batch: spanOf(derive, chain.slice(from)),
  };
}

const check = ({ context, batch }: Situation): BatchVerdict => checkSpanBatch(context, batch);
const drop = (reason: string) => ({ type: 'drop', reason });
const ACCEPT = { type: 'accept' };

const withContext = (s: Situation, changes: Partial<SpanBatchContext>): Situation => ({
  ...s,
  context: { ...s.context, ...changes },
});

const withBatch = (s: Situation, changes: Partial<SpanBatch>): Situation => ({
  ...s,
  batch: { ...s.batch, ...changes },
});

/** Changes element `index`, counted from the span's first. */
const withElement = (s: Situation, index: number, changes: Partial<SpanElement>): Situation =>
  withBatch(s, {
    elements: s.batch.elements.map((e, i) => (i === index ? { ...e, ...changes } : e)),
  });

const shift = (s: Situation, seconds: bigint): Situation =>
  withBatch(s, {
    elements: s.batch.elements.map((e) => ({ ...e, timestamp: e.timestamp + seconds })),
  });

const withEpochs = (s: Situation, ...epochs: readonly bigint[]): Situation =>
  withBatch(s, {
    elements: s.batch.elements.map((e, i) => ({ ...e, epochNumber: epochs[i] as bigint })),
  });

const withL1Time = (s: Situation, index: number, timestamp: bigint): Situation =>
  withContext(s, {
    l1Blocks: s.context.l1Blocks.map((block, i) =>
      i === index ? { ...block, ref: { ...block.ref, timestamp } } : block,
    ),
  });

const WRONG: Hex = `0x${'99'.repeat(20)}`;

describe.each([
  ['before Holocene', 'granite'],
  ['from Holocene on', 'holocene'],
] as const)('checkSpanBatch, prefix, %s', (_, newest) => {
  const isHolocene = newest === 'holocene';
  const accepted = situation(chainAt(newest));
  const overlapping = situation(chainAt(newest), 3);

  test('11: accepts the next blocks, and an overlap that agrees', () => {
    expect(check(accepted)).toEqual(ACCEPT);
    expect(check(overlapping)).toEqual(ACCEPT);
  });

  test('0: nothing is known of L1: undecided', () => {
    expect(check(withContext(accepted, { l1Blocks: [] }))).toEqual({ type: 'undecided' });
  });

  test('1: begins with the next epoch, which is not read yet: undecided', () => {
    const first = withEpochs(accepted, 102n, 102n, 102n, 102n);
    const l1 = first.context.l1Blocks.slice(0, 1);
    expect(check(withContext(first, { l1Blocks: l1 }))).toEqual({ type: 'undecided' });
  });

  test('3: begins after the next block: future, dropped in Holocene', () => {
    const expected = isHolocene ? drop('timestampTooHigh') : { type: 'future' };
    expect(check(shift(accepted, 1n))).toEqual(expected);
    expect(check(shift(accepted, 2n))).toEqual(expected);
  });

  test('4: ends before the next block: dropped, past in Holocene', () => {
    const old = withBatch(overlapping, { elements: overlapping.batch.elements.slice(0, 2) });
    expect(check(old)).toEqual(isHolocene ? { type: 'past' } : drop('timestampTooLow'));
  });

  test('5: begins between two block times, after the safe head', () => {
    expect(check(shift(accepted, -1n))).toEqual(drop('spanStartsAfterSafeHead'));
  });

  test('5: begins between two block times, before the safe head', () => {
    expect(check(shift(overlapping, -1n))).toEqual(drop('spanMisaligned'));
  });

  test('5: the block before it is needed', () => {
    const l2Blocks = new Map();
    expect(check(withContext(overlapping, { l2Blocks }))).toEqual({
      type: 'needL2Block',
      number: 2n,
    });
  });

  test('5: the block before it would be older than genesis: undecided for ever', () => {
    const all = situation(chainAt(newest), 1);
    const elements = [{ ...(all.batch.elements[0] as SpanElement), timestamp: 1000n }];
    const before = withBatch(all, { elements: [...elements, ...all.batch.elements] });
    expect(check(before)).toEqual({ type: 'undecided' });
  });

  test('6: another parent', () => {
    expect(check(withBatch(accepted, { parentCheck: WRONG }))).toEqual(drop('parentCheckMismatch'));
    expect(check(withBatch(overlapping, { parentCheck: accepted.batch.parentCheck }))).toEqual(
      drop('parentCheckMismatch'),
    );
  });

  test('7: its first epoch’s window ended one L1 block before', () => {
    const at = (number: bigint) =>
      withContext(accepted, { inclusion: { ...accepted.context.inclusion, number } });
    expect(check(at(106n))).toEqual(ACCEPT);
    expect(check(at(107n))).toEqual(drop('includedTooLate'));
  });

  test('8: its first epoch skips an L1 block', () => {
    const skipping = withEpochs(accepted, 103n, 103n, 103n, 103n);
    expect(check(skipping)).toEqual(drop('epochTooNew'));
  });

  test('9: its last epoch is another L1 block', () => {
    expect(check(withBatch(accepted, { l1OriginCheck: WRONG }))).toEqual(
      drop('originCheckMismatch'),
    );
  });

  test('9: its last epoch is not read yet: undecided', () => {
    const l1 = accepted.context.l1Blocks.slice(0, 1);
    expect(check(withContext(accepted, { l1Blocks: l1 }))).toEqual({ type: 'undecided' });
  });

  test('10: its first epoch is older than the parent’s', () => {
    const old = withEpochs(accepted, 100n, 102n, 102n, 102n);
    expect(check(old)).toEqual(drop('epochTooOld'));
  });
});

describe('checkSpanBatch, Delta', () => {
  // Epoch 101 has time 1006, epoch 102 has 1012.
  test('2: Delta is asked at the time of the span’s first epoch', () => {
    const at = (time: bigint) => situation(chainForking('canyon', 'delta', time));
    expect(check(at(1006n))).toEqual(ACCEPT);
    expect(check(at(1007n))).toEqual(drop('spanBeforeDelta'));
    expect(check(withEpochs(at(1012n), 102n, 102n, 102n, 102n))).toEqual(
      drop('timestampBeforeOrigin'),
    );
    expect(check(withEpochs(at(1013n), 102n, 102n, 102n, 102n))).toEqual(drop('spanBeforeDelta'));
  });
});

describe('checkSpanBatch, every block before Holocene', () => {
  const accepted = situation(chainAt('ecotone'));
  const [e5, , , e8] = accepted.batch.elements as readonly SpanElement[];

  test('1: an epoch older than the safe head’s', () => {
    const overlapping = situation(chainAt('ecotone'), 3);
    // Blocks 3 and 4 belong to 101; block 5, the first new one, claims 100.
    const back = withEpochs(overlapping, 101n, 101n, 100n, 102n, 102n, 102n);
    expect(check(back)).toEqual(drop('epochTooOld'));
  });

  test('2: an epoch that is not among the L1 blocks read', () => {
    const unknown = withElement(accepted, 1, { epochNumber: 109n });
    expect(check(unknown)).toEqual(drop('originUnknown'));
  });

  test('2: an epoch lower than the one before it', () => {
    expect(check(withEpochs(accepted, 102n, 101n, 102n, 102n))).toEqual(
      drop('timestampBeforeOrigin'),
    );
    const later = withL1Time(accepted, 1, 1010n);
    expect(check(withEpochs(later, 102n, 101n, 102n, 102n))).toEqual(drop('originUnknown'));
  });

  test('4: a time before its origin’s', () => {
    expect(check(withL1Time(accepted, 1, 1012n))).toEqual(ACCEPT);
    expect(check(withL1Time(accepted, 1, 1013n))).toEqual(drop('timestampBeforeOrigin'));
  });

  test('5: with transactions, one second over the drift', () => {
    expect(e5?.timestamp).toBe(1010n);
    expect(e8?.timestamp).toBe(1016n);
    expect(check(withL1Time(accepted, 1, 1006n))).toEqual(ACCEPT);
    expect(check(withL1Time(accepted, 1, 1005n))).toEqual(drop('sequencerDriftExceeded'));
  });

  test('5: empty, beyond the drift, staying though the next L1 block is old enough', () => {
    const empty = withElement(withL1Time(accepted, 1, 1005n), 3, { transactions: [] });
    expect(check(empty)).toEqual(ACCEPT);
    expect(check(withL1Time(empty, 2, 1016n))).toEqual(drop('epochNotAdvanced'));
    expect(check(withL1Time(empty, 2, 1017n))).toEqual(ACCEPT);
  });

  test('5: empty, beyond the drift, staying while the next L1 block is not read: undecided', () => {
    const empty = withElement(withL1Time(accepted, 1, 1005n), 3, { transactions: [] });
    const l1 = empty.context.l1Blocks.slice(0, 2);
    expect(check(withContext(empty, { l1Blocks: l1 }))).toEqual({ type: 'undecided' });
  });

  test('3: a block that moves to a new epoch has no drift limit when empty', () => {
    const moving = withEpochs(accepted, 101n, 101n, 101n, 102n);
    const late = withElement(withL1Time(moving, 1, 900n), 3, { transactions: [] });
    expect(check(late)).toEqual(ACCEPT);
    const first = withElement(withEpochs(withL1Time(moving, 1, 900n), 102n, 102n, 102n, 102n), 0, {
      transactions: [],
    });
    // The span's own first block moves on from its parent; the next ones do not.
    expect(check(first)).toEqual(drop('sequencerDriftExceeded'));
  });

  test.each([
    ['emptyTransaction', new Uint8Array(0)],
    ['depositTransaction', Uint8Array.of(0x7e)],
    ['setCodeBeforeIsthmus', Uint8Array.of(4)],
    ['postExecTransaction', Uint8Array.of(0x7d)],
  ])('6: a transaction of any block: %s', (reason, tx) => {
    for (const index of [0, 3]) {
      const bad = withElement(accepted, index, { transactions: [userTx(1), tx] });
      expect(check(bad), `block ${index}`).toEqual(drop(reason));
    }
  });

  test('behavior: blocks that are safe already are not judged so', () => {
    const overlapping = situation(chainAt('ecotone'), 3);
    const bad = withElement(overlapping, 0, { transactions: [Uint8Array.of(0x7e)] });
    expect(check(bad)).toEqual(drop('overlapTransactionsDiffer'));
  });

  test('behavior: from Holocene on blocks are judged when their turn comes', () => {
    const later = situation(chainAt('holocene'));
    const bad = withElement(later, 0, { transactions: [Uint8Array.of(0x7e)] });
    expect(check(bad)).toEqual(ACCEPT);
  });

  test('Holocene is asked at the inclusion block’s time', () => {
    const bad = { transactions: [Uint8Array.of(0x7e)] };
    const at = (time: bigint) =>
      check(withElement(situation(chainForking('granite', 'holocene', time)), 0, bad));
    expect(at(1024n)).toEqual(ACCEPT);
    expect(at(1025n)).toEqual(drop('depositTransaction'));
  });
});

describe('checkSpanBatch, order', () => {
  test('V16: of two faults the earlier rule’s is told', () => {
    const s = situation(chainAt('holocene'));
    const both = withBatch(s, { parentCheck: WRONG, l1OriginCheck: WRONG });
    expect(check(both)).toEqual(drop('parentCheckMismatch'));
    const lateToo = withContext(both, {
      inclusion: { ...s.context.inclusion, number: 200n },
    });
    expect(check(lateToo)).toEqual(drop('parentCheckMismatch'));
    const lateAndSkipping = withEpochs(
      withContext(s, { inclusion: { ...s.context.inclusion, number: 200n } }),
      103n,
      103n,
      103n,
      103n,
    );
    expect(check(lateAndSkipping)).toEqual(drop('includedTooLate'));
    expect(
      check(withBatch(withEpochs(s, 100n, 102n, 102n, 102n), { l1OriginCheck: WRONG })),
    ).toEqual(drop('originCheckMismatch'));
  });
});
