import { describe, expect, test } from 'vitest';
import type { Hash } from '../../src/base/bytes.ts';
import type { L1BlockRef } from '../../src/protocol/ids.ts';
import { chooseL1Origin, type OriginFacts } from '../../src/sequencer/l1Origin.ts';

const hash = (byte: string): Hash => `0x${byte.repeat(32)}`;
const CURRENT: L1BlockRef = {
  number: 10n,
  hash: hash('aa'),
  parentHash: hash('99'),
  timestamp: 100n,
};
const NEXT: L1BlockRef = { number: 11n, hash: hash('bb'), parentHash: hash('aa'), timestamp: 112n };
const FACTS: OriginFacts = {
  headOrigin: { number: 10n, hash: hash('aa') },
  current: CURRENT,
  next: NEXT,
  timestamp: 112n,
  maxDrift: 600n,
};

describe('chooseL1Origin', () => {
  test('default: the next L1 block, once its time is reached', () => {
    expect(chooseL1Origin(FACTS)).toEqual({ type: 'use', origin: NEXT });
  });

  test('behavior: one second earlier it is still the current one', () => {
    const choice = chooseL1Origin({ ...FACTS, timestamp: 111n });
    expect(choice).toEqual({ type: 'use', origin: CURRENT });
  });

  test('behavior: only one step, however late the block is', () => {
    const choice = chooseL1Origin({ ...FACTS, timestamp: 100_000n });
    expect(choice).toEqual({ type: 'use', origin: NEXT });
  });

  test('behavior: without a next block it stays, up to the drift', () => {
    const choice = chooseL1Origin({ ...FACTS, next: undefined, timestamp: 700n });
    expect(choice).toEqual({ type: 'use', origin: CURRENT });
  });

  test('behavior: beyond the drift it waits for one', () => {
    const choice = chooseL1Origin({ ...FACTS, next: undefined, timestamp: 701n });
    expect(choice).toMatchObject({ type: 'wait', reason: expect.stringContaining('601 s ahead') });
  });

  test('behavior: beyond the drift a next block of the future is not taken', () => {
    const next = { ...NEXT, timestamp: 900n };
    const choice = chooseL1Origin({ ...FACTS, next, timestamp: 701n });
    expect(choice).toEqual({ type: 'use', origin: CURRENT });
  });

  test('error: the origin of the head is no longer there', () => {
    const choice = chooseL1Origin({ ...FACTS, headOrigin: { number: 10n, hash: hash('cc') } });
    expect(choice).toMatchObject({ type: 'reset', message: expect.stringContaining(hash('cc')) });
  });

  test('error: the next block does not follow', () => {
    const choice = chooseL1Origin({ ...FACTS, next: { ...NEXT, parentHash: hash('cc') } });
    expect(choice).toMatchObject({ type: 'reset', message: expect.stringContaining(hash('cc')) });
  });
});
