import { describe, expect, test } from 'vitest';
import { type Address, concatBytes } from '../../src/base/bytes.ts';
import type { DeriveConfig } from '../../src/derive/index.ts';
import { SEQUENCER_FEE_VAULT } from '../../src/protocol/predeploys.ts';
import { encodeSpanBatchV2, type SpanBatchV2 } from '../../src/protocol/spanBatchV2.ts';
import { type ChannelItem, dataOf, spanOf } from './support/batches.ts';
import { chainAt, GENESIS_TIME } from './support/config.ts';
import { addressOf, l1Blocks, post } from './support/l1.ts';
import { honestChain, steadyPlans } from './support/l2.ts';
import { deriveAll, nullEngine } from './support/run.ts';

// Span batches of version 2 name the fee recipient of each block. Experimental and off by default.

const L1 = l1Blocks(chainAt('holocene'), 8);
const RECIPIENTS: readonly Address[] = [addressOf(0xa1), addressOf(0xa2), addressOf(0xa1)];

function chain(spanBatchV2Time: bigint | undefined, newest: 'fjord' | 'holocene' = 'holocene') {
  return chainAt(newest, { spanBatchV2Time });
}

function spanV2(config: DeriveConfig, first: number, count: number): SpanBatchV2 {
  const blocks = honestChain(config, L1, steadyPlans(config, L1, first + count - 1));
  const span = spanOf(config, blocks.slice(first, first + count));
  const elements = span.elements.map((element, i) => ({
    ...element,
    feeRecipient: RECIPIENTS[i % RECIPIENTS.length] as Address,
  }));
  return { ...span, elements };
}

function item({ rollup }: DeriveConfig, span: SpanBatchV2): ChannelItem {
  const context = {
    l2Time: rollup.genesis.l2Time,
    l2ChainId: rollup.l2ChainId,
    startsNewOrigin: false,
  };
  return concatBytes(Uint8Array.of(2), encodeSpanBatchV2(span, context));
}

function derive(config: DeriveConfig, ...items: readonly ChannelItem[]) {
  return deriveAll(config, post(config, L1, 102, dataOf(config, items)));
}

describe('span batches of version 2', () => {
  test.each(['fjord', 'holocene'] as const)(
    'default: blocks have their recipients (%s)',
    (fork) => {
      const config = chain(0n, fork);
      const { steps } = derive(config, item(config, spanV2(config, 1, 3)));
      const batched = steps.filter(({ source }) => source.type === 'batch');
      expect(batched.map(({ attributes }) => attributes.suggestedFeeRecipient)).toEqual(RECIPIENTS);
    },
  );

  test('behavior: without an activation time the batch type is unknown', () => {
    const config = chain(undefined);
    const { reasons, steps } = derive(config, item(config, spanV2(config, 1, 3)));
    expect(reasons).toContain('malformedBatch');
    expect(steps.every(({ source }) => source.type === 'forced')).toBe(true);
  });

  test('behavior: the clock is the time of the L1 block being read', () => {
    const time = (L1[2]?.ref.timestamp ?? 0n) as bigint;
    expect(time).toBeGreaterThan(GENESIS_TIME);
    const early = chain(time + 1n);
    expect(derive(early, item(early, spanV2(early, 1, 3))).reasons).toContain('malformedBatch');
    const onTime = chain(time);
    expect(derive(onTime, item(onTime, spanV2(onTime, 1, 3))).reasons).not.toContain(
      'malformedBatch',
    );
  });

  test('behavior: forced blocks keep the vault', () => {
    const config = chain(0n);
    const { steps } = derive(config, item(config, spanV2(config, 1, 3)));
    const forced = steps.filter(({ source }) => source.type === 'forced');
    expect(forced.length).toBeGreaterThan(0);
    expect(
      forced.every(({ attributes }) => attributes.suggestedFeeRecipient === SEQUENCER_FEE_VAULT),
    ).toBe(true);
  });

  test('behavior: a deposits-only replacement has the vault', () => {
    const config = chain(0n);
    const span = spanV2(config, 1, 1);
    const [element] = span.elements;
    if (element === undefined) throw new Error('expected one block');
    const refusing = nullEngine(config);
    const asked: Address[] = [];
    deriveAll(config, post(config, L1, 102, dataOf(config, [item(config, span)])), {
      engine: (parent, attributes) => {
        asked.push(attributes.suggestedFeeRecipient);
        const isFirst = asked.length === 1;
        return isFirst ? { invalid: 'refused' } : refusing(parent, attributes);
      },
    });
    expect(asked.slice(0, 2)).toEqual([RECIPIENTS[0], SEQUENCER_FEE_VAULT]);
  });

  test('behavior: an overlap must name the same recipients', () => {
    const config = chain(0n);
    const long = spanV2(config, 1, 4);
    const same = derive(config, item(config, spanV2(config, 1, 3)), item(config, long));
    expect(same.reasons).not.toContain('overlapFeeRecipientDiffers');
    const others = long.elements.map((element) => ({ ...element, feeRecipient: addressOf(0xbb) }));
    const different = derive(
      config,
      item(config, spanV2(config, 1, 3)),
      item(config, { ...long, elements: others }),
    );
    expect(different.reasons).toContain('overlapFeeRecipientDiffers');
  });
});
