import { createPublicClient } from 'viem';
import { afterEach, describe, expect, test } from 'vitest';
import { createEndpoint } from '../../src/sources/endpoint.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { createPool } from '../../src/sources/pool.ts';
import { viemTransport } from '../../src/sources/viemTransport.ts';
import { makeL1Chain } from '../support/l1Chain.ts';
import { startL1Server } from '../support/l1Server.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connect(count: number) {
  const chain = makeL1Chain({ count: 3 });
  const servers = await Promise.all(Array.from({ length: count }, () => startL1Server({ chain })));
  const pool = createPool(servers.map(({ url }) => createEndpoint({ url })));
  cleanups.push(pool.close, ...servers.map(({ close }) => close));
  return { client: createPublicClient({ transport: viemTransport(pool) }), servers };
}

describe('viemTransport', () => {
  test('default: calls of one moment in one request', async () => {
    const { client, servers } = await connect(1);
    const [id, block] = await Promise.all([
      client.getChainId(),
      client.getBlock({ blockNumber: 2n }),
    ]);
    expect([id, block.number]).toEqual([1, 2n]);
    expect(servers[0]?.requests).toEqual([2]);
  });

  test('behavior: another endpoint where one is gone', async () => {
    const { client, servers } = await connect(2);
    await servers[0]?.close();
    expect(await client.getChainId()).toBe(1);
  });

  test('error: what the pool failed with is the cause', async () => {
    const { client, servers } = await connect(1);
    await servers[0]?.close();
    const error = await client.getChainId().catch((thrown: Error) => thrown);
    const causes: unknown[] = [];
    for (let at: unknown = error; at instanceof Error; at = at.cause) causes.push(at);
    expect(causes.some((cause) => cause instanceof SourceError)).toBe(true);
  });
});
