import { describe, expect, test } from 'vitest';
import { createBlobShelf } from '../../src/devnet/blobShelf.ts';
import { startBeaconShim } from '../../src/devnet/beaconShim.ts';
import { lacksAnvil, rpc, withAnvil } from '../support/anvil.ts';

const GENESIS = 1_700_000_000;

async function answerOf(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe.skipIf(lacksAnvil())('startBeaconShim', () => {
  test('default: tells spec, genesis and headers by slot', async () => {
    await withAnvil({ mining: { type: 'manual' }, timestamp: GENESIS }, async (anvil) => {
      const shim = await startBeaconShim({
        l1Url: anvil.url,
        shelf: createBlobShelf(8),
        secondsPerSlot: 3,
      });
      try {
        await rpc(anvil.url, 'evm_setNextBlockTimestamp', [GENESIS + 3]);
        await rpc(anvil.url, 'evm_mine', []);
        await rpc(anvil.url, 'evm_setNextBlockTimestamp', [GENESIS + 9]);
        await rpc(anvil.url, 'evm_mine', []);
        const spec = await answerOf(`${shim.url}/eth/v1/config/spec`);
        expect(spec.body['data']).toMatchObject({ SECONDS_PER_SLOT: '3' });
        const genesis = await answerOf(`${shim.url}/eth/v1/beacon/genesis`);
        expect(genesis.body['data']).toMatchObject({ genesis_time: String(GENESIS) });
        const head = await answerOf(`${shim.url}/eth/v1/beacon/headers/head`);
        expect(head.body['data']).toMatchObject({ header: { message: { slot: '3' } } });
        const blobs = await answerOf(`${shim.url}/eth/v1/beacon/blobs/1`);
        expect(blobs).toMatchObject({ status: 200, body: { data: [] } });
      } finally {
        await shim.stop();
      }
    });
  });

  test('error: a missed slot, an unknown path and a sidecar request without KZG', async () => {
    await withAnvil({ mining: { type: 'manual' }, timestamp: GENESIS }, async (anvil) => {
      const shim = await startBeaconShim({
        l1Url: anvil.url,
        shelf: createBlobShelf(8),
        secondsPerSlot: 3,
      });
      try {
        expect((await answerOf(`${shim.url}/eth/v1/beacon/blobs/2`)).status).toBe(404);
        expect((await answerOf(`${shim.url}/eth/v2/debug`)).status).toBe(404);
        expect((await answerOf(`${shim.url}/eth/v1/beacon/blob_sidecars/0`)).status).toBe(410);
      } finally {
        await shim.stop();
      }
    });
  });
});
