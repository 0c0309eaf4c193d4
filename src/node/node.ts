import type { EngineHeads } from '../engine/heads.ts';
import { createWaits, type Waits } from '../transport/waits.ts';
import { type ChainHeads, createChainHeads } from './chainHeads.ts';
import { createDriver, type Driver } from './driver.ts';
import type { DriverEvents } from './driverPorts.ts';
import { createDrops, type Drops } from './drops.ts';
import { type L1Ports, openL1 } from './l1Ports.ts';
import { createL1Refs } from './l1Refs.ts';
import type { NodeOptions } from './nodeOptions.ts';

/** A node that derives. */
export type RollupNode = {
  readonly options: NodeOptions;
  readonly chain: ChainHeads;
  readonly driver: Driver;
  readonly l1: L1Ports;
  readonly waits: Waits;
  readonly drops: Drops;
  readonly heads: () => EngineHeads | undefined;
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
  const l1 = await openL1(config.rollup, options.l1, { kzg, waits, log });
  const chain = createChainHeads();
  const drops = createDrops();
  const driver = createDriver({
    config,
    engine,
    safeHeads,
    chain,
    waits,
    log,
    l1: l1.source,
    l1Heads: l1.heads,
    l1Refs: createL1Refs(l1.source),
    blobs: l1.blobs,
    events: toAll([{ dropped: drops.add }, ...listeners]),
    options: options.driver,
  });
  const stopping = new AbortController();
  const ended = driver.run(stopping.signal);
  const stop = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort(new Error('the node stops'));
    l1.close();
    await ended.catch(() => undefined);
    await safeHeads.close();
    await engine.close();
  };
  return { options, chain, driver, l1, waits, drops, heads: chain.current, ended, stop };
}

/** Events for many listeners, each of which may care for some only. */
function toAll(listeners: readonly Partial<DriverEvents>[]): DriverEvents {
  return {
    derived: (event) => listeners.forEach((listener) => listener.derived?.(event)),
    dropped: (dropped) => listeners.forEach((listener) => listener.dropped?.(dropped)),
    reset: (reason, message) => listeners.forEach((each) => each.reset?.(reason, message)),
    failed: (what) => listeners.forEach((listener) => listener.failed?.(what)),
    l1Reorg: (depth) => listeners.forEach((listener) => listener.l1Reorg?.(depth)),
    advanced: (l1) => listeners.forEach((listener) => listener.advanced?.(l1)),
  };
}
