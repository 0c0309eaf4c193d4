import { describe, expect, test } from 'vitest';
import {
  applyInvalidPayload,
  type AttributesStep,
  type DeriveConfig,
  type DeriveState,
  next,
  start,
  addL1Block,
} from '../../src/derive/index.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { SEQUENCER_FEE_VAULT } from '../../src/protocol/predeploys.ts';
import { channelId, dataOf, spanOf } from './support/batches.ts';
import { chainAt, chainForking, GENESIS_TIME } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { genesisOf, headAt, honestChain, steadyPlans, userTx } from './support/l2.ts';
import { takeReasons } from './support/stage.ts';

const INCLUSION = 103;

type Asked = { readonly state: DeriveState; readonly step: AttributesStep };

/** Derives until the attributes of block 1, out of a span of six blocks in one channel. */
function ask(config: DeriveConfig): Asked {
  const l1 = l1Blocks(config, 6);
  const chain = honestChain(config, l1, steadyPlans(config, l1, 6));
  const data = dataOf(config, [spanOf(config, chain.slice(1))], channelId(1));
  const genesis = headAt(config, genesisOf(config));
  const [first, ...rest] = post(config, l1, INCLUSION, data) as [L1Block, ...L1Block[]];
  const state = start(config, { l1: first, systemConfig: genesis.systemConfig });
  for (const block of rest) addL1Block(state, block);
  for (let turn = 0; turn < 100; turn++) {
    const step = next(state, genesis);
    if (step.type === 'attributes') return { state, step };
  }
  throw new RangeError('no attributes');
}

const withTransactions = (step: AttributesStep, transactions: readonly Uint8Array[]) => ({
  ...step,
  attributes: { ...step.attributes, transactions },
});

describe('applyInvalidPayload', () => {
  test('E5: from Holocene on the deposits alone replace payloads that mix all types', () => {
    const { state, step } = ask(chainAt('karst'));
    const deposit = step.attributes.transactions[0] as Uint8Array;
    const upgrade = Uint8Array.of(0x7e, 1);
    const mixed = [deposit, upgrade, userTx(1), Uint8Array.of(2, 0), Uint8Array.of(4), upgrade];
    const suggestedFeeRecipient = `0x${'fe'.repeat(20)}` as const;
    const attributes = { ...step.attributes, transactions: mixed, suggestedFeeRecipient };
    const refused = { ...step, attributes };
    expect(applyInvalidPayload(state, refused, 'why')).toEqual({
      type: 'replace',
      step: {
        ...refused,
        attributes: {
          ...step.attributes,
          transactions: [deposit, upgrade, upgrade],
          suggestedFeeRecipient: SEQUENCER_FEE_VAULT,
        },
      },
    });
  });

  test('behavior: from Holocene on the channel is flushed, and the span that it holds', () => {
    const { state, step } = ask(chainAt('holocene'));
    applyInvalidPayload(state, step, 'why');
    expect(takeReasons(state)).toEqual(['flushed']);
    expect(state.channel).toBeUndefined();
  });

  test('E6: before Holocene the payload is dropped, and nothing is flushed', () => {
    const { state, step } = ask(chainAt('granite'));
    expect(applyInvalidPayload(state, step, 'why')).toEqual({ type: 'drop' });
    expect(takeReasons(state)).toEqual([]);
    expect(state.batches).toMatchObject({ type: 'queue', span: { next: 1 } });
  });

  test.each([
    ['drop', 1n],
    ['replace', 0n],
  ] as const)('activation clock: the L1 block derived from, not the L2 block: %s', (type, late) => {
    const derivedFrom = l1Blocks(chainAt('granite'), 6)[INCLUSION - 100] as L1Block;
    const time = derivedFrom.ref.timestamp + late;
    // Block 1 is older than Holocene either way.
    expect(GENESIS_TIME + 2n).toBeLessThan(time);
    const { state, step } = ask(chainForking('granite', 'holocene', time));
    expect(step.derivedFrom).toEqual(derivedFrom.ref);
    expect(applyInvalidPayload(state, step, 'why')).toMatchObject({ type });
  });

  test.each(['granite', 'holocene'] as const)('%s: refused deposits halt', (fork) => {
    const { state, step } = ask(chainAt(fork));
    const deposits = withTransactions(step, step.attributes.transactions.slice(0, 1));
    expect(applyInvalidPayload(state, deposits, 'bad state root')).toEqual({
      type: 'halted',
      reason: 'invalidDepositsOnly',
      message: 'The engine refuses L2 block 1 although it holds deposits only: bad state root',
    });
    expect(takeReasons(state)).toEqual([]);
  });

  test('behavior: a refused replacement halts', () => {
    const { state, step } = ask(chainAt('holocene'));
    const first = applyInvalidPayload(state, step, 'why') as { readonly step: AttributesStep };
    expect(applyInvalidPayload(state, first.step, 'still')).toMatchObject({ type: 'halted' });
  });
});
