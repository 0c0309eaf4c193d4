import type { EngineHeads } from '../engine/heads.ts';
import { createSequencer, type Sequencer } from '../sequencer/sequencer.ts';
import { createL1Memory } from '../sources/l1Memory.ts';
import type { L1Source } from '../sources/l1Source.ts';
import { createWaits, type Waits } from '../transport/waits.ts';
import { type ChainHeads, createChainHeads } from './chainHeads.ts';
import { createDriver, type Driver } from './driver.ts';
import type { DriverEvents, DriverPorts } from './driverPorts.ts';
import { createDrops, type Drops } from './drops.ts';
import { createEngineSync, type EngineSync } from './engineSync.ts';
import { type L1Ports, openL1 } from './l1Ports.ts';
import { createUnsafeFollower, type UnsafeFollower } from './followUnsafe.ts';
import { createL1Refs, patientRefs } from './l1Refs.ts';
import type { NodeOptions } from './nodeOptions.ts';
import { assertServers } from './startChecks.ts';

/** A node that derives. */
export type RollupNode = {
  readonly options: NodeOptions;
  readonly chain: ChainHeads;
  readonly driver: Driver;
  readonly unsafe: UnsafeFollower;
  /** Undefined where the engine does not sync by itself. */
  readonly engineSync: EngineSync | undefined;
  /** Undefined: a verifier. */
  readonly sequencer: Sequencer | undefined;
  readonly l1: L1Ports;
  readonly waits: Waits;
  readonly drops: Drops;
  readonly heads: () => EngineHeads | undefined;
  /** Tells `listener` what happens from now on. Returns what ends that. */
  readonly observe: (listener: Partial<DriverEvents>) => () => void;
  /** Rejects when the node cannot go on; never resolves before `stop`. */
  readonly ended: Promise<void>;
  /** Ends every loop, then closes engine, sources and store. May be called again. */
  readonly stop: () => Promise<void>;
};

/** Starts a node. What it was given is its own from now on. */
export async function startNode(
  options: NodeOptions,
  listeners: readonly Partial<DriverEvents>[] = [],
): Promise<RollupNode> {
  const { config, engine, kzg, log, safeHeads } = options;
  const waits = createWaits();
  const calls = options.calls ?? (() => () => {});
  const l1 = await openL1(config.rollup, options.l1, { kzg, waits, log, calls });
  const chain = createChainHeads();
  const drops = createDrops();
  const watching = new Set<Partial<DriverEvents>>([{ dropped: drops.add }, ...listeners]);
  const ports: DriverPorts = {
    config,
    engine,
    safeHeads,
    chain,
    waits,
    log,
    l1: l1.source,
    l1Heads: l1.heads,
    l1Refs: createL1Refs(patientRefs(l1.source, waits)),
    l1Memory: createL1Memory(),
    blobs: l1.blobs,
    events: toAll(watching),
    options: options.driver,
  };
  const driver = createDriver(ports);
  const unsafe = createUnsafeFollower(ports);
  const engineSync = engineSyncOf(options, ports, unsafe);
  const parts = options.sequencer;
  const sequencer =
    parts === undefined
      ? undefined
      : createSequencer({ ...ports, ...parts, reset: (reason) => driver.reset(reason) });
  const stopping = new AbortController();
  const ended = allOrNone(
    [
      runChecked(ports, driver, engineSync, stopping.signal),
      unsafe.run(stopping.signal),
      ...(sequencer === undefined ? [] : [sequencer.run(stopping.signal)]),
    ],
    stopping,
  );
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    stopping.abort(new Error('the node stops'));
    l1.close();
    await ended.catch(() => undefined);
    await safeHeads.close();
    await engine.close();
  };
  return {
    options,
    chain,
    driver,
    unsafe,
    engineSync,
    sequencer,
    l1,
    waits,
    drops,
    heads: chain.current,
    observe: (listener) => {
      watching.add(listener);
      return () => void watching.delete(listener);
    },
    ended,
    stop,
  };
}

function engineSyncOf(
  { engineSync, config: { rollup } }: NodeOptions,
  ports: DriverPorts,
  unsafe: UnsafeFollower,
): EngineSync | undefined {
  if (engineSync === undefined) return undefined;
  return createEngineSync({ ...ports, ...engineSync, rollup, unsafe });
}

/** Derives once L1 and engine have turned out to be the right ones. */
async function runChecked(
  ports: DriverPorts,
  driver: Driver,
  engineSync: EngineSync | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { config, l1, l1Refs, engine, waits, log } = ports;
  // The checks look up the first L1 block, and a sync start wants it again.
  const remembering: Pick<L1Source, 'chainId' | 'ref'> = {
    ...l1,
    ref: async (id, options) => {
      const ref = await l1.ref(id, options);
      if (ref !== undefined) l1Refs.remember(ref);
      return ref;
    },
  };
  try {
    const { rollup } = config;
    await assertServers({ rollup, l1: remembering, engine, waits, log }, { signal });
    await engineSync?.run(signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  await driver.run(signal);
}

/** Resolves when all loops have ended; one that fails ends the others. */
async function allOrNone(loops: readonly Promise<void>[], all: AbortController): Promise<void> {
  try {
    await Promise.all(loops);
  } finally {
    if (!all.signal.aborted) all.abort(new Error('a loop of the node has failed'));
    await Promise.allSettled(loops);
  }
}

/** Events for many listeners, each of which may care for some only. */
function toAll(listeners: ReadonlySet<Partial<DriverEvents>>): DriverEvents {
  return {
    derived: (event) => listeners.forEach((listener) => listener.derived?.(event)),
    dropped: (dropped) => listeners.forEach((listener) => listener.dropped?.(dropped)),
    reset: (reason, message) => listeners.forEach((each) => each.reset?.(reason, message)),
    failed: (what) => listeners.forEach((listener) => listener.failed?.(what)),
    l1Reorg: (depth) => listeners.forEach((listener) => listener.l1Reorg?.(depth)),
    advanced: (l1) => listeners.forEach((listener) => listener.advanced?.(l1)),
    unsafePayload: () => listeners.forEach((listener) => listener.unsafePayload?.()),
  };
}
