import { concatBytes, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { encodeUvarint } from '../../src/base/cursor.ts';
import type { DropReason } from '../../src/derive/index.ts';
import type { SpanBatch } from '../../src/protocol/batch.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { SEQUENCER_FEE_VAULT } from '../../src/protocol/predeploys.ts';
import {
  type ChannelItem,
  channelId,
  dataOf,
  encodeBatch,
  singularOf,
  spanOf,
} from '../../test/derive/support/batches.ts';
import { addressOf } from '../../test/derive/support/l1.ts';
import { INCLUSION, markedTx, type Posts, refusal, type Scenario, type Stage } from './scenario.ts';

const A = addressOf(0xa1);
const B = addressOf(0xa2);
const C = addressOf(0xa3);
const WRONG: Hex = `0x${'99'.repeat(20)}`;

const honest = ({ config, chain }: Stage, number: number) =>
  singularOf(config, chain[number] as L2Block);

/** Blocks 1 and 2, then this, in one channel; the honest block 3 in the next. */
function instead(stage: Stage, ...items: readonly ChannelItem[]): Posts {
  const { config } = stage;
  const first = dataOf(config, [honest(stage, 1), honest(stage, 2), ...items], channelId(1));
  return { [INCLUSION]: [first, dataOf(config, [honest(stage, 3)], channelId(2))] };
}

/** The encoding of blocks `from` to `to`, with any indexes and any set of recipients behind it. */
function encoded(
  { config, chain }: Stage,
  [from, to]: readonly [number, number],
  indexes: readonly (number | bigint)[],
  recipients: readonly Hex[],
  change: (span: SpanBatch) => SpanBatch = (span) => span,
): Uint8Array {
  const span = change(spanOf(config, chain.slice(from, to + 1)));
  return concatBytes(
    Uint8Array.of(2),
    encodeBatch(config, span).slice(1),
    ...indexes.map((index) => encodeUvarint(BigInt(index))),
    ...recipients.map(hexToBytes),
  );
}

const THREE = [3, 5] as const;

/** A batch of the known type that the stage cannot split. Where the type is unknown: the same. */
function malformed(name: string, rule: string, item: (stage: Stage) => Uint8Array): Scenario {
  return {
    name,
    rule,
    posts: (stage) => instead(stage, item(stage)),
    expect: () => ({ reasons: ['malformedBatch'], safe: 3 }),
  };
}

/** What a scenario of so many spans comes to where version 2 is on and Delta active. */
function judged(scenario: Scenario, spans = 1): Scenario {
  return {
    ...scenario,
    expect: (stage) => {
      if (!stage.spanV2) return { reasons: ['malformedBatch'], safe: 3 };
      if (!stage.has('delta', 0n)) {
        return { reasons: Array.from({ length: spans }, () => 'spanBeforeDelta'), safe: 3 };
      }
      return scenario.expect(stage);
    },
  };
}

/** Blocks 3 to 5 are accepted, and the honest block 3 comes too late. */
function accepted(name: string, rule: string, indexes: readonly number[], set: readonly Hex[]) {
  return judged({
    name,
    rule,
    posts: (stage) => instead(stage, encoded(stage, THREE, indexes, set)),
    expect: (stage) => ({
      reasons: late(stage),
      safe: 5,
      recipients: indexes
        .map((index) => set[index] as Hex)
        .filter((r) => r !== SEQUENCER_FEE_VAULT),
    }),
  });
}

function late({ holocene }: Stage): DropReason[] {
  return [holocene ? 'past' : 'timestampTooLow'];
}

/** A rule of version 1, broken in a span that is well-formed in all that version 2 adds. */
function broken(
  name: string,
  rule: string,
  reason: DropReason,
  item: (stage: Stage) => Uint8Array,
): Scenario {
  return judged({
    name,
    rule,
    posts: (stage) => instead(stage, item(stage)),
    expect: (stage) => ({ reasons: refusal(stage, reason), safe: 3 }),
  });
}

/** Every rule for span batches of version 2, broken once. */
export const SPAN_V2: readonly Scenario[] = [
  accepted('accepted', '12', [0, 1, 0], [A, B]),
  accepted('one-recipient', '12', [0, 0, 0], [A]),
  accepted('as-many-recipients-as-blocks', '12', [0, 1, 2], [A, B, C]),
  accepted('the-vault-by-name', '12', [0, 1, 0], [SEQUENCER_FEE_VAULT, A]),
  malformed('first-index-not-zero', '12 decode 3', (stage) =>
    encoded(stage, THREE, [1, 0, 0], [A, B]),
  ),
  malformed('index-skips-one', '12 decode 3', (stage) =>
    encoded(stage, THREE, [0, 2, 1], [A, B, C]),
  ),
  malformed('index-of-2-to-the-32', '12 decode 2', (stage) =>
    encoded(stage, THREE, [0, 2n ** 32n, 0], [A, B]),
  ),
  malformed('index-not-shortest', '12 decode 2', (stage) => {
    const bytes = encoded(stage, THREE, [], []);
    return concatBytes(bytes, Uint8Array.of(0, 0x80, 0, 0), hexToBytes(A));
  }),
  malformed('recipient-nobody-uses', '12 decode 5', (stage) =>
    encoded(stage, THREE, [0, 0, 0], [A, B]),
  ),
  malformed('recipient-missing', '12 decode 5', (stage) => encoded(stage, THREE, [0, 1, 0], [A])),
  malformed('byte-left-over', '12 decode 5', (stage) =>
    concatBytes(encoded(stage, THREE, [0, 0, 0], [A]), Uint8Array.of(0)),
  ),
  malformed('truncated-recipient', '12 decode 5', (stage) =>
    encoded(stage, THREE, [0, 1, 0], [A, B]).slice(0, -1),
  ),
  malformed('truncated-indexes', '12 decode 2', (stage) => encoded(stage, THREE, [0, 0], [])),
  malformed('truncated-version-1', '12 decode 1', (stage) =>
    encoded(stage, THREE, [], []).slice(0, -1),
  ),
  malformed('recipient-twice', '12 decode 6', (stage) => encoded(stage, THREE, [0, 1, 0], [A, A])),
  malformed('no-blocks', '12 decode 1', () => {
    const columns = concatBytes(Uint8Array.of(2, 0, 100), new Uint8Array(40));
    return concatBytes(columns, Uint8Array.of(0), hexToBytes(A));
  }),
  broken('other-parent', '7.4 rule 6', 'parentCheckMismatch', (stage) =>
    encoded(stage, THREE, [0, 0, 0], [A], (span) => ({ ...span, parentCheck: WRONG })),
  ),
  broken('other-last-epoch', '7.4 rule 9', 'originCheckMismatch', (stage) =>
    encoded(stage, THREE, [0, 0, 0], [A], (span) => ({ ...span, l1OriginCheck: WRONG })),
  ),
  broken('overlap-with-other-recipient', '12, 7.5', 'overlapFeeRecipientDiffers', (stage) =>
    encoded(stage, [2, 5], [0, 1, 1, 1], [A, B]),
  ),
  judged({
    name: 'overlap-that-agrees',
    rule: '12, 7.5',
    // Block 2 came in a singular batch: its fees go to the vault.
    posts: (stage) =>
      instead(stage, encoded(stage, [2, 5], [0, 1, 1, 1], [SEQUENCER_FEE_VAULT, A])),
    expect: (stage) => ({ reasons: late(stage), safe: 5, recipients: [A, A, A] }),
  }),
  judged(
    {
      name: 'overlap-of-version-1-behind-it',
      rule: '12, 7.5',
      // Version 1 names no recipients, so none are compared.
      posts: (stage) => {
        const { config, chain } = stage;
        const data = dataOf(config, [
          honest(stage, 1),
          honest(stage, 2),
          encoded(stage, [3, 4], [0, 0], [A]),
          spanOf(config, chain.slice(3, 6)),
        ]);
        return { [INCLUSION]: [data, dataOf(config, [honest(stage, 3)], channelId(2))] };
      },
      expect: (stage) => ({ reasons: late(stage), safe: 5, recipients: [A, A] }),
    },
    2,
  ),
  judged({
    name: 'refused-by-the-engine',
    rule: '12, 10.4',
    posts: (stage) =>
      instead(
        stage,
        encoded(stage, THREE, [0, 1, 0], [A, B], (span) => ({
          ...span,
          elements: span.elements.map((e, i) =>
            i === 1 ? { ...e, transactions: [markedTx()] } : e,
          ),
        })),
      ),
    // From Holocene on a replacement's fees go to the vault; the refused payload's went to B.
    expect: ({ holocene }) =>
      holocene
        ? { reasons: ['flushed', 'past'], safe: 4, recipients: [A, B] }
        : { reasons: ['spanInvalidated'], safe: 3, recipients: [A, B] },
  }),
];
