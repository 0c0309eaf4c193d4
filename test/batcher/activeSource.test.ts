import { describe, expect, test } from 'vitest';
import { activeSource, type L2Endpoint } from '../../src/batcher/activeSource.ts';
import type { RollupClient } from '../../src/sources/rollupClient.ts';
import { TransportError } from '../../src/transport/errors.ts';
import type { HttpClient } from '../../src/transport/http.ts';

type Fake = { active: boolean | 'down'; statuses: number; checks: number; blocks: number };

function endpointOf(fake: Fake): L2Endpoint {
  const node: Partial<RollupClient> = {
    syncStatus: () => {
      fake.statuses++;
      return Promise.resolve({} as never);
    },
    sequencerActive: () => {
      fake.checks++;
      if (fake.active === 'down') return Promise.reject(new TransportError('connection', 'down'));
      return Promise.resolve(fake.active);
    },
  };
  const execution: Partial<HttpClient> = {
    send: () => {
      fake.blocks++;
      const body = '{"jsonrpc":"2.0","id":1,"result":null}';
      return Promise.resolve({ status: 200, body, retryAfterMs: undefined });
    },
  };
  return { node: node as RollupClient, execution: execution as HttpClient };
}

function fakes(...active: readonly Fake['active'][]): Fake[] {
  return active.map((value) => ({ active: value, statuses: 0, checks: 0, blocks: 0 }));
}

describe('activeSource', () => {
  test('default: one endpoint is not asked whether it is active', async () => {
    const [only] = fakes(false) as [Fake];
    await activeSource([endpointOf(only)], 5000).syncStatus();
    expect(only).toMatchObject({ checks: 0, statuses: 1 });
  });

  test('behavior: status and blocks come from the active one, past one that is down', async () => {
    const all = fakes('down', false, true);
    const source = activeSource(all.map(endpointOf), 5000);
    await source.syncStatus();
    await source.block(1n);
    expect(all.map(({ statuses }) => statuses)).toEqual([0, 0, 1]);
    expect(all.map(({ blocks }) => blocks)).toEqual([0, 0, 1]);
  });

  test('behavior: an active one is believed for a while', async () => {
    const [first, second] = fakes(true, true) as [Fake, Fake];
    let nowMs = 0;
    const source = activeSource([first, second].map(endpointOf), 5000, () => nowMs);
    await source.syncStatus();
    first.active = false;
    nowMs = 4999;
    await source.syncStatus();
    expect(first.statuses).toBe(2);
    nowMs = 5000;
    await source.syncStatus();
    expect(second.statuses).toBe(1);
  });

  test('behavior: nobody active keeps the one used last', async () => {
    const all = fakes(false, false);
    await activeSource(all.map(endpointOf), 0).syncStatus();
    expect(all[0]?.statuses).toBe(1);
  });
});
