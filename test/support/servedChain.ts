import { pathToFileURL } from 'node:url';
import { rememberLast } from '../../src/base/rememberLast.ts';
import { openEngine, type ExecutionEngine } from '../../src/execution/engine.ts';
import { toExecutionConfig } from '../../src/execution/executionConfig.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import {
  type KeyValueStore,
  memoryKeyValueStore,
} from '../../src/execution/store/keyValueStore.ts';
import { createKzg } from '../../src/native/kzg.ts';
import type { DriverEvents } from '../../src/node/driverPorts.ts';
import { embeddedEngine } from '../../src/node/embeddedEngine.ts';
import { type RollupNode, startNode } from '../../src/node/node.ts';
import {
  DEFAULT_DRIVER_OPTIONS,
  DEFAULT_L1_OPTIONS,
  type L1Options,
  type NodeOptions,
} from '../../src/node/nodeOptions.ts';
import { memorySafeHeads } from '../../src/node/safeHeads.ts';
import { parseL1ChainConfig } from '../../src/protocol/l1ChainConfigJson.ts';
import { parseRollupConfig } from '../../src/protocol/rollupConfigJson.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { readSharedJson, readSharedLines, type RecordedL2Block } from './recordings.ts';
import { sharedPath } from './shared.ts';

/** A recorded chain behind live endpoints on this machine. */
export type ServedChain = {
  readonly urls: { readonly l1: string; readonly beacon: string; readonly l2?: string };
  readonly control: (change: object) => Promise<unknown>;
  readonly stats: () => { readonly [side: string]: unknown };
  readonly close: () => Promise<void>;
};

/** The ways in which an answer of the tool that serves recordings goes wrong. */
export const FAULT_KINDS = [
  'error',
  '429',
  '500',
  'timeout',
  'truncate',
  'null',
  'wrong',
  'wrong-hash',
  'missing-tx',
] as const;

/** One of them. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Serves a recording of `data/chains`; options are the tool's flags in camelCase. */
export async function serveRecording(name: string, options: object = {}): Promise<ServedChain> {
  return serveFolder(sharedPath(`data/chains/${name}`), options);
}

/** Serves a recording in any folder. */
export async function serveFolder(chain: string, options: object = {}): Promise<ServedChain> {
  const tool = pathToFileURL(sharedPath('tools/serve-chain.mjs')).href;
  const { serveChain } = (await import(tool)) as {
    serveChain: (options: object) => Promise<ServedChain>;
  };
  return serveChain({ chain, ...options });
}

/** What a recording says of its chain. */
export function recordedConfig(name: string): NodeOptions['config'] {
  const folder = `data/chains/${name}`;
  const rollup = parseRollupConfig(readSharedJson(`${folder}/rollup.json`), () => {});
  const l1Chain = parseL1ChainConfig(readSharedJson(`${folder}/l1-config.json`), rollup.l1ChainId);
  return { rollup, l1Chain };
}

/** The last L2 block of a recording. */
export const lastRecordedBlock: (name: string) => RecordedL2Block = rememberLast((name) => {
  const lines = readSharedLines<RecordedL2Block>(`data/chains/${name}/l2.ndjson.gz`);
  return lines.at(-1) as RecordedL2Block;
});

/** An embedded engine with the genesis of a recording. */
export function recordedEngine(
  name: string,
  store: KeyValueStore = memoryKeyValueStore(),
): Promise<ExecutionEngine> {
  return openEngine(recordedGenesis(name), store);
}

/** Reading it takes 0.1 s, and most tests of a file have the same one. */
const recordedGenesis = rememberLast((name: string) => {
  const json = readSharedJson(`data/chains/${name}/genesis.json.gz`);
  return parseGenesisJson(json, toExecutionConfig(recordedConfig(name).rollup));
});

/** A node on a served recording that polls often, so that tests need not wait. */
export type LiveNode = RollupNode & { readonly execution: ExecutionEngine };

/** What a test changes of the usual node. */
export type LiveOptions = Partial<Omit<NodeOptions, 'l1' | 'driver'>> & {
  readonly l1?: Partial<L1Options>;
  readonly driver?: Partial<NodeOptions['driver']>;
  readonly execution?: ExecutionEngine;
};

/** Loading it takes two seconds; its thread does not keep a process alive. */
let kzg: ReturnType<typeof createKzg> | undefined;

/** Starts a node with the embedded engine on a recording that is being served. */
export async function startLive(
  name: string,
  { urls }: Pick<ServedChain, 'urls'>,
  changes: LiveOptions = {},
  listeners: readonly Partial<DriverEvents>[] = [],
): Promise<LiveNode> {
  const execution = changes.execution ?? (await recordedEngine(name));
  return startLiveOn({ config: recordedConfig(name), execution }, { urls }, changes, listeners);
}

/** Starts a node on any chain that is being served. */
export async function startLiveOn(
  { config, execution }: Pick<NodeOptions, 'config'> & Pick<LiveNode, 'execution'>,
  { urls }: Pick<ServedChain, 'urls'>,
  changes: LiveOptions = {},
  listeners: readonly Partial<DriverEvents>[] = [],
): Promise<LiveNode> {
  kzg ??= createKzg();
  const node = await startNode(
    {
      config,
      engine: embeddedEngine(execution),
      kzg,
      safeHeads: memorySafeHeads(),
      log: SILENT_LOG,
      ...changes,
      l1: {
        ...DEFAULT_L1_OPTIONS,
        endpoints: [{ url: new URL(urls.l1) }],
        beacons: [{ url: new URL(urls.beacon) }],
        archivers: [],
        pollIntervalMs: 50,
        epochPollIntervalMs: 50,
        ...changes.l1,
      },
      driver: { ...DEFAULT_DRIVER_OPTIONS, ...changes.driver },
    },
    listeners,
  );
  return { ...node, execution };
}

/** Resolves when the heads satisfy `isReached`; rejects when the node ends first. */
export function headsReached(
  node: Pick<RollupNode, 'chain' | 'ended'>,
  isReached: (heads: NonNullable<ReturnType<RollupNode['heads']>>) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop = (): void => {};
    const check = (): void => {
      const heads = node.chain.current();
      if (heads === undefined || !isReached(heads)) return;
      stop();
      resolve();
    };
    stop = node.chain.onChange(check);
    node.ended.catch(reject);
    check();
  });
}
