import { describe, expect, test } from 'vitest';
import type { BatcherSyncStatus } from '../../src/batcher/syncActions.ts';
import { waitForNode } from '../../src/batcher/waitForNode.ts';
import type { L1Client } from '../../src/l1Tx/l1Client.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';

/** Waits at an L1 of 100 blocks where the batcher sent in block 95; returns how often it asked. */
async function roundsUntil(recentTxsDepth: bigint, firstCurrentL1: bigint): Promise<number> {
  let asked = 0;
  const l1: Partial<L1Client> = {
    head: () => Promise.resolve({ number: 100n } as never),
    nonce: (_, at) => Promise.resolve(at === 'latest' || at >= 95n ? 7n : 6n),
  };
  const syncStatus = (): Promise<BatcherSyncStatus> => {
    const currentL1 = { number: firstCurrentL1 + BigInt(asked++) };
    return Promise.resolve({ currentL1 } as BatcherSyncStatus);
  };
  await waitForNode({
    source: { syncStatus },
    l1: l1 as L1Client,
    batcher: `0x${'ba'.repeat(20)}`,
    recentTxsDepth,
    pollMs: 0,
    log: SILENT_LOG,
  });
  return asked;
}

describe('waitForNode', () => {
  test('default: until the node is at the L1 head', async () => {
    expect(await roundsUntil(0n, 100n)).toBe(1);
    expect(await roundsUntil(0n, 90n)).toBe(11);
  });

  test('behavior: until it is at our newest transaction', async () => {
    expect(await roundsUntil(10n, 95n)).toBe(1);
    expect(await roundsUntil(10n, 90n)).toBe(6);
  });

  test('behavior: until it is as far as was looked back, where there is none', async () => {
    expect(await roundsUntil(3n, 97n)).toBe(1);
    expect(await roundsUntil(3n, 96n)).toBe(2);
  });
});
