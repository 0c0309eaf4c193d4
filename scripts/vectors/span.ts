import { bigintToMinimalBytes, concatBytes, type Hex } from '../../src/base/bytes.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import type { DropReason } from '../../src/derive/index.ts';
import type { SpanBatch, SpanElement } from '../../src/protocol/batch.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import {
  type ChannelItem,
  channelId,
  dataOf,
  encodeBatch,
  singularOf,
  spanOf,
} from '../../test/derive/support/batches.ts';
import { userTx } from '../../test/derive/support/l2.ts';
import {
  INCLUSION,
  INCLUSION_TIME,
  markedTx,
  type Posts,
  refusal,
  type Scenario,
  type Stage,
} from './scenario.ts';

const WRONG: Hex = `0x${'99'.repeat(20)}`;

const spanFrom = ({ config, chain }: Stage, from: number, to: number): SpanBatch =>
  spanOf(config, chain.slice(from, to + 1));

const honest = ({ config, chain }: Stage, number: number) =>
  singularOf(config, chain[number] as L2Block);

const checkOf = ({ l1 }: Stage, number: number): Hex =>
  (l1[number - 100] as L1Block).ref.hash.slice(0, 42) as Hex;

/** Blocks 1 and 2, then a span, in one channel; the honest block 3 in the next. */
function instead(stage: Stage, span: ChannelItem): Posts {
  const { config } = stage;
  const first = dataOf(config, [honest(stage, 1), honest(stage, 2), span], channelId(1));
  return { [INCLUSION]: [first, dataOf(config, [honest(stage, 3)], channelId(2))] };
}

/** Delta is asked at the time of the span's first epoch: 101 here, or the safe head's, 100. */
const hasDelta = ({ has }: Stage, epoch: 100 | 101 = 101): boolean =>
  has('delta', epoch === 101 ? 1006n : 1000n);

/** A span batch before Delta is passed over alone, whatever is wrong with it. */
function fromDelta(scenario: Scenario, epoch: 100 | 101 = 101): Scenario {
  return {
    ...scenario,
    expect: (stage) => {
      if (hasDelta(stage, epoch)) return scenario.expect(stage);
      // Delta may have come for the L1 block that holds the span, but not for its first epoch.
      return { reasons: ['spanBeforeDelta'], safe: 3 };
    },
  };
}

/** The span of blocks 3 to 5, changed so that a prefix rule refuses it. */
function broken(
  name: string,
  rule: string,
  reason: DropReason,
  change: (stage: Stage) => SpanBatch,
  epoch: 100 | 101 = 101,
): Scenario {
  const scenario: Scenario = {
    name,
    rule,
    posts: (stage) => instead(stage, change(stage)),
    expect: (stage) => ({ reasons: refusal(stage, reason), safe: 3 }),
  };
  return fromDelta(scenario, epoch);
}

/** The span of blocks 3 to 5 with a bad block 4: whole before Holocene, from block 4 on after. */
function brokenInside(
  name: string,
  rule: string,
  reason: DropReason,
  change: (stage: Stage, element: SpanElement) => Partial<SpanElement>,
): Scenario {
  return fromDelta({
    name,
    rule,
    posts: (stage) => {
      const span = spanFrom(stage, 3, 5);
      const elements = span.elements.map((e, i) => (i === 1 ? { ...e, ...change(stage, e) } : e));
      return instead(stage, { ...span, elements });
    },
    expect: ({ holocene }) =>
      holocene ? { reasons: [reason, 'flushed', 'past'], safe: 3 } : { reasons: [reason], safe: 3 },
  });
}

const withEpochs = (span: SpanBatch, epochs: readonly bigint[], check: Hex): SpanBatch => ({
  ...span,
  l1OriginCheck: check,
  elements: span.elements.map((e, i) => ({ ...e, epochNumber: epochs[i] as bigint })),
});

const shifted = (span: SpanBatch, seconds: bigint): SpanBatch => ({
  ...span,
  elements: span.elements.map((e) => ({ ...e, timestamp: e.timestamp + seconds })),
});

/** A set-code transaction of this chain, with noise for signatures. */
function setCodeTx({ config }: Stage): Uint8Array {
  const one = Uint8Array.of(1);
  const word = new Uint8Array(32).fill(1);
  const address = new Uint8Array(20).fill(7);
  const chainId = bigintToMinimalBytes(config.rollup.l2ChainId);
  const auth = [chainId, address, one, one, word, word];
  const fields = [chainId, one, one, one, one, address, one, one, [], [auth], one, word, word];
  return concatBytes(Uint8Array.of(4), encodeRlp(fields));
}

const postExec = Uint8Array.of(0x7d, 0xc0);

const spanOfThree = (stage: Stage): SpanBatch => spanFrom(stage, 3, 5);

/** The span of blocks 2 to 5, of which block 2 is safe already, changed there. */
const overlapping = (stage: Stage, change: Partial<SpanElement>): SpanBatch => {
  const span = spanFrom(stage, 2, 5);
  const elements = span.elements.map((e, i) => (i === 0 ? { ...e, ...change } : e));
  return { ...span, elements };
};

const accepted = (name: string, rule: string, from: 1 | 3): Scenario =>
  fromDelta(
    {
      name,
      rule,
      posts: (stage) => instead(stage, spanFrom(stage, from, 5)),
      expect: (stage) =>
        activatesAtFour(stage)
          ? blockFour(stage, 'transactionsInActivationBlock')
          : { reasons: [stage.holocene ? 'past' : 'timestampTooLow'], safe: 5 },
    },
    from === 1 ? 100 : 101,
  );

/** Every rule for span batches, broken once. */
export const SPAN: readonly Scenario[] = [
  accepted('accepted', '7.4 rule 11', 3),
  accepted('overlap-that-agrees', '7.5', 1),
  fromDelta({
    name: 'of-blocks-after-next',
    rule: '7.4 rule 3',
    posts: (stage) => instead(stage, spanFrom(stage, 4, 5)),
    expect: (stage) =>
      stage.holocene
        ? { reasons: ['timestampTooHigh', 'flushed'], safe: 3 }
        : { reasons: [], safe: 5 },
  }),
  fromDelta(
    {
      name: 'of-safe-blocks',
      rule: '7.4 rule 4',
      posts: (stage) => instead(stage, spanFrom(stage, 1, 2)),
      expect: ({ holocene }) => ({ reasons: [holocene ? 'past' : 'timestampTooLow'], safe: 3 }),
    },
    100,
  ),
  broken('begins-between-blocks', '7.4 rule 5', 'spanStartsAfterSafeHead', (stage) =>
    shifted(spanOfThree(stage), -1n),
  ),
  broken(
    'misaligned-overlap',
    '7.4 rule 5',
    'spanMisaligned',
    (stage) => shifted(spanFrom(stage, 2, 5), -1n),
    100,
  ),
  broken('other-parent', '7.4 rule 6', 'parentCheckMismatch', (stage) => ({
    ...spanOfThree(stage),
    parentCheck: WRONG,
  })),
  broken(
    'overlap-with-other-parent',
    '7.4 rule 6',
    'parentCheckMismatch',
    (stage) => ({ ...spanFrom(stage, 2, 5), parentCheck: spanOfThree(stage).parentCheck }),
    100,
  ),
  {
    name: 'after-its-window',
    rule: '7.4 rule 7',
    rollup: { seqWindowSize: 2n },
    plans: [{ epoch: 100 }, { epoch: 100 }, { epoch: 101 }],
    posts: (stage) => {
      const span = withEpochs(spanFrom(stage, 3, 3), [100n], checkOf(stage, 100));
      return { [INCLUSION]: [dataOf(stage.config, [span])] };
    },
    expect: (stage) => ({
      reasons: hasDelta(stage) ? refusal(stage, 'includedTooLate') : ['spanBeforeDelta'],
      safe: 8,
    }),
  },
  broken(
    'first-epoch-skips-one',
    '7.4 rule 8',
    'epochTooNew',
    (stage) => withEpochs(spanOfThree(stage), [102n, 102n, 102n], checkOf(stage, 102)),
    100,
  ),
  broken('other-last-epoch', '7.4 rule 9', 'originCheckMismatch', (stage) => ({
    ...spanOfThree(stage),
    l1OriginCheck: WRONG,
  })),
  fromDelta({
    name: 'last-epoch-not-read-yet',
    rule: '7.4 rule 9',
    posts: (stage) =>
      instead(stage, withEpochs(spanFrom(stage, 3, 6), [101n, 102n, 103n, 104n], WRONG)),
    // Before Holocene it waits for L1 block 104, which it gets wrong; after, it is passed over.
    expect: ({ holocene, has }) => {
      if (holocene) return { reasons: ['originUnknown'], safe: 3 };
      return has('holocene', 1024n)
        ? { reasons: ['holoceneActivated', 'holoceneActivated'], safe: 2 }
        : { reasons: ['originCheckMismatch'], safe: 3 };
    },
  }),
  broken(
    'first-epoch-too-old',
    '7.4 rule 10',
    'epochTooOld',
    (stage) => withEpochs(spanOfThree(stage), [99n, 100n, 101n], checkOf(stage, 101)),
    100,
  ),
  broken(
    'overlap-with-other-transactions',
    '7.5',
    'overlapTransactionsDiffer',
    (stage) => overlapping(stage, { transactions: [userTx(99)] }),
    100,
  ),
  broken(
    'overlap-with-fewer-transactions',
    '7.5',
    'overlapTransactionsDiffer',
    (stage) => overlapping(stage, { transactions: [] }),
    100,
  ),
  broken('overlap-with-other-origin', '7.5', 'overlapOriginDiffers', (stage) =>
    withEpochs(spanFrom(stage, 2, 5), [101n, 101n, 101n, 101n], checkOf(stage, 101)),
  ),
  {
    ...brokenInside('block-before-its-origin', '7.5 rule 4', 'timestampBeforeOrigin', () => ({})),
    posts: (stage) =>
      instead(stage, withEpochs(spanOfThree(stage), [101n, 102n, 102n], checkOf(stage, 102))),
  },
  {
    ...brokenInside('post-exec', '7.5 rule 6', 'postExecTransaction', () => ({
      transactions: [postExec],
    })),
    expect: (stage) => blockFour(stage, 'postExecTransaction'),
  },
  {
    ...brokenInside('set-code', '7.5 rule 6', 'setCodeBeforeIsthmus', (stage) => ({
      transactions: [setCodeTx(stage)],
    })),
    expect: (stage) =>
      stage.has('isthmus', 1008n) && !activatesAtFour(stage)
        ? { reasons: ['past'], safe: 5 }
        : blockFour(stage, 'setCodeBeforeIsthmus'),
  },
  fromDelta({
    name: 'refused-by-the-engine',
    rule: '10.4',
    posts: (stage) => {
      const span = spanOfThree(stage);
      const elements = span.elements.map((e, i) =>
        i === 1 ? { ...e, transactions: [markedTx()] } : e,
      );
      return instead(stage, { ...span, elements });
    },
    // Before Holocene block 3 falls with it; from it on block 4 is replaced, and block 5 is gone.
    expect: (stage) => {
      if (activatesAtFour(stage)) return blockFour(stage, 'transactionsInActivationBlock');
      return stage.holocene
        ? { reasons: ['flushed', 'past'], safe: 4 }
        : { reasons: ['spanInvalidated'], safe: 3 };
    },
  }),
  {
    name: 'truncated',
    rule: '6.3',
    posts: (stage) => {
      const bytes = encodeBatch(stage.config, spanOfThree(stage));
      return instead(stage, bytes.slice(0, -1));
    },
    expect: () => ({ reasons: ['malformedBatch'], safe: 3 }),
  },
  {
    name: 'unsupported-transaction-type',
    rule: '6.3',
    posts: (stage) => {
      const bytes = encodeBatch(stage.config, spanFrom(stage, 3, 3));
      const columns = concatBytes(new Uint8Array(2 + 64 + 20), Uint8Array.of(3, 0xc0, 0, 0));
      return instead(stage, concatBytes(bytes.slice(0, -1), Uint8Array.of(1), columns));
    },
    // Whether spans are read at all is asked at the time of the L1 block that holds this one.
    expect: ({ has }) => ({
      reasons: [has('delta', INCLUSION_TIME) ? 'spanNotConvertible' : 'spanBeforeDelta'],
      safe: 3,
    }),
  },
];

/** Jovian or Karst one second after block 3: then block 4 is the one to be empty. */
function activatesAtFour({ has }: Stage): boolean {
  return (['jovian', 'karst'] as const).some((fork) => has(fork, 1008n) && !has(fork, 1006n));
}

function blockFour(stage: Stage, reason: DropReason) {
  if (!hasDelta(stage)) return { reasons: ['spanBeforeDelta'] as const, safe: 3 };
  const told = activatesAtFour(stage) ? 'transactionsInActivationBlock' : reason;
  return stage.holocene
    ? { reasons: [told, 'flushed', 'past'] as const, safe: 3 }
    : { reasons: [told] as const, safe: 3 };
}
