import type { DeriveConfig } from '../derive/state.ts';
import { type ExecutionEngine, openEngine } from '../execution/engine.ts';
import type { TxSource } from '../execution/fillBlock.ts';
import type { Genesis } from '../execution/genesis.ts';
import type { KeyValueStore } from '../execution/store/keyValueStore.ts';
import type { DriverEvents } from '../node/driverPorts.ts';
import { embeddedEngine } from '../node/embeddedEngine.ts';
import { createMetrics } from '../node/metrics.ts';
import { type RollupNode, startNode } from '../node/node.ts';
import {
  DEFAULT_DRIVER_OPTIONS,
  DEFAULT_L1_OPTIONS,
  type SequencerParts,
} from '../node/nodeOptions.ts';
import { memorySafeHeads } from '../node/safeHeads.ts';
import { serveNode } from '../node/serveNode.ts';
import type { BlobKzg } from '../sources/verifyBlob.ts';
import type { Log } from '../transport/log.ts';

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
  /** Undefined: a node that builds nothing of its own. */
  readonly txSource: ((engine: ExecutionEngine) => TxSource) | undefined;
  readonly events: Partial<DriverEvents>;
  /** Of the RPC; 0: any free one. */
  readonly port: number;
  readonly log: Log;
};

/** A node of a devnet with its engine and its RPC. */
export type DevNode = {
  readonly node: RollupNode;
  readonly engine: ExecutionEngine;
  /** Of `optimism_` and `admin_` methods, and the pages. */
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
};

const POLL_MS = 250;

/** Starts a node with an embedded engine in this process. */
export async function startDevNode(options: DevNodeOptions): Promise<DevNode> {
  const { config, sequencer, log } = options;
  const engine = await openEngine(options.genesis, options.store, { keepStateBlocks: 'archive' });
  const metrics = createMetrics('devnet');
  const node = await startNode(
    {
      config,
      engine: embeddedEngine(engine, options.txSource?.(engine)),
      kzg: options.kzg,
      safeHeads: memorySafeHeads(),
      l1: {
        ...DEFAULT_L1_OPTIONS,
        endpoints: [{ url: new URL(options.l1Url) }],
        beacons: [{ url: new URL(options.beaconUrl) }],
        archivers: [],
        pollIntervalMs: POLL_MS,
        epochPollIntervalMs: 4 * POLL_MS,
      },
      driver: DEFAULT_DRIVER_OPTIONS,
      sequencer,
      log,
    },
    [metrics.events, options.events],
  );
  // Whoever waits for the node hears of it; a failure before that is not unhandled.
  node.ended.catch(() => {});
  try {
    const server = await serveNode(node, metrics, {
      host: '127.0.0.1',
      port: options.port,
      version: 'headwater-devnet',
      hasSafeHeadDb: true,
      hasAdmin: true,
      metricsAt: undefined,
      sequencer: node.sequencer,
      setLogLevel: () => {},
    });
    const stop = async (): Promise<void> => {
      await server.stop();
      await node.stop();
    };
    const { origin, port } = server.url;
    return { node, engine, url: origin, port: Number(port), stop };
  } catch (error) {
    await node.stop();
    throw error;
  }
}
