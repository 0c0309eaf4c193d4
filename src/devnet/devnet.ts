import { type KeyValueStore, memoryKeyValueStore } from '../execution/store/keyValueStore.ts';
import { createKzg, type Kzg } from '../native/kzg.ts';
import type { DriverEvents } from '../node/driverPorts.ts';
import type { SequencerParts } from '../node/nodeOptions.ts';
import { NO_MEMORY } from '../sequencer/memory.ts';
import type { Log } from '../transport/log.ts';
import { type Started, startTogether } from '../transport/startTogether.ts';
import { compareForever } from './compareNodes.ts';
import { type DevL1, startDevL1 } from './devL1.ts';
import { createCounts, type DevnetCounts } from './devnetCounts.ts';
import {
  type BatchForm,
  DEV_CHAIN_IDS,
  DEV_SEQ_WINDOW,
  type DevnetOptions,
} from './devnetOptions.ts';
import { type DevNode, startDevNode } from './devNode.ts';
import { type DevRole, type DevRoleParts, startDevBatcher, startDevProposer } from './devRoles.ts';
import { devL1ChainConfig } from './l1Chain.ts';
import { keepDepositing } from './traffic.ts';

/** A part of a devnet that can be killed and started again. */
export type DevnetPart = 'sequencer' | 'batcher' | 'proposer' | `verifier${number}`;

/** A running devnet. */
export type Devnet = {
  readonly options: DevnetOptions;
  readonly l1: DevL1;
  readonly sequencer: () => DevNode;
  readonly verifiers: () => readonly DevNode[];
  readonly counts: DevnetCounts;
  /** Parts that can be killed, the sequencer last. */
  readonly parts: readonly DevnetPart[];
  /** Ends a part as a kill would and starts it again on what it had stored, at the same port. */
  readonly restart: (part: DevnetPart) => Promise<void>;
  /** Starts the batcher again, to write in another form from now on. */
  readonly batchWith: (form: BatchForm) => Promise<void>;
  /** Rejects when a part fails or two chains differ; never resolves before `stop`. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
};

/** What watches a devnet from outside. */
export type DevnetWatch = {
  readonly log: Log;
  /** Told what the first verifier derives, for a recording. */
  readonly verifierEvents?: Partial<DriverEvents> | undefined;
  /** Told of the L1 as soon as it runs. */
  readonly l1Started?: ((l1: DevL1) => void) | undefined;
  /** An endpoint to put before the L1's, for a devnet that has to live with faults. */
  readonly l1Proxy?:
    | ((l1Url: string) => Promise<{ readonly url: string; stop(): Promise<void> }>)
    | undefined;
};

/**
 * Brings up a whole chain: L1 with beacon API and contracts, a sequencer, a batcher, a proposer,
 * verifiers, and users who send something. The verifiers' chains are compared with the sequencer's
 * all the time.
 *
 * @throws As `startDevL1`. Everything is stopped again on every path.
 */
export async function startDevnet(
  options: DevnetOptions,
  watch: DevnetWatch,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Devnet> {
  return startTogether(async (started) => {
    const kzg = settlingKzg(createKzg());
    started.add(() => kzg.close());
    const l1 = await startDevL1(
      {
        l1ChainId: DEV_CHAIN_IDS.l1,
        l1BlockTime: options.l1BlockTime,
        l2ChainId: DEV_CHAIN_IDS.l2,
        l2BlockTime: options.l2BlockTime,
        schedule: options.schedule,
        seqWindowSize: DEV_SEQ_WINDOW,
        submissionIntervalL2Blocks: 10n,
        finalizationPeriod: 12n,
        epochL1Blocks: 2,
        kzg,
      },
      Math.floor(Date.now() / 1000),
      signal === undefined ? {} : { signal },
    );
    started.add(l1.stop);
    watch.l1Started?.(l1);
    const proxy = await watch.l1Proxy?.(l1.rpcUrl);
    if (proxy !== undefined) started.add(() => proxy.stop());
    const l1Url = proxy?.url ?? l1.rpcUrl;
    return populate(options, watch, { l1, l1Url, kzg }, started);
  });
}

type Ground = Pick<DevRoleParts, 'l1' | 'l1Url' | 'kzg'>;

/** Everything that lives on the L1. */
async function populate(
  options: DevnetOptions,
  { log, verifierEvents = {} }: DevnetWatch,
  { l1, l1Url, kzg }: Ground,
  started: Started,
): Promise<Devnet> {
  const counts = createCounts();
  const failures = createFailures();
  void l1.exited.then(({ asked, log: text }) => {
    const lastWords = text.trim().split('\n').slice(-5).join('\n');
    if (!asked) failures.fail(new Error(`the L1 has ended; it last wrote:\n${lastWords}`));
  });
  const node = nodeStarter(options, { l1, l1Url, kzg }, counts, log);
  const sequencer = await node('sequencer', {}, failures.fail);
  started.add(() => sequencer.stop());
  const verifiers: RunningPart<DevNode>[] = [];
  for (let i = 1; i <= options.verifiers; i++) {
    const events = i === 1 ? { ...verifierEvents } : {};
    const verifier = await node(`verifier${i}`, withCounts(events, counts), failures.fail);
    started.add(() => verifier.stop());
    verifiers.push(verifier);
  }
  const parts = { l1, l1Url, sequencer: () => sequencer.current(), kzg, options, log };
  let form: BatchForm = options;
  const batcher = await startPart<DevRole>(
    async () => startDevBatcher({ ...parts, options: { ...options, ...form } }, counts.submitted),
    ({ ended }) => ended,
    failures.fail,
  );
  started.add(() => batcher.stop());
  const proposer = await startPart<DevRole>(
    async () => startDevProposer(parts),
    ({ ended }) => ended,
    failures.fail,
  );
  started.add(() => proposer.stop());
  const all = new Map<DevnetPart, RunningPart<unknown>>([
    ['batcher', batcher],
    ['proposer', proposer],
    ...verifiers.map((part, i): [DevnetPart, RunningPart<unknown>] => [`verifier${i + 1}`, part]),
    ['sequencer', sequencer],
  ]);
  const stopping = new AbortController();
  const verifierNodes = (): readonly DevNode[] => verifiers.map(({ current }) => current());
  const background = Promise.all([
    keepDepositing(l1, options.l1BlockTime, log, stopping.signal),
    compareForever(() => sequencer.current(), verifierNodes, options, counts, stopping.signal),
  ]);
  background.catch((error: unknown) => failures.fail(error));
  started.add(async () => {
    stopping.abort(new Error('the devnet stops'));
    await background.catch(() => {});
  });
  return {
    options,
    l1,
    sequencer: () => sequencer.current(),
    verifiers: verifierNodes,
    counts,
    parts: [...all.keys()],
    restart: async (part) => all.get(part)?.restart(),
    batchWith: async ({ batchType, compression, daType }) => {
      form = { batchType, compression, daType };
      await batcher.restart();
    },
    ended: failures.first,
    stop: async () => {
      failures.close();
      await started.stop();
    },
  };
}

type RunningPart<T> = {
  readonly current: () => T;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Keeps one part running, and tells when it ends by itself. */
async function startPart<T extends { readonly stop: () => Promise<void> }>(
  start: (before: T | undefined) => Promise<T>,
  endedOf: (part: T) => Promise<void>,
  fail: (error: unknown) => void,
): Promise<RunningPart<T>> {
  const watched = async (before: T | undefined): Promise<T> => {
    const part = await start(before);
    endedOf(part).catch(fail);
    return part;
  };
  let current = await watched(undefined);
  return {
    current: () => current,
    stop: () => current.stop(),
    restart: async () => {
      await current.stop();
      current = await watched(current);
    },
  };
}

type NodeStarter = (
  name: DevnetPart,
  events: Partial<DriverEvents>,
  fail: (error: unknown) => void,
) => Promise<RunningPart<DevNode>>;

/** Starts nodes that keep their data, and their port, over a restart. */
function nodeStarter(
  options: DevnetOptions,
  { l1, l1Url, kzg }: Ground,
  counts: DevnetCounts,
  log: Log,
): NodeStarter {
  const { rollup } = l1;
  const config = { rollup, l1Chain: devL1ChainConfig(rollup.l1ChainId) };
  return (name, events, fail) => {
    const store = survivingStore(memoryKeyValueStore());
    const isSequencer = name === 'sequencer';
    const start = (before: DevNode | undefined): Promise<DevNode> =>
      startDevNode({
        config,
        genesis: l1.genesis,
        l1Url,
        beaconUrl: l1.beaconUrl,
        store,
        kzg,
        sequencer: isSequencer ? sequencerParts(counts) : undefined,
        txsPerBlock: isSequencer ? options.txsPerBlock : 0,
        events,
        ports: before?.ports ?? { node: 0, engine: 0 },
        log: named(log, name),
      });
    return startPart(start, ({ node }) => node.ended, fail);
  };
}

function sequencerParts(counts: DevnetCounts): SequencerParts {
  return {
    conductor: undefined,
    memory: NO_MEMORY,
    publish: () => {},
    events: counts.sequencing,
    options: {
      confirmations: 1n,
      maxSafeLag: 0n,
      sealingDurationMs: 50,
      isStopped: false,
      isRecovering: false,
    },
  };
}

/** What is stored stays when the engine closes it, as a disk's content does. */
function survivingStore(store: KeyValueStore): KeyValueStore {
  return { ...store, close: async () => {} };
}

/** The log of one part. */
function named(log: Log, part: string): Log {
  const levels = Object.entries(log) as [keyof Log, Log[keyof Log]][];
  return Object.fromEntries(
    levels.map(([level, write]) => [
      level,
      (message: string, fields = {}) => write(message, { part, ...fields }),
    ]),
  ) as Log;
}

function withCounts(events: Partial<DriverEvents>, counts: DevnetCounts): Partial<DriverEvents> {
  const { dropped, reset, l1Reorg } = counts.verifierEvents;
  return {
    ...events,
    dropped,
    reset,
    l1Reorg,
    derived: (event) => {
      counts.verifierEvents.derived(event);
      events.derived?.(event);
    },
  };
}

/** The first failure of any part. */
function createFailures(): {
  readonly fail: (error: unknown) => void;
  readonly close: () => void;
  readonly first: Promise<void>;
} {
  const { promise, resolve, reject } = withResolvers();
  promise.catch(() => {});
  return { fail: reject, close: resolve, first: promise };
}

function withResolvers(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
} {
  let settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...(settle as NonNullable<typeof settle>) };
}

/** Lets what is being computed end first: the native library does not bear being cut off. */
function settlingKzg(kzg: Kzg): Kzg {
  const pending = new Set<Promise<unknown>>();
  const tracked = <T>(job: Promise<T>): Promise<T> => {
    pending.add(job);
    const done = (): void => void pending.delete(job);
    job.then(done, done);
    return job;
  };
  return {
    commitment: (blob) => tracked(kzg.commitment(blob)),
    proof: (blob, commitment) => tracked(kzg.proof(blob, commitment)),
    cellProofs: (blob) => tracked(kzg.cellProofs(blob)),
    close: async () => {
      await Promise.allSettled(pending);
      await kzg.close();
    },
  };
}
