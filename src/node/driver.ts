import { setMaxListeners } from 'node:events';
import { ZERO_HASH } from '../base/bytes.ts';
import { EngineError } from '../engine/errors.ts';
import { startHeads } from '../engine/heads.ts';
import type { DeriveState } from '../derive/state.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import { SourceError } from '../sources/errors.ts';
import { sleep } from '../transport/abort.ts';
import { type DerivationWatch, derive } from './derivation.ts';
import type { DriverPhase, DriverPorts, DriverStatus } from './driverPorts.ts';
import { followFinality } from './followFinality.ts';
import { patientReads } from './retryEngine.ts';
import { rewindSafeHeads } from './safeHeads.ts';
import {
  findStart,
  SyncStartError,
  type SyncStartPoint,
  type SyncStartPorts,
} from './syncStart.ts';
import { createWake } from './wake.ts';

/** The driver of a node: derives, and keeps the heads. */
export type Driver = {
  readonly status: () => DriverStatus;
  /** Ends the derivation under way and finds the heads again. */
  readonly reset: (reason: string) => void;
  /**
   * Runs until the signal is aborted.
   *
   * @throws What is our own fault or the store's; never the signal's reason.
   */
  readonly run: (signal: AbortSignal) => Promise<void>;
};

/** Asked for from outside; ends one derivation, not the driver. */
class ResetRequest extends Error {
  override readonly name = 'ResetRequest';
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
const FAR_FINALITY_PAUSES = 4n;

/** A driver that has not begun. */
export function createDriver(ports: DriverPorts): Driver {
  let phase: DriverPhase = { type: 'findingHeads' };
  let currentL1: L1BlockRef | undefined;
  let derivation: DeriveState | undefined;
  let cycle = new AbortController();
  const finality = createWake();
  const reset = (reason: string): void => cycle.abort(new ResetRequest(reason));
  const watch: DerivationWatch = {
    began: (state) => {
      derivation = state;
    },
    phase: (entered) => {
      if (entered.type !== phase.type && entered.type === 'atL1Head') finality.ring();
      if (entered.type === 'findingHeads') derivation = undefined;
      phase = entered;
    },
    currentL1: (l1) => {
      currentL1 = l1;
      if (l1.number % finalityPause(ports, l1) === 0n) finality.ring();
    },
    settled: () => {
      if (phase.type === 'atL1Head') finality.ring();
    },
  };
  const beginCycle = (outer: AbortSignal): AbortSignal => {
    cycle = new AbortController();
    const signal = AbortSignal.any([outer, cycle.signal]);
    // Every request in flight listens to it.
    setMaxListeners(0, signal);
    return signal;
  };
  return {
    status: () => ({ phase, currentL1, derivation }),
    reset,
    run: async (outer) => {
      // Either of the two loops ends the other.
      const own = new AbortController();
      const signal = AbortSignal.any([outer, own.signal]);
      setMaxListeners(0, signal);
      const both = [
        runCycles(ports, watch, beginCycle, signal),
        followFinality(ports, finality, reset, signal),
      ];
      try {
        await Promise.all(both);
      } finally {
        own.abort(new Error('the driver has ended'));
        await Promise.allSettled(both);
      }
    },
  };
}

/**
 * L1 blocks between two looks at finality without a signal. Before the last finalized block is read
 * each look costs calls, so there are fewer.
 */
function finalityPause({ l1Heads, options }: DriverPorts, read: L1BlockRef): bigint {
  const finalized = l1Heads.head('finalized')?.number ?? 0n;
  return finalized > read.number
    ? FAR_FINALITY_PAUSES * options.finalityDelay
    : options.finalityDelay;
}

/** Sync starts and derivations, one after the other. */
async function runCycles(
  ports: DriverPorts,
  watch: DerivationWatch,
  beginCycle: (outer: AbortSignal) => AbortSignal,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const startedMs = performance.now();
    try {
      await runCycle(ports, watch, beginCycle(signal));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ResetRequest)) {
        failures = performance.now() - startedMs > LONGEST_PAUSE_MS ? 1 : failures + 1;
        await pause(ports, error, failures, signal);
        continue;
      }
      ports.log.info('derivation begins again', { reason: error.message });
      ports.events.reset('requested', error.message);
    }
    // Resets that follow each other at once must not become a busy loop.
    failures = performance.now() - startedMs > 1_000 ? 0 : failures + 1;
    if (failures > 2) await sleep(pauseAfter(failures), { signal }).catch(() => undefined);
  }
}

/** One sync start and what is derived from there. */
async function runCycle(
  ports: DriverPorts,
  watch: DerivationWatch,
  signal: AbortSignal,
): Promise<void> {
  watch.phase({ type: 'findingHeads' });
  await ports.chain.forget();
  const point = await findStart(syncStartPorts(ports, signal), { signal });
  await begin(ports, point);
  watch.phase({ type: 'deriving' });
  const end = await derive(ports, point, watch, signal);
  ports.log.warn('derivation begins again', { reason: end.reason, message: end.message });
  ports.events.reset(end.reason, end.message);
}

/** A walk of a thousand calls must not begin again because one of them failed. */
function syncStartPorts(ports: DriverPorts, signal: AbortSignal): SyncStartPorts {
  const { l1Refs, safeHeads, config, options, waits, log, events } = ports;
  const { recoveredOffsetBlocks } = options;
  const scope = { waits, log, signal, failed: events.failed };
  const engine = { block: patientReads(ports.engine, scope) };
  return { rollup: config.rollup, engine, l1Refs, safeHeads, recoveredOffsetBlocks };
}

async function begin(ports: DriverPorts, point: SyncStartPoint): Promise<void> {
  const { unsafe, safe, finalized } = point.heads;
  const { genesis } = ports.config.rollup;
  await warnOfLostBlocks(ports, point.engineHead.number);
  await rewindSafeHeads(ports.safeHeads, safe);
  if (safe.number === genesis.l2.number) {
    // Genesis is safe from the beginning, whatever L1 block that was.
    await ports.safeHeads.record({ l1: { number: 0n, hash: ZERO_HASH }, l2: genesis.l2 });
  }
  await ports.chain.found(
    startHeads({ unsafeHead: unsafe, safeHead: safe, finalizedHead: finalized }),
  );
  ports.log.info('heads found', {
    by: point.by,
    unsafe: unsafe.number,
    safe: safe.number,
    safeHash: safe.hash,
    finalized: finalized.number,
    fromL1: point.base.l1.number,
  });
}

/**
 * Tells of an engine whose head is below what was recorded as safe. The records are rewound to what
 * it has after this, so each loss is told once.
 */
async function warnOfLostBlocks(
  { safeHeads, log }: DriverPorts,
  engineHead: bigint,
): Promise<void> {
  const recorded = (await safeHeads.last())?.l2.number ?? 0n;
  if (recorded <= engineHead) return;
  log.warn('the engine has lost blocks that were safe: they are derived again', {
    engineHead,
    recordedSafe: recorded,
    blocks: recorded - engineHead,
    reason: 'its files were removed or replaced by older ones, or their end was lost',
  });
}

/** Lists the failure and waits. What is not a failure of a source or the engine is thrown on. */
async function pause(
  { waits, log, events }: DriverPorts,
  error: unknown,
  failures: number,
  signal: AbortSignal,
): Promise<void> {
  const isExpected =
    error instanceof EngineError || error instanceof SourceError || error instanceof SyncStartError;
  if (!isExpected) throw error;
  log.warn('no place to derive from yet', { err: error });
  events.failed(error.message);
  const pauseMs = pauseAfter(failures);
  const wait = waits.begin('a place to derive from', 'look for the heads again');
  wait.update({ tries: failures, lastError: error.message, nextActionAtMs: Date.now() + pauseMs });
  await sleep(pauseMs, { signal }).catch(() => undefined);
  wait.end();
}

function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 16), LONGEST_PAUSE_MS);
}
