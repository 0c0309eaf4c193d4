import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { keccak256 } from '../../src/base/hash.ts';
import { type Batcher, type BatcherConfig, createBatcher } from '../../src/batcher/batcher.ts';
import { createThrottler } from '../../src/batcher/throttler.ts';
import { buildGenesis } from '../../src/devnet/genesis/buildGenesis.ts';
import type { ForkSchedule } from '../../src/devnet/genesis/forkSchedule.ts';
import { compressChannel } from '../../src/native/compress.ts';
import type { SidecarKzg } from '../../src/l1Tx/sidecar.ts';
import { createHttpClient } from '../../src/transport/http.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { createL1Client } from '../../src/l1Tx/l1Client.ts';
import { lacksAnvil, mineUntil, rpc, withL1 } from '../support/anvil.ts';
import { BATCHER_CONFIG } from '../support/batcher.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';
import { genesisOptions } from '../support/genesis.ts';
import { txSenderOn } from '../support/l1.ts';
import { createRollupSim, l1GenesisHash, type RollupSim } from '../support/rollupSim.ts';

const L1_TIME = 1_700_000_000;
const L1_BLOCK_TIME = 12;
const KARST: ForkSchedule = { atGenesis: 'karst', until: 'karst', upgradeEvery: 0n };
const STAGED: ForkSchedule = { atGenesis: 'bedrock', until: 'karst', upgradeEvery: 24n };

/** Nobody here checks a proof, and real ones would take most of the time. */
const kzg: SidecarKzg = {
  commitment: (blob) => Promise.resolve(concatBytes(keccak256(blob), new Uint8Array(16))),
  proof: () => Promise.resolve(new Uint8Array(48)),
  cellProofs: () => Promise.resolve(Array.from({ length: 128 }, () => new Uint8Array(48))),
};

/** A threshold of 0 never throttles. */
const NO_THROTTLE = {
  lowerThreshold: 0,
  upperThreshold: 0,
  txSizeLower: 0,
  txSizeUpper: 0,
  blockSizeLower: 0,
  blockSizeUpper: 0,
  controller: 'step',
  pid: { kp: 0, ki: 0, kd: 0, integralMax: 1, outputMax: 1, sampleTimeMs: 2_000 },
} as const;

const CONFIG: BatcherConfig = {
  channel: { ...BATCHER_CONFIG, maxL1TxSizeBytes: 6_000, maxChannelDuration: 2n },
  daType: 'calldata',
  pollIntervalMs: 10,
  maxPendingTxs: 4,
};

type World = {
  readonly url: string;
  readonly sim: RollupSim;
  readonly batcher: Batcher;
  /** An L1 block, what follows from it on L2, and a round of the batcher. */
  readonly turn: () => Promise<void>;
  readonly restart: () => Batcher;
  /** Where each confirmed transaction had its data. */
  readonly submitted: string[];
};

async function inWorld(
  change: Partial<BatcherConfig>,
  schedule: ForkSchedule,
  body: (world: World) => Promise<void>,
): Promise<void> {
  await withL1({ mining: { type: 'manual' }, timestamp: L1_TIME }, async ({ url, shelf }) => {
    await rpc(url, 'anvil_setBlockTimestampInterval', [L1_BLOCK_TIME]);
    const start = { number: 0n, hash: await l1GenesisHash(url), timestamp: BigInt(L1_TIME) };
    const { rollup } = await buildGenesis({ ...genesisOptions(schedule), l1Start: start });
    const sim = createRollupSim(url, shelf, rollup);
    const submitted: string[] = [];
    let channels = 0;
    const make = (): Batcher =>
      createBatcher({
        rollup,
        source: sim.source,
        l1: createL1Client(createHttpClient({ url: new URL(url) })),
        txSender: txSenderOn(url, devAccount(1).key, { rebroadcastIntervalMs: 50 }, kzg).sender,
        config: { ...CONFIG, ...change },
        compress: compressChannel,
        newChannelId: () => `0x${(++channels).toString(16).padStart(32, '0')}`,
        log: SILENT_LOG,
        throttler: createThrottler(NO_THROTTLE, [], SILENT_LOG),
        txBytes: (tx) => tx.length,
        events: { confirmed: ({ daType }) => submitted.push(daType) },
      });
    let batcher = make();
    const turn = async (): Promise<void> => {
      await sim.follow();
      await batcher.step();
      await settle(url, batcher);
    };
    const restart = (): Batcher => {
      batcher = make();
      return batcher;
    };
    await body({ url, sim, batcher, turn, restart, submitted });
  });
}

/** Mines until nothing is on its way, at least once. */
async function settle(url: string, batcher: Batcher): Promise<void> {
  while ((await pooled(url)) < batcher.pending()) continue;
  await rpc(url, 'evm_mine', []);
  while (batcher.pending() > 0) await rpc(url, 'eth_chainId', []);
}

async function pooled(url: string): Promise<number> {
  const { pending } = await rpc<{ pending: string }>(url, 'txpool_status', []);
  return Number(pending);
}

async function expectEqual({ sim }: World): Promise<void> {
  await sim.follow();
  const safe = sim.safe();
  expect(sim.unsafe[Number(safe.number)]?.hash).toBe(safe.hash);
}

describe.skipIf(lacksAnvil())('createBatcher', () => {
  test.each([
    ['singular', 'zlib', 'calldata'],
    ['singular', 'zlib', 'blobs'],
    ['singular', 'brotli-10', 'calldata'],
    ['singular', 'brotli-10', 'blobs'],
    ['span', 'zlib', 'calldata'],
    ['span', 'zlib', 'blobs'],
    ['span', 'brotli-9', 'calldata'],
    ['span', 'brotli-9', 'blobs'],
  ] as const)('default: %s, %s, %s derives equal', async (batchType, algorithm, daType) => {
    const channel = { ...CONFIG.channel, batchType, algorithm };
    await inWorld({ channel, daType }, KARST, async (world) => {
      for (let i = 0; i < 8; i++) await world.turn();
      await expectEqual(world);
      expect(world.sim.safe().number).toBeGreaterThan(20n);
      expect(world.sim.drops).toEqual([]);
    });
  });

  test('behavior: all forks staged in one run', async () => {
    const channel = { ...CONFIG.channel, batchType: 'span', algorithm: 'brotli-9' } as const;
    await inWorld({ channel, daType: 'blobs' }, STAGED, async (world) => {
      for (let i = 0; i < 26; i++) await world.turn();
      await expectEqual(world);
      expect(world.sim.safe().timestamp).toBeGreaterThan(BigInt(L1_TIME) + 240n);
      expect(world.sim.drops).toEqual([]);
    });
  });

  test('behavior: a restarted batcher goes on from the safe head', async () => {
    await inWorld({}, KARST, async (world) => {
      for (let i = 0; i < 4; i++) await world.turn();
      world.restart();
      for (let i = 0; i < 4; i++) await world.turn();
      await expectEqual(world);
      expect(world.sim.safe().number).toBeGreaterThan(20n);
    });
  });

  test('behavior: an L2 reorg is followed', async () => {
    await inWorld({}, KARST, async (world) => {
      for (let i = 0; i < 4; i++) await world.turn();
      await world.sim.follow();
      world.sim.reorgL2(Number(world.sim.safe().number));
      for (let i = 0; i < 6; i++) await world.turn();
      await expectEqual(world);
      expect(world.sim.safe().number).toBeGreaterThan(30n);
    });
  });

  test.each([1, 4])('behavior: an L1 reorg of depth %i is followed', async (depth) => {
    await inWorld({}, KARST, async (world) => {
      for (let i = 0; i < 6; i++) await world.turn();
      const before = world.sim.safe().number;
      await rpc(world.url, 'anvil_reorg', [depth, []]);
      for (let i = 0; i < 8; i++) await world.turn();
      await expectEqual(world);
      expect(world.sim.safe().number).toBeGreaterThan(before + 20n);
    });
  });

  test('behavior: draining sends what is held', async () => {
    const channel = { ...CONFIG.channel, maxChannelDuration: 0n };
    await inWorld({ channel }, KARST, async (world) => {
      for (let i = 0; i < 3; i++) await world.turn();
      expect(world.sim.safe().number).toBe(0n);
      await world.sim.follow();
      await world.batcher.step();
      const newest = world.batcher.state().blocks.at(-1)?.number;
      await mineUntil(world.url, world.batcher.drain());
      await world.sim.follow();
      expect(world.sim.safe().number).toBe(newest);
    });
  });

  test('behavior: the cheaper place is taken', async () => {
    await inWorld({ daType: 'auto' }, KARST, async (world) => {
      for (let i = 0; i < 4; i++) await world.turn();
      expect(new Set(world.submitted)).toEqual(new Set(['blobs']));
    });
  });
});
