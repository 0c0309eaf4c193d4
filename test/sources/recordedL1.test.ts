import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Address } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { parseJsonExact } from '../../src/base/json.ts';
import { createKzg } from '../../src/native/kzg.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { parseRollupConfig } from '../../src/protocol/rollupConfigJson.ts';
import { applyConfigLog, isConfigLog } from '../../src/protocol/systemConfigLogs.ts';
import { createBeaconSource } from '../../src/sources/beacon.ts';
import { createBeaconApi } from '../../src/sources/beaconApi.ts';
import { createEndpoint } from '../../src/sources/endpoint.ts';
import { followL1 } from '../../src/sources/l1Feed.ts';
import { createL1Heads } from '../../src/sources/l1Heads.ts';
import { createL1Memory } from '../../src/sources/l1Memory.ts';
import { createL1Source } from '../../src/sources/l1Source.ts';
import { createPool } from '../../src/sources/pool.ts';
import type { BlobKzg } from '../../src/sources/verifyBlob.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { FAULT_KINDS } from '../support/servedChain.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

// Recorded chains, served live with faults. Whatever the endpoints do, the facts are the same.

const TOOL = 'tools/serve-chain.mjs';
const CHAIN = 'data/chains/devnet-fjord';

type Served = {
  readonly urls: { readonly l1: string; readonly beacon: string };
  readonly last: number;
  readonly stats: () => {
    readonly calls: Readonly<Record<string, { readonly calls: number; readonly faults?: number }>>;
  };
  readonly close: () => void;
};
type ServeChain = (options: {
  readonly chain: string;
  readonly fault?: readonly string[];
  readonly latency?: number;
}) => Promise<Served>;

const kzg = createKzg();
afterAll(() => kzg.close());

/** Each blob is committed to once, not once for each run. */
const commitments = new Map<string, Promise<Uint8Array>>();
const cachedKzg: BlobKzg = {
  commitment: (blob) => {
    const key = Buffer.from(blob).toString('base64');
    const found = commitments.get(key) ?? kzg.commitment(blob);
    commitments.set(key, found);
    return found;
  },
};

type Run = { readonly facts: readonly L1Block[]; readonly calls: number; readonly faults: number };

async function readAll(chain: string, fault: readonly string[] = []): Promise<Run> {
  const { serveChain } = (await import(pathToFileURL(sharedPath(TOOL)).href)) as {
    serveChain: ServeChain;
  };
  const served = await serveChain({ chain: sharedPath(chain), fault });
  const config = parseRollupConfig(
    parseJsonExact(readFileSync(sharedPath(`${chain}/rollup.json`), 'utf8')),
    () => undefined,
  );
  const endpoint = createEndpoint({ url: new URL(served.urls.l1), timeoutMs: 200 });
  const source = createL1Source(config, createPool([endpoint], createWaits()));
  const waits = createWaits();
  const heads = createL1Heads({ source, waits });
  const beacon = createBeaconApi({ url: new URL(served.urls.beacon), timeoutMs: 200 });
  const stop = new AbortController();
  const feed = followL1(
    {
      source,
      heads,
      waits,
      memory: createL1Memory(),
      blobs: createBeaconSource({ servers: [beacon], kzg: cachedKzg }),
      after: config.genesis.l1,
      batcherAddr: config.genesis.systemConfig.batcherAddr,
      nextBatcher: (before, block) => nextBatcher(config, before, block),
      blobsSince: config.forkTimes.ecotone,
      confirmations: 0n,
      readAhead: 32,
    },
    { signal: stop.signal },
  );
  const facts: L1Block[] = [];
  try {
    for await (const item of feed) {
      if (item.type === 'reorg') throw new Error('a reorg where there is none');
      facts.push(item.block);
      if (item.block.ref.number === BigInt(served.last)) break;
    }
    expect(waits.list().filter(({ name }) => name.startsWith('L1 block'))).toEqual([]);
    const rows = Object.values(served.stats().calls);
    const calls = Object.values(endpoint.meter().calls).reduce((sum, count) => sum + count, 0);
    return { facts, calls, faults: rows.reduce((sum, row) => sum + (row.faults ?? 0), 0) };
  } finally {
    heads.close();
    source.close();
    beacon.close();
    served.close();
  }
}

function nextBatcher(config: RollupConfig, before: Address, block: L1Block): Address {
  let systemConfig = { ...config.genesis.systemConfig, batcherAddr: before };
  for (const log of block.logs.filter((each) => isConfigLog(config, each))) {
    try {
      systemConfig = applyConfigLog(config, systemConfig, log, block.ref.timestamp);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return systemConfig.batcherAddr;
}

/** Facts in a form that compares fast: blobs by their hash and whether they are there. */
function digest(facts: readonly L1Block[]): unknown {
  return facts.map(({ ref, inboxTxs, logs }) => ({
    ref,
    logs,
    txs: inboxTxs.map(({ hash, from, blobs }) => ({
      hash,
      from,
      blobs: blobs.map(({ versionedHash, data }) => [versionedHash, data?.length]),
    })),
  }));
}

describe.skipIf(lacksShared(TOOL) || lacksShared(CHAIN))('a devnet with blobs', () => {
  let once: Promise<Run> | undefined;
  // Not before a test asks: the body of a skipped block runs too.
  const clean = (): Promise<Run> => {
    once ??= readAll(CHAIN);
    return once;
  };

  test('default: every blob of the batcher is there', async () => {
    const { facts } = await clean();
    const blobs = facts.flatMap(({ inboxTxs }) => inboxTxs.flatMap((tx) => tx.blobs));
    expect(blobs.length).toBeGreaterThan(0);
    expect(blobs.every(({ data }) => data?.length === 131_072)).toBe(true);
  });

  test.each(FAULT_KINDS)('behavior: L1 fault %s, every third call', async (kind) => {
    const spec = `side=l1,method=eth_getBlockByNumber,every=3,times=4,kind=${kind}`;
    const faulty = await readAll(CHAIN, [spec]);
    expect(faulty.faults).toBeGreaterThan(0);
    expect(digest(faulty.facts)).toEqual(digest((await clean()).facts));
  });

  const beaconFaults = [
    'error',
    '429',
    '500',
    'timeout',
    'truncate',
    'null',
    'wrong',
    'missing-tx',
  ];
  test.each(beaconFaults)('behavior: beacon fault %s, two calls in three', async (kind) => {
    const spec = `side=beacon,method=*,every=1,times=3,kind=${kind}`;
    const faulty = await readAll(CHAIN, [spec]);
    expect(faulty.faults).toBeGreaterThan(0);
    expect(digest(faulty.facts)).toEqual(digest((await clean()).facts));
  });
});

const EVERY_FORK = 'data/chains/every-fork-a';
describe.skipIf(lacksShared(TOOL) || lacksShared(EVERY_FORK))('a chain through every fork', () => {
  test('default: at most 1.7 calls for each L1 block', async () => {
    const { facts, calls } = await readAll(EVERY_FORK);
    expect(facts.length).toBe(284);
    expect(calls / facts.length).toBeLessThan(1.7);
  });
});
