import { concatBytes, ZERO_HASH } from '../../src/base/bytes.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import type { DropReason } from '../../src/derive/index.ts';
import type { SingularBatch } from '../../src/protocol/batch.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import {
  type ChannelItem,
  channelId,
  dataOf,
  singularOf,
} from '../../test/derive/support/batches.ts';
import { userTx } from '../../test/derive/support/l2.ts';
import { INCLUSION, type Posts, refusal, type Scenario, type Stage } from './scenario.ts';

/** Marker that the null engine refuses in a transaction. */
const REFUSED = Uint8Array.of(1, 0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef);

const honest = ({ config, chain }: Stage, number: number): SingularBatch =>
  singularOf(config, chain[number] as L2Block);

/** Blocks 1 and 2, then `item`, in one channel; the honest block 3 in the next. */
function instead(stage: Stage, item: ChannelItem): Posts {
  const { config } = stage;
  const first = dataOf(config, [honest(stage, 1), honest(stage, 2), item], channelId(1));
  return { [INCLUSION]: [first, dataOf(config, [honest(stage, 3)], channelId(2))] };
}

/** The batch of block 3 with changes refused for `reason`; from Holocene on its channel is gone. */
function broken(
  name: string,
  rule: string,
  reason: DropReason,
  change: (stage: Stage, batch: SingularBatch) => Partial<SingularBatch>,
): Scenario {
  return {
    name,
    rule,
    posts: (stage) => {
      const batch = honest(stage, 3);
      return instead(stage, { ...batch, ...change(stage, batch) });
    },
    expect: (stage) => ({ reasons: refusal(stage, reason), safe: 3 }),
  };
}

/** The same scenario where block 3 has transactions: fork activation blocks refuse any. */
function withUserTxs(scenario: Scenario): Scenario {
  return {
    ...scenario,
    rule: `${scenario.rule}; rule 9`,
    expect: (stage) =>
      stage.activates
        ? { reasons: refusal(stage, 'transactionsInActivationBlock'), safe: 3 }
        : scenario.expect(stage),
  };
}

const hashOf = ({ l1 }: Stage, number: number) => (l1[number - 100] as L1Block).ref.hash;

/** The batch of block 3 that stays in epoch 100 though its time is beyond a drift of 5 s. */
function drifting(name: string, reason: DropReason, transactions: readonly Uint8Array[]): Scenario {
  return {
    name,
    rule: '7.2 rule 10',
    rollup: { maxSequencerDrift: 5n },
    posts: (stage) => {
      const late = { epochNumber: 100n, epochHash: hashOf(stage, 100), transactions };
      return instead(stage, { ...honest(stage, 3), ...late });
    },
    // Fjord's drift of 1800 s counts for origins of its time on; the origin here is block 100.
    expect: ({ has, holocene }) => {
      if (!has('fjord', 1000n)) return { reasons: [reason], safe: 3 };
      return { reasons: [holocene ? 'past' : 'timestampTooLow'], safe: 3 };
    },
  };
}

const withTx = (name: string, reason: DropReason, tx: Uint8Array): Scenario =>
  withUserTxs(broken(name, '7.2 rule 11', reason, () => ({ transactions: [userTx(3), tx] })));

/** Every rule for singular batches, broken once. */
export const SINGULAR: readonly Scenario[] = [
  {
    name: 'accepted',
    rule: '7.2 rule 12',
    posts: (stage) => ({
      [INCLUSION]: [
        dataOf(
          stage.config,
          [1, 2, 3].map((number) => honest(stage, number)),
        ),
      ],
    }),
    expect: () => ({ reasons: [], safe: 3 }),
  },
  withUserTxs({
    name: 'accepted-with-transactions',
    rule: '7.2 rule 12',
    posts: (stage) => instead(stage, { ...honest(stage, 3), transactions: [userTx(3)] }),
    expect: ({ holocene }) => ({ reasons: [holocene ? 'past' : 'timestampTooLow'], safe: 3 }),
  }),
  {
    name: 'of-block-after-next',
    rule: '7.2 rule 1',
    posts: (stage) => instead(stage, honest(stage, 4)),
    expect: ({ holocene }) =>
      holocene ? { reasons: ['timestampTooHigh', 'flushed'], safe: 3 } : { reasons: [], safe: 4 },
  },
  {
    name: 'one-second-late',
    rule: '7.2 rule 1',
    posts: (stage) => instead(stage, { ...honest(stage, 3), timestamp: 1007n }),
    expect: ({ holocene }) => ({
      reasons: holocene ? ['timestampTooHigh', 'flushed'] : ['timestampTooLow'],
      safe: 3,
    }),
  },
  {
    name: 'of-safe-block',
    rule: '7.2 rule 2',
    posts: (stage) => instead(stage, honest(stage, 2)),
    expect: ({ holocene }) => ({ reasons: [holocene ? 'past' : 'timestampTooLow'], safe: 3 }),
  },
  broken('other-parent', '7.2 rule 3', 'parentHashMismatch', () => ({ parentHash: ZERO_HASH })),
  {
    name: 'after-its-window',
    rule: '7.2 rule 4',
    rollup: { seqWindowSize: 2n },
    plans: [{ epoch: 100 }, { epoch: 100 }, { epoch: 101 }],
    posts: (stage) => {
      const late = { epochNumber: 100n, epochHash: hashOf(stage, 100) };
      const batch = { ...honest(stage, 3), ...late };
      return { [INCLUSION]: [dataOf(stage.config, [batch])] };
    },
    // Blocks 1 and 2 are forced in L1 block 102, 3 to 5 in 103, and 6 to 8 in 104.
    expect: ({ holocene }) => ({
      reasons: holocene ? ['includedTooLate', 'flushed'] : ['includedTooLate'],
      safe: 8,
    }),
  },
  broken('epoch-before', '7.2 rule 5', 'epochTooOld', () => ({ epochNumber: 99n })),
  broken('epoch-skips-one', '7.2 rule 6', 'epochTooNew', () => ({ epochNumber: 102n })),
  broken('epoch-at-64-bits', '7.2 rule 4', 'includedTooLate', () => ({
    epochNumber: 2n ** 64n - 1n,
  })),
  broken('other-epoch-hash', '7.2 rule 7', 'epochHashMismatch', () => ({ epochHash: ZERO_HASH })),
  {
    name: 'before-its-origin',
    rule: '7.2 rule 8',
    posts: (stage) => {
      const { config } = stage;
      const early = { epochNumber: 101n, epochHash: hashOf(stage, 101) };
      const second = { ...honest(stage, 2), ...early };
      const good = [honest(stage, 2), honest(stage, 3)];
      return {
        [INCLUSION]: [
          dataOf(config, [honest(stage, 1), second], channelId(1)),
          dataOf(config, good, channelId(2)),
        ],
      };
    },
    expect: ({ holocene }) => ({
      reasons: holocene ? ['timestampBeforeOrigin', 'flushed'] : ['timestampBeforeOrigin'],
      safe: 3,
    }),
  },
  withUserTxs(drifting('beyond-the-drift', 'sequencerDriftExceeded', [userTx(3)])),
  drifting('beyond-the-drift-empty', 'epochNotAdvanced', []),
  withTx('empty-transaction', 'emptyTransaction', new Uint8Array(0)),
  withTx('deposit', 'depositTransaction', Uint8Array.of(0x7e, 0xc0)),
  withUserTxs({
    ...withTx('set-code', 'setCodeBeforeIsthmus', Uint8Array.of(4, 0xc0)),
    rule: '7.2 rule 11',
    expect: (stage) =>
      stage.has('isthmus', 1006n)
        ? { reasons: ['past'], safe: 3 }
        : { reasons: refusal(stage, 'setCodeBeforeIsthmus'), safe: 3 },
  }),
  withTx('post-exec', 'postExecTransaction', Uint8Array.of(0x7d, 0xc0)),
  withUserTxs({
    name: 'refused-by-the-engine',
    rule: '10.4',
    posts: (stage) => instead(stage, { ...honest(stage, 3), transactions: [REFUSED] }),
    expect: ({ holocene }) => ({ reasons: holocene ? ['flushed', 'past'] : [], safe: 3 }),
  }),
  {
    name: 'one-item-too-many',
    rule: '6.2',
    posts: (stage) => {
      const bytes = Array.from({ length: 6 }, () => new Uint8Array(0));
      return instead(stage, concatBytes(Uint8Array.of(0), encodeRlp(bytes)));
    },
    expect: () => ({ reasons: ['malformedBatch'], safe: 3 }),
  },
  {
    name: 'unknown-batch-type',
    rule: '6.1',
    posts: (stage) => instead(stage, Uint8Array.of(2, 0xc0)),
    expect: () => ({ reasons: ['malformedBatch'], safe: 3 }),
  },
];
