import { randomBytes } from 'node:crypto';
import type { DeriveConfig } from '../derive/state.ts';
import { type ExecutionEngine, openEngine } from '../execution/engine.ts';
import type { Genesis } from '../execution/genesis.ts';
import { createTxPool } from '../execution/pool/txPool.ts';
import { startEngineServer } from '../execution/server/engineServer.ts';
import type { KeyValueStore } from '../execution/store/keyValueStore.ts';
import type { DriverEvents } from '../node/driverPorts.ts';
import { embeddedEngine } from '../node/embeddedEngine.ts';
import { createMetrics } from '../node/metrics.ts';
import { type RollupNode, startNode } from '../node/node.ts';
import {
  DEFAULT_DRIVER_OPTIONS,
  DEFAULT_L1_OPTIONS,
  type L1Options,
  type SequencerParts,
} from '../node/nodeOptions.ts';
import { memorySafeHeads } from '../node/safeHeads.ts';
import { serveNode } from '../node/serveNode.ts';
import type { BlobKzg } from '../sources/verifyBlob.ts';
import type { Log } from '../transport/log.ts';
import { startTogether } from '../transport/startTogether.ts';
import { startTraffic } from './traffic.ts';

/** What a node of a devnet begins with. */
export type DevNodeOptions = {
  readonly config: DeriveConfig;
  readonly genesis: Genesis;
  readonly l1Url: string;
  readonly beaconUrl: string;
  /** Closed with the node. */
  readonly store: KeyValueStore;
  readonly kzg: BlobKzg;
  readonly sequencer: SequencerParts | undefined;
  /** Of its made-up users in each block. */
  readonly txsPerBlock: number;
  readonly events: Partial<DriverEvents>;
  /** Of the RPC and the engine's methods; 0: any free one. */
  readonly ports: { readonly node: number; readonly engine: number };
  readonly log: Log;
};

/** A node of a devnet with its engine and its RPC. */
export type DevNode = {
  readonly node: RollupNode;
  readonly engine: ExecutionEngine;
  /** Of `optimism_` and `admin_` methods, and the pages. */
  readonly url: string;
  /** Of `eth_` methods, by HTTP and WebSocket. */
  readonly engineUrl: string;
  readonly ports: DevNodeOptions['ports'];
  readonly stop: () => Promise<void>;
};

const POLL_MS = 250;

/** Starts a node with an embedded engine in this process, and serves both. */
export async function startDevNode(options: DevNodeOptions): Promise<DevNode> {
  const { sequencer, log, ports } = options;
  return startTogether(async (started) => {
    const engine = await openEngine(options.genesis, options.store, {
      keepStateBlocks: 'archive',
    });
    const pool = createTxPool(engine);
    const metrics = createMetrics('devnet');
    const node = await startNode(
      {
        config: options.config,
        engine: embeddedEngine(engine, pool),
        kzg: options.kzg,
        safeHeads: memorySafeHeads(),
        l1: l1Options(options),
        driver: DEFAULT_DRIVER_OPTIONS,
        sequencer,
        log,
      },
      [metrics.events, options.events],
    );
    // Whoever waits for the node hears of it; a failure before that is not unhandled.
    node.ended.catch(() => {});
    started.add(node.stop);
    started.add(pool.close);
    if (sequencer !== undefined && options.txsPerBlock > 0) {
      const end = startTraffic(engine, pool, options.txsPerBlock, log);
      started.add(end);
    }
    const served = await startEngineServer({
      engine,
      pool,
      version: 'devnet',
      log,
      auth: { host: HOST, port: 0, jwtSecret: randomBytes(32), vhosts: [HOST] },
      http: { ...OPEN, port: ports.engine, vhosts: ['*'] },
    });
    started.add(served.stop);
    const server = await serveNode(node, metrics, {
      host: HOST,
      port: ports.node,
      version: 'headwater-devnet',
      hasSafeHeadDb: true,
      hasAdmin: true,
      metricsAt: undefined,
      sequencer: node.sequencer,
      setLogLevel: () => {},
    });
    started.add(server.stop);
    const enginePort = served.http?.port ?? 0;
    return {
      node,
      engine,
      url: server.url.origin,
      engineUrl: `http://${HOST}:${enginePort}`,
      ports: { node: Number(server.url.port), engine: enginePort },
      stop: started.stop,
    };
  });
}

const HOST = '127.0.0.1';
const OPEN = { host: HOST, apis: ['eth', 'net', 'web3', 'txpool', 'debug'], origins: ['*'] };

function l1Options({ l1Url, beaconUrl }: DevNodeOptions): L1Options {
  return {
    ...DEFAULT_L1_OPTIONS,
    endpoints: [{ url: new URL(l1Url) }],
    beacons: [{ url: new URL(beaconUrl) }],
    archivers: [],
    pollIntervalMs: POLL_MS,
    epochPollIntervalMs: 4 * POLL_MS,
  };
}
