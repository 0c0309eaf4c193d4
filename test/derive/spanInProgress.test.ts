import { describe, expect, test } from 'vitest';
import {
  beginSpan,
  isSpanEmpty,
  popFromSpan,
  spanInProgress,
  upcomingTransactions,
} from '../../src/derive/spanInProgress.ts';
import type { L1Window, OpenChannel, SpanInProgress } from '../../src/derive/state.ts';
import { InvariantError } from '../../src/base/errors.ts';
import type { SpanBatch } from '../../src/protocol/batch.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { channelId, dataOf, singularOf, spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { honestChain, refOf, steadyPlans } from './support/l2.ts';
import { deriveAll } from './support/run.ts';

const config = chainAt('holocene');
const l1 = l1Blocks(config, 6);
const chain = honestChain(config, l1, steadyPlans(config, l1, 8));
const refs = chain.map((block) => refOf(config, block));
const head = refs[4] as (typeof refs)[number];
const window: L1Window = { blocks: l1.slice(1), origin: undefined };
const span = spanOf(config, chain.slice(3));
const position = {
  inclusion: (l1[4] as L1Block).ref,
  channelId: '0xc1',
  batchIndex: 0,
};

const withEpochs = (...epochs: readonly bigint[]): SpanBatch => ({
  ...span,
  elements: span.elements.map((e, i) => ({ ...e, epochNumber: epochs[i] as bigint })),
});

describe('beginSpan', () => {
  test('default: the blocks after the safe head, with the hashes of their epochs', () => {
    const begun = beginSpan(window, head, span, position);
    expect(begun.batches.map(({ timestamp }) => timestamp)).toEqual([1010n, 1012n, 1014n, 1016n]);
    expect(begun.batches.map(({ epochHash }) => epochHash)).toEqual(
      refs.slice(5).map(({ l1Origin }) => l1Origin.hash),
    );
    expect(begun.position).toBe(position);
  });

  test('error: our own, an accepted span with an epoch that is not known', () => {
    expect(() =>
      beginSpan(window, head, withEpochs(101n, 101n, 101n, 102n, 102n, 109n), position),
    ).toThrow(InvariantError);
  });

  test('behavior: an L1 that begins with block 0', () => {
    const numbered = l1.map((b, i) => ({ ...b, ref: { ...b.ref, number: BigInt(i) } }));
    const safe = { ...head, l1Origin: { number: 0n, hash: head.hash } };
    const begun = beginSpan(
      { blocks: numbered, origin: undefined },
      safe,
      withEpochs(0n, 0n, 0n, 0n, 1n, 1n),
      position,
    );
    expect(begun.batches.map(({ epochNumber }) => epochNumber)).toEqual([0n, 0n, 1n, 1n]);
  });

  test('behavior: epochs of blocks that are safe already do not matter', () => {
    expect(beginSpan(window, head, withEpochs(1n, 999n, 101n, 102n, 102n, 102n), position)).toEqual(
      beginSpan(window, head, span, position),
    );
  });
});

describe('popFromSpan', () => {
  test('default: each block on the one built before it', () => {
    const begun = beginSpan(window, head, span, position);
    for (let number = 5; number <= 8; number++) {
      expect(isSpanEmpty(begun)).toBe(false);
      const parent = refs[number - 1] as (typeof refs)[number];
      const batch = popFromSpan(begun, parent, 2n);
      expect(batch?.timestamp).toBe((chain[number] as L2Block).timestamp);
      expect(batch?.parentHash).toBe(parent.hash);
    }
    expect(isSpanEmpty(begun)).toBe(true);
    expect(popFromSpan(begun, refs[8] as (typeof refs)[number], 2n)).toBeUndefined();
  });

  test('behavior: nothing when the next block does not follow in time', () => {
    const begun = beginSpan(window, head, span, position);
    expect(popFromSpan(begun, refs[3] as (typeof refs)[number], 2n)).toBeUndefined();
    expect(popFromSpan(begun, refs[5] as (typeof refs)[number], 2n)).toBeUndefined();
    expect(begun.next).toBe(0);
  });
});

/** A span of blocks that hold `counts` transactions, each told apart by its two bytes. */
function spanWith(counts: readonly number[]): SpanInProgress {
  const batches = counts.map((count, block) => ({
    type: 'singular' as const,
    epochNumber: 1n,
    epochHash: head.hash,
    timestamp: BigInt(block),
    transactions: Array.from({ length: count }, (_, i) => Uint8Array.of(block, i)),
  }));
  return { batches, next: 0, told: 0, position };
}

const inQueue = (span: SpanInProgress | undefined) =>
  ({
    batches: { type: 'queue', waiting: [], span, loaded: undefined },
    channel: undefined,
  }) as const;

/** What is told of after each block, as the driver asks. */
function toldAfterEach(span: SpanInProgress): readonly (readonly Uint8Array[])[] {
  return span.batches.map(() => {
    span.next += 1;
    return upcomingTransactions(inQueue(span));
  });
}

describe('spanInProgress', () => {
  test('default: that of the queue before Holocene, that of the channel from it on', () => {
    const begun = spanWith([1]);
    const channel = { span: begun } as OpenChannel;
    expect(spanInProgress(inQueue(begun))).toBe(begun);
    expect(spanInProgress({ batches: { type: 'stage' }, channel })).toBe(begun);
    expect(spanInProgress({ batches: { type: 'stage' }, channel: undefined })).toBeUndefined();
  });
});

describe('upcomingTransactions', () => {
  test('default: each transaction once, in order, before or with its block', () => {
    const long = spanWith(Array.from({ length: 100 }, (_, block) => block % 4));
    const told = toldAfterEach(long);
    const all = long.batches.flatMap(({ transactions }) => transactions);
    expect(told.flat()).toEqual(all);
    let seen = 0;
    let due = 0;
    for (const [block, piece] of told.entries()) {
      seen += piece.length;
      due += long.batches[block]?.transactions.length ?? 0;
      expect(seen).toBeGreaterThanOrEqual(due);
    }
  });

  test('behavior: in pieces of 32 blocks, each begun before the last is used up', () => {
    const told = toldAfterEach(spanWith(Array.from({ length: 70 }, () => 1)));
    expect(
      told.flatMap((piece, block) => (piece.length > 0 ? [[block, piece.length]] : [])),
    ).toEqual([
      [0, 32],
      [30, 32],
      [62, 6],
    ]);
  });

  test('behavior: a piece of big blocks ends with the one that makes it 512', () => {
    const told = toldAfterEach(spanWith([200, 200, 200, 200]));
    expect(told.map((piece) => piece.length)).toEqual([600, 200, 0, 0]);
  });

  test('behavior: blocks given before anybody asked are not told of', () => {
    const late = spanWith([1, 1, 1, 1]);
    late.next = 3;
    expect(upcomingTransactions(inQueue(late))).toEqual([Uint8Array.of(2, 0), Uint8Array.of(3, 0)]);
  });

  test('behavior: a block of more transactions than a call takes arguments', () => {
    expect(toldAfterEach(spanWith([200_000])).flat()).toHaveLength(200_000);
  });

  test('behavior: nothing without a span', () => {
    expect(upcomingTransactions(inQueue(undefined))).toEqual([]);
  });
});

describe.each(['granite', 'holocene'] as const)('spans in %s', (fork) => {
  // Three blocks are safe when a span comes that overlaps up to three of them, or none.
  test.each([1, 2, 3, 4])(
    'V1: one from block %i on may claim any epochs, and never halts',
    (from) => {
      const on = chainAt(fork, { seqWindowSize: 20n });
      const honest = honestChain(on, l1, steadyPlans(on, l1, 6));
      const safe = honest.slice(1, 4).map((block) => singularOf(on, block));
      const good = spanOf(on, honest.slice(from));
      const count = good.elements.length;
      const ends = new Set<number>();
      for (let last = 100; last <= 106; last++) {
        const check = (l1[last - 100] ?? l1[0])?.ref.hash.slice(
          0,
          42,
        ) as SpanBatch['l1OriginCheck'];
        for (let bits = 0; bits < 2 ** (count - 1); bits++) {
          let epoch = BigInt(last);
          const epochs = Array.from({ length: count }, (_, back) => {
            const own = epoch;
            if (((bits >> back) & 1) === 1) epoch -= 1n;
            return own;
          }).toReversed();
          const elements = good.elements.map((e, i) => ({
            ...e,
            epochNumber: epochs[i] as bigint,
          }));
          const claimed: SpanBatch = { ...good, l1OriginCheck: check, elements };
          const [first, second] = [safe, [claimed]].map((items, i) =>
            dataOf(on, items, channelId(i + 1)),
          ) as [Uint8Array, Uint8Array];
          const { end, pendingSafe } = deriveAll(on, post(on, l1, 105, first, second));
          expect(end, epochs.join()).toBe('needL1Block');
          ends.add(Number(pendingSafe.number));
        }
      }
      // Some are refused, some are good.
      expect(ends).toContain(3);
      expect(ends).toContain(6);
    },
  );
});
