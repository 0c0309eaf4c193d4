import { describe, expect, test } from 'vitest';
import type { Dropped } from '../../../src/derive/dropped.ts';
import { promoteUnsafe, startHeads } from '../../../src/engine/heads.ts';
import { createPageRecord } from '../../../src/node/page/pageRecord.ts';
import type { L2BlockRef } from '../../../src/protocol/ids.ts';
import { BAD_L1_BLOCK, derivingPage } from '../../support/derivingPage.ts';

describe('createPageRecord', () => {
  test('default: blocks, the highest first, with what derivation knows of them', () => {
    const page = derivingPage();
    const seen = () =>
      page.record.blocks().map(({ block, source, how }) => [block.number, source, how]);
    expect(seen()).toEqual([[8n, 'unsafe', undefined]]);
    for (let i = 0; i < 3; i++) page.readL1Block();
    expect(seen()).toEqual([
      [8n, 'unsafe', undefined],
      [4n, 'span', 'consolidated'],
      [3n, 'span', 'consolidated'],
      [2n, 'span', 'consolidated'],
      [1n, 'span', 'consolidated'],
    ]);
    expect(page.record.counts().l1BlocksRead).toBe(4);
    while (page.parts().l1.current?.number !== 107n) page.readL1Block();
    expect(seen()[0]).toEqual([8n, 'span', 'consolidated']);
  });

  test('behavior: drops are counted by reason, those before the beginning too', () => {
    const page = derivingPage();
    while (page.parts().l1.current?.number !== BAD_L1_BLOCK) page.readL1Block();
    page.readL1Block();
    const counted = { parentHashMismatch: 1, flushed: 1 };
    expect(Object.fromEntries(page.record.dropCounts())).toEqual(counted);
    const later = createPageRecord(page.parts().drops as readonly Dropped[]);
    expect(Object.fromEntries(later.dropCounts())).toEqual(counted);
  });

  test('behavior: blocks that left the chain are forgotten, and only the highest are kept', () => {
    const record = createPageRecord();
    const unsafe = (number: bigint, branch: string): void =>
      record.headsMoved(promoteUnsafe(NO_HEADS, ref(number, branch)));
    for (let number = 1n; number <= 30n; number++) unsafe(number, 'a');
    expect(record.blocks().map(({ block }) => block.number)).toEqual(
      Array.from({ length: 20 }, (_, i) => 30n - BigInt(i)),
    );
    unsafe(28n, 'b');
    const [highest, below] = record.blocks();
    expect(highest?.block.hash).toBe(ref(28n, 'b').hash);
    expect(below?.block.hash).toBe(ref(27n, 'a').hash);
    expect(record.blocks()).toHaveLength(18);
  });

  test('behavior: a head that is looked into', () => {
    const { record, l2 } = derivingPage();
    const hash = l2.at(-1)?.hash as `0x${string}`;
    const content = { transactions: 3, gasUsed: 9n };
    expect(record.blocks()[0]?.content).toBe(undefined);
    record.lookedInto(hash, content);
    record.lookedInto(`0x${'00'.repeat(32)}`, content);
    expect(record.blocks()).toHaveLength(1);
    expect(record.blocks()[0]).toMatchObject({ source: 'unsafe', content });
  });

  test('behavior: resets, reorgs and the newest samples', () => {
    const record = createPageRecord([], () => 77);
    record.events.reset?.('l1Reorg', 'gone');
    record.events.l1Reorg?.(2n);
    expect(record.counts()).toEqual({
      l1BlocksRead: 0,
      l1Reorgs: 1,
      resets: 1,
      lastReset: { reason: 'l1Reorg', atMs: 77 },
    });
    for (let atMs = 0; atMs < 700; atMs++) {
      record.addSample({ atMs, unsafe: null, safe: null, l1: null, l1Head: null, l1Calls: 0 });
    }
    expect(record.samples()).toHaveLength(600);
    expect(record.samples()[0]?.atMs).toBe(100);
  });
});

function ref(number: bigint, branch: string): L2BlockRef {
  const hash = `0x${branch}${number.toString(16).padStart(63, '0')}` as const;
  return {
    number,
    hash,
    parentHash: hash,
    timestamp: number,
    l1Origin: { number: 0n, hash },
    sequenceNumber: 0n,
  };
}

const NO_HEADS = startHeads({
  unsafeHead: ref(0n, '0'),
  safeHead: ref(0n, '0'),
  finalizedHead: ref(0n, '0'),
});
