import { describe, expect, test } from 'vitest';
import { encodeJsonExact } from '../../../src/base/json.ts';
import type { Dropped } from '../../../src/derive/dropped.ts';
import { type PageParts, pageSnapshot } from '../../../src/node/page/pageSnapshot.ts';
import type { EndpointMeter } from '../../../src/sources/endpoint.ts';
import type { Wait } from '../../../src/transport/waits.ts';
import { BAD_L1_BLOCK, DERIVING, derivingPage } from '../../support/derivingPage.ts';
import { forkAt, rollupConfig } from '../../support/rollupConfig.ts';

describe('pageSnapshot', () => {
  test('default: heads with their lag, the chain, blocks', () => {
    const page = derivingPage();
    for (let i = 0; i < 3; i++) page.readL1Block();
    const snapshot = pageSnapshot(page.parts());
    const unsafe = page.l2.at(-1);
    expect(snapshot.chain).toEqual({
      name: null,
      l1ChainId: 900n,
      l2ChainId: 901n,
      l1Genesis: 100n,
      blockTime: 2n,
      fork: 'holocene',
      nextFork: null,
    });
    expect(snapshot.heads.unsafe).toEqual({
      number: 8n,
      hash: unsafe?.hash,
      time: 1016n,
      behind: 0n,
      l1Origin: 102n,
    });
    expect(snapshot.heads.safe).toMatchObject({ number: 4n, behind: 4n });
    expect(snapshot.heads.finalized).toMatchObject({ number: 0n, behind: 8n });
    expect(snapshot.heads.l1Current).toMatchObject({ number: 103n, behind: 6n, l1Origin: null });
    expect(snapshot.heads.l1Head).toMatchObject({ number: 109n, behind: 0n });
    expect(snapshot.blocks[1]).toEqual({
      number: 4n,
      hash: page.l2[3]?.hash,
      time: 1008n,
      l1Origin: 101n,
      sequenceNumber: 1n,
      source: 'span',
      how: 'consolidated',
      transactions: 2,
      gasUsed: 21_000n,
    });
    expect(snapshot.blocks[0]).toMatchObject({ source: 'unsafe', how: null, gasUsed: null });
    expect(snapshot.pipeline?.l1.number).toBe(103n);
  });

  test('behavior: a drop with its reason and its position in L1', () => {
    const page = derivingPage();
    while (page.parts().l1.current?.number !== BAD_L1_BLOCK) page.readL1Block();
    page.readL1Block();
    const { drops } = pageSnapshot(page.parts());
    expect(drops.count).toBe(2);
    expect(drops.byReason).toEqual([
      { reason: 'parentHashMismatch', count: 1 },
      { reason: 'flushed', count: 1 },
    ]);
    expect(drops.recent[1]).toEqual({
      subject: 'batch',
      reason: 'parentHashMismatch',
      message: drops.recent[1]?.message,
      l1Number: BAD_L1_BLOCK,
      l1Hash: page.l1[4]?.ref.hash,
      txHash: null,
      channelId: `0x${'bb'.repeat(16)}`,
      position: 'batch 0',
    });
    expect(drops.recent[1]?.message).toMatch(/^Batch 0 is dropped: /);
  });

  test('behavior: calls of all endpoints by method, and for each L1 block', () => {
    const page = derivingPage();
    for (let i = 0; i < 3; i++) page.readL1Block();
    const meters = [meter('a', { eth_x: 1, eth_y: 5 }, 2), meter('b', { eth_x: 6 }, 0)];
    expect(pageSnapshot(page.parts({ meters })).l1Calls).toEqual({
      total: 12,
      requests: 6,
      failures: 2,
      perL1Block: 3,
      methods: [
        { method: 'eth_x', count: 7 },
        { method: 'eth_y', count: 5 },
      ],
      endpoints: [
        { name: 'a', calls: 6, failures: 2 },
        { name: 'b', calls: 6, failures: 0 },
      ],
    });
  });

  test('behavior: waits with what went wrong', () => {
    const wait: Wait = {
      name: 'L1 block 5',
      sinceMs: 1,
      tries: 3,
      lastError: undefined,
      nextAction: 'ask again',
      nextActionAtMs: 9,
    };
    const why = { ...DERIVING, waits: [wait, { ...wait, lastError: 'no answer' }] };
    const snapshot = pageSnapshot(derivingPage().parts({ why }));
    expect(snapshot.why).toEqual({
      summary: 'deriving',
      phase: 'deriving',
      isReady: false,
      waits: [
        { ...wait, lastError: null },
        { ...wait, lastError: 'no answer' },
      ],
    });
  });

  test('behavior: the fork that comes next', () => {
    const forkTimes = forkAt('holocene', 'isthmus', 5000n);
    const rollup = rollupConfig('holocene', { forkTimes, l2ChainId: 10n });
    expect(pageSnapshot(derivingPage().parts({ rollup })).chain).toMatchObject({
      name: 'op-mainnet',
      fork: 'holocene',
      nextFork: { name: 'isthmus', time: 5000n },
    });
  });

  test('behavior: a node that knows nothing yet', () => {
    const parts = derivingPage().parts({
      heads: undefined,
      derivation: undefined,
      l1: { current: undefined, head: undefined, finalized: undefined },
    });
    const { heads, pipeline, sample, l1Calls } = pageSnapshot(parts);
    expect(Object.values(heads)).toEqual([null, null, null, null, null]);
    expect(pipeline).toBe(null);
    expect(sample).toBe(null);
    expect(l1Calls).toMatchObject({ total: 0, requests: 0 });
  });

  test('behavior: bounded, whatever L1 and servers say', () => {
    const page = derivingPage();
    const drop: Dropped = {
      subject: 'batch',
      reason: 'past',
      at: { l1: page.parts().l1.head as NonNullable<PageParts['l1']['head']> },
      message: 'm'.repeat(10_000),
    };
    const wait: Wait = {
      name: 'n'.repeat(10_000),
      sinceMs: 1,
      tries: 3,
      lastError: 'e'.repeat(10_000),
      nextAction: 'a'.repeat(10_000),
      nextActionAtMs: undefined,
    };
    const calls = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`eth_${i}`, 1]));
    const snapshot = pageSnapshot(
      page.parts({
        drops: Array.from({ length: 500 }, () => drop),
        why: { ...DERIVING, waits: Array.from({ length: 500 }, () => wait) },
        meters: Array.from({ length: 500 }, (_, i) => meter(`endpoint ${i}`, calls, 0)),
      }),
    );
    expect(encodeJsonExact(snapshot).length).toBeLessThan(100_000);
  });
});

function meter(name: string, calls: EndpointMeter['calls'], failures: number): EndpointMeter {
  const pace = {
    concurrency: 1,
    batchSize: 1,
    callsPerSecond: 1,
    tokens: 0,
    filledAtMs: 0,
    pausedUntilMs: 0,
  } as unknown as EndpointMeter['pace'];
  return { name, calls, requests: 3, failures, pace };
}
