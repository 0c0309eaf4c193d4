import { describe, expect, test } from 'vitest';
import { decideFinality, type FinalityFacts } from '../../src/node/finality.ts';
import { memorySafeHeads } from '../../src/node/safeHeads.ts';

const id = (number: number, word = 'aa') => ({
  number: BigInt(number),
  hash: `0x${word.repeat(30)}${number.toString(16).padStart(4, '0')}` as const,
});

/** L1 block 20 is final; block 18 made L2 block 40 safe. */
const FACTS: FinalityFacts = {
  finalizedL1: id(20),
  record: { l1: id(18), l2: id(40, 'bb') },
  finalizedL2: id(30, 'bb'),
  safeL2: id(44, 'bb'),
  canonical: { atSignal: id(20).hash, atRecord: id(18).hash },
};

describe('sparse batches', () => {
  // Only some L1 blocks make anything safe; finality signals come for any.
  test.each([10, 100, 1000])('E8: one every %i L1 blocks', async (gap) => {
    const safeHeads = memorySafeHeads();
    for (let made = 1; made <= 5; made++) {
      await safeHeads.record({ l1: id(made * gap), l2: id(made * 7, 'bb') });
    }
    let finalizedL2 = id(0, 'bb');
    const finalized: number[] = [];
    for (let signal = 1; signal <= 5 * gap; signal += Math.ceil(gap / 3)) {
      const record = await safeHeads.at(BigInt(signal));
      const canonical = { atSignal: id(signal).hash, atRecord: record?.l1.hash };
      const facts = { finalizedL1: id(signal), record, finalizedL2, safeL2: id(35, 'bb') };
      const verdict = decideFinality({ ...facts, canonical });
      if (verdict.type !== 'finalize') continue;
      finalizedL2 = verdict.l2 as typeof finalizedL2;
      finalized.push(Number(verdict.l2.number));
      // Only what is derived from L1 blocks up to the signal.
      expect(Number(verdict.l2.number)).toBe(7 * Math.floor(signal / gap));
    }
    expect(finalized).toEqual([7, 14, 21, 28]);
  });
});

describe('decideFinality', () => {
  test('default: what was safe after the finalized L1 block is final', () => {
    expect(decideFinality(FACTS)).toEqual({ type: 'finalize', l2: id(40, 'bb') });
  });

  const NOTHING: readonly (readonly [string, Partial<FinalityFacts>])[] = [
    ['nothing is recorded that low', { record: undefined }],
    ['it is final already', { finalizedL2: id(40, 'bb') }],
    ['a later block is final already', { finalizedL2: id(41, 'bb') }],
    ['the safe head was set back below it', { safeL2: id(39, 'bb') }],
    ['L1 lacks the signalled block', { canonical: { ...FACTS.canonical, atSignal: undefined } }],
    ['L1 lacks the recorded block', { canonical: { ...FACTS.canonical, atRecord: undefined } }],
    ['the signal is not canonical', { canonical: { ...FACTS.canonical, atSignal: id(9).hash } }],
  ];
  test.each(NOTHING)('behavior: nothing when %s', (_, change) => {
    expect(decideFinality({ ...FACTS, ...change }).type).toBe('nothing');
  });

  test('behavior: reset when we derived from another L1 block', () => {
    const canonical = { ...FACTS.canonical, atRecord: id(9).hash };
    expect(decideFinality({ ...FACTS, canonical }).type).toBe('reset');
  });
});
