import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../src/base/bytes.ts';
import { startBeaconShim } from '../../src/devnet/beaconShim.ts';
import { createKzg } from '../../src/native/kzg.ts';
import { encodeBlob } from '../../src/protocol/blob.ts';
import { l2BlockFromRpc } from '../../src/protocol/rpcBlock.ts';
import type { TxCandidate } from '../../src/l1Tx/txSenderParts.ts';
import { lacksAnvil, mineUntil, rpc, withAnvil, withL1 } from '../support/anvil.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';
import { txSenderOn } from '../support/l1.ts';

const { key, address } = devAccount(1);
const PLAIN: TxCandidate = {
  to: '0xff00000000000000000000000000000000000901',
  data: Uint8Array.of(0, 1, 2, 3),
  value: 0n,
  gas: 'data',
  blobs: [],
};

const BLOB_L1 = { mining: { type: 'instant' }, timestamp: 1_700_000_000 } as const;

describe.skipIf(lacksAnvil())('createTxSender', () => {
  test('default: several at a time, in the order of the calls', async () => {
    await withAnvil({ mining: { type: 'manual' } }, async ({ url }) => {
      const { sender, events } = txSenderOn(url, key);
      const sends = [1, 2, 3].map((byte) => sender.send({ ...PLAIN, data: Uint8Array.of(byte) }));
      expect(sender.pending()).toBe(3);
      await mineWhen(url, () => events.filter(({ type }) => type === 'published').length === 3);
      const receipts = await Promise.all(sends);
      expect(receipts.every(({ succeeded }) => succeeded)).toBe(true);
      const block = await rpc<{ transactions: { hash: string; input: string }[] }>(
        url,
        'eth_getBlockByNumber',
        ['0x1', true],
      );
      expect(block.transactions.map(({ input }) => input)).toEqual(['0x01', '0x02', '0x03']);
    });
  });

  test('behavior: blobs with cell proofs arrive, and the beacon shim serves them', async () => {
    await withL1(BLOB_L1, async ({ url, shelf }) => {
      // So that no slot has the genesis block too.
      await rpc(url, 'evm_increaseTime', [12]);
      const kzg = createKzg();
      const { sender } = txSenderOn(url, key, {}, kzg);
      const blobs = [Uint8Array.of(1), Uint8Array.of(2)].map(encodeBlob);
      const receipt = await sender.send({ ...PLAIN, data: new Uint8Array(0), blobs });
      expect(receipt.succeeded).toBe(true);
      const shim = await startBeaconShim({ l1Url: url, shelf, secondsPerSlot: 1, kzg });
      try {
        const proven = await rpc(url, 'eth_getBlockByNumber', ['0x1', true]);
        expect(l2BlockFromRpc(proven).transactions.length).toBe(1);
        const block = await rpc<{ timestamp: string; transactions: BlobTx[] }>(
          url,
          'eth_getBlockByNumber',
          [`0x${receipt.blockNumber.toString(16)}`, true],
        );
        const slot = Number(block.timestamp) - 1_700_000_000;
        const hashes = block.transactions[0]?.blobVersionedHashes ?? [];
        const path = `${shim.url}/eth/v1/beacon`;
        const all = await dataOf<string[]>(`${path}/blobs/${slot}`);
        expect(all).toEqual(blobs.map(bytesToHex));
        const second = await dataOf<string[]>(
          `${path}/blobs/${slot}?versioned_hashes=${hashes[1]}`,
        );
        expect(second).toEqual([bytesToHex(blobs[1] as Uint8Array)]);
        const sidecars = await dataOf<Sidecar[]>(`${path}/blob_sidecars/${slot}?indices=1`);
        expect(sidecars.map(({ index, blob }) => [index, blob])).toEqual([['1', second[0]]]);
      } finally {
        await shim.stop();
        await kzg.close();
      }
    });
  });

  test('behavior: fees are raised until the transaction is mined', async () => {
    await withAnvil({ mining: { type: 'manual' } }, async ({ url }) => {
      const { sender, events } = txSenderOn(url, key, { resubmissionTimeoutMs: 30 });
      const sent = sender.send(PLAIN);
      await mineWhen(url, () => events.filter(({ type }) => type === 'bumped').length >= 2);
      expect((await sent).succeeded).toBe(true);
      expect(await rpc(url, 'eth_getTransactionCount', [address, 'latest'])).toBe('0x1');
    });
  });

  test('behavior: a transaction that a reorg took out is mined again', async () => {
    await withAnvil({ mining: { type: 'manual' } }, async ({ url }) => {
      const patience = { numConfirmations: 3n, rebroadcastIntervalMs: 20 };
      const { sender, events } = txSenderOn(url, key, patience);
      const sent = sender.send(PLAIN);
      await mineWhen(url, () => events.some(({ type }) => type === 'published'));
      await rpc(url, 'anvil_rollback', [1]);
      expect((await mineUntil(url, sent)).succeeded).toBe(true);
    });
  });

  test('error: a nonce used by someone else, and the next send reads it anew', async () => {
    await withAnvil({ mining: { type: 'instant' } }, async ({ url }) => {
      const { sender } = txSenderOn(url, key);
      await sender.send(PLAIN);
      await txSenderOn(url, key).sender.send({ ...PLAIN, data: Uint8Array.of(9) });
      await expect(sender.send(PLAIN)).rejects.toMatchObject({ code: 'nonceTooLow' });
      expect((await sender.send(PLAIN)).succeeded).toBe(true);
    });
  });

  test('error: a gap that a reorg left, and the next send fills it', async () => {
    await withAnvil({ mining: { type: 'instant' } }, async ({ url }) => {
      const { sender } = txSenderOn(url, key, { rebroadcastIntervalMs: 20 });
      await sender.send(PLAIN);
      await rpc(url, 'anvil_reorg', [1, []]);
      await expect(sender.send(PLAIN)).rejects.toMatchObject({ code: 'nonceGap' });
      expect((await sender.send(PLAIN)).succeeded).toBe(true);
    });
  });

  test('error: cancelled while it waits', async () => {
    await withAnvil({ mining: { type: 'manual' } }, async ({ url }) => {
      const { sender } = txSenderOn(url, key);
      const controller = new AbortController();
      const sent = sender.send(PLAIN, { signal: controller.signal });
      controller.abort(new Error('enough'));
      await expect(sent).rejects.toThrow('enough');
      expect(sender.pending()).toBe(0);
    });
  });
});

type BlobTx = { readonly blobVersionedHashes?: readonly string[] };
type Sidecar = { readonly index: string; readonly blob: string };

async function dataOf<T>(url: string): Promise<T> {
  return ((await (await fetch(url)).json()) as { data: T }).data;
}

/** Makes an L1 block as soon as `isDue`; every look is a call, so that nothing spins. */
async function mineWhen(url: string, isDue: () => boolean): Promise<void> {
  while (!isDue()) await rpc(url, 'eth_chainId', []);
  await rpc(url, 'evm_mine', []);
}

describe.skipIf(lacksAnvil())('startL1Front', () => {
  test('error: a sidecar of version 0 is refused, as after Osaka', async () => {
    await withL1(BLOB_L1, async ({ url }) => {
      const kzg = createKzg();
      const { sender } = txSenderOn(url, key, { cellProofTime: undefined, maxRetries: 0 }, kzg);
      const blobs = [encodeBlob(Uint8Array.of(1))];
      const sent = sender.send({ ...PLAIN, data: new Uint8Array(0), blobs });
      await expect(sent).rejects.toThrow('unexpected eip-4844 sidecar');
      await kzg.close();
    });
  });
});
