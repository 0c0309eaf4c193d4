import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRecording } from '../../src/cli/recording/recording.ts';
import { replayRecording } from '../../src/cli/replay/replayRecording.ts';
import { type Devnet, startDevnet } from '../../src/devnet/devnet.ts';
import { BATCH_FORMS, DEFAULT_DEVNET, type DevnetOptions } from '../../src/devnet/devnetOptions.ts';
import { startRecording } from '../../src/devnet/recordChain.ts';
import type { DriverEvents } from '../../src/node/driverPorts.ts';
import { createHttpClient } from '../../src/transport/http.ts';
import { rpcCall } from '../../src/transport/jsonRpc.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { lacksAnvil, rpc } from '../support/anvil.ts';
import { until as untilTrue } from '../support/until.ts';

const QUICK: DevnetOptions = { ...DEFAULT_DEVNET, l1BlockTime: 1 };

/** Waits until all verifiers have everything equal up to the head the sequencer has now. */
async function untilEqual(devnet: Devnet): Promise<void> {
  const heads = () => devnet.sequencer().node.heads();
  await until(devnet, () => heads() !== undefined);
  const target = heads()?.unsafeHead.number ?? 0n;
  await until(devnet, () => devnet.counts.now.equal >= target);
}

function until(devnet: Devnet, isDone: () => boolean): Promise<void> {
  const failed = devnet.ended.then(() => {
    throw new Error('the devnet has ended');
  });
  return untilTrue(isDone, failed);
}

describe.skipIf(lacksAnvil())('startDevnet', () => {
  test('default: every fork, then every form of batches, derived equal and replayed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-devnet-'));
    const recording = startRecording(folder);
    const kinds = new Set<string>();
    const verifierEvents: Partial<DriverEvents> = {
      ...recording.events,
      derived: (event) => {
        recording.events.derived?.(event);
        const { source } = event.step;
        kinds.add(source.type === 'batch' ? source.kind : source.type);
      },
    };
    const schedule = { atGenesis: 'bedrock', until: 'karst', upgradeEvery: 2n } as const;
    const devnet = await startDevnet(
      { ...QUICK, schedule },
      { log: SILENT_LOG, verifierEvents, l1Started: recording.attach },
    );
    try {
      const { rollup } = devnet.l1;
      const lastFork = Number((rollup.forkTimes.karst ?? 0n) - rollup.genesis.l2Time);
      await until(devnet, () => devnet.counts.now.equal > BigInt(lastFork));
      const reasons = devnet.counts.recentDrops.map(
        ({ subject, reason }) => `${subject} ${reason}`,
      );
      expect(reasons).toEqual([]);
      for (const form of BATCH_FORMS) {
        await devnet.batchWith(form);
        await untilEqual(devnet);
      }
      expect([...kinds].toSorted()).toEqual(['singular', 'span']);
      expect(devnet.counts.now.transactions).toBeGreaterThan(50);
      await until(devnet, () => devnet.counts.now.deposits > 0);
      await recording.save(devnet);
    } finally {
      await devnet.stop();
    }
    const summary = await replayRecording(
      openRecording(folder, () => {}),
      {
        onProgress: () => {},
        onSlowKzg: () => {},
      },
    );
    expect(summary.firstDifference).toBeUndefined();
    expect(summary.compared).toBeGreaterThan(20);
  }, 300_000);

  test('behavior: recovers from an L1 reorg and from killed parts', async () => {
    const devnet = await startDevnet({ ...QUICK, verifiers: 2 }, { log: SILENT_LOG });
    const http = createHttpClient({ url: new URL(devnet.l1.anvilUrl) });
    try {
      await until(devnet, () => devnet.counts.now.equal > 0n);
      await rpcCall(http, { method: 'anvil_reorg', params: [2, []] });
      await until(devnet, () => devnet.counts.now.reorgs > 0);
      for (const part of devnet.parts) await devnet.restart(part);
      const { url, engineUrl } = devnet.sequencer();
      expect(await rpc(url, 'admin_sequencerActive', [])).toBe(true);
      expect(await rpc(engineUrl, 'eth_chainId', [])).toBe('0x385');
      await untilEqual(devnet);
      const head = await rpc<string>(url, 'admin_stopSequencer', []);
      expect(head).toBe(devnet.sequencer().node.heads()?.unsafeHead.hash);
      await rpc(url, 'admin_startSequencer', [head]);
      await untilEqual(devnet);
    } finally {
      http.close();
      await devnet.stop();
    }
    await expect(rpc(devnet.sequencer().url, 'optimism_version', [])).rejects.toThrow();
  }, 300_000);
});
