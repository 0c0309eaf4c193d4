import type { Hash } from '../base/bytes.ts';
import { formatGoDuration } from '../base/goDuration.ts';
import type { ExecutionEngine } from '../execution/engine.ts';
import type { HeadChange, PrunedStates } from '../execution/engineCore.ts';
import { newBlocks } from '../execution/newBlocks.ts';
import type { BlockRecord } from '../execution/store/records.ts';
import type { Log } from '../transport/log.ts';

/** Time as the log of an engine needs it. */
export type EngineLogClock = {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** @returns takes it back. */
  readonly later: (ms: number, callback: () => void) => () => void;
};

/** An engine that tells what it does, and what ends that. */
export type LoggedEngine = {
  readonly engine: ExecutionEngine;
  readonly onPruned: (pruned: PrunedStates) => void;
  readonly stop: () => void;
};

/** Between two lines about new blocks: of a chain that grows, and of one that is caught up with. */
const LIVE_INTERVAL_MS = 1000;
const SYNC_INTERVAL_MS = 8000;
/** Age of a head from which on the engine is behind. */
const SYNC_AGE_MS = 60_000;
const PRUNE_INTERVAL_MS = 60_000;
/** Of one move of the head, the newest. */
const MAX_BLOCKS_PER_MOVE = 1024;
/** Blocks whose times are known and which nobody made the head. */
const MAX_TIMED = 1024;

/**
 * Tells of new heads with what their blocks took, as geth does: one line each, or one for all of
 * some seconds when they come quickly. Reorgs, and refused blocks and attributes, are told at once,
 * pruned states once in a minute.
 */
export function logEngine(
  engine: ExecutionEngine,
  log: Log,
  clock: EngineLogClock = SYSTEM_CLOCK,
): LoggedEngine {
  const tookMs = new Map<Hash, number>();
  const note = (hash: Hash, sinceMs: number): void => {
    const sum = (tookMs.get(hash) ?? 0) + clock.nowMs() - sinceMs;
    tookMs.delete(hash);
    tookMs.set(hash, sum);
    if (tookMs.size > MAX_TIMED) tookMs.delete(tookMs.keys().next().value as Hash);
  };
  const heads = headLines(log, clock);
  const prunings = pruneLines(log, clock);
  const stopListening = engine.onHead((change) => {
    const { removed, added } = newBlocks(engine, change, MAX_BLOCKS_PER_MOVE);
    if (removed.length > 0) log.info('head left its branch', reorgFields(change, removed, added));
    for (const block of added) heads.add(block, tookMs.get(block.hash) ?? 0);
    for (const { hash } of added) tookMs.delete(hash);
  });
  return {
    engine: {
      ...engine,
      build: async (parentHash, attributes, candidates) => {
        const begunMs = clock.nowMs();
        const outcome = await engine.build(parentHash, attributes, candidates);
        if (outcome.type === 'sealed') note(outcome.block.hash, begunMs);
        if (outcome.type !== 'invalid') return outcome;
        const { timestamp } = attributes;
        log.warn('attributes refused', { parentHash, timestamp, reason: outcome.reason });
        return outcome;
      },
      insert: async (envelope) => {
        const begunMs = clock.nowMs();
        const outcome = await engine.insert(envelope);
        if (outcome.type === 'valid') note(outcome.block.hash, begunMs);
        if (outcome.type !== 'invalid') return outcome;
        const { blockNumber: number, blockHash: hash } = envelope.executionPayload;
        log.warn('block refused', { number, hash, reason: outcome.reason });
        return outcome;
      },
    },
    onPruned: prunings.add,
    stop: () => {
      stopListening();
      heads.stop();
      prunings.stop();
    },
  };
}

function reorgFields(
  { oldHead, head }: HeadChange,
  removed: readonly BlockRecord[],
  added: readonly BlockRecord[],
) {
  return {
    dropped: removed.length,
    added: added.length,
    from: `${oldHead.header.number}:${oldHead.hash}`,
    to: `${head.header.number}:${head.hash}`,
  };
}

/** Lines about new blocks, a sum of all since the last. */
function headLines(log: Log, clock: EngineLogClock) {
  const none = { blocks: 0, txs: 0, gas: 0n, ms: 0 };
  let sum = none;
  let last: BlockRecord | undefined;
  const lines = limited(clock, () => {
    if (last === undefined) return;
    const { blocks, txs, gas, ms } = sum;
    const mgas = Number(gas) / 1e6;
    const ageMs = clock.nowMs() - Number(last.header.timestamp) * 1000;
    log.info('imported blocks', {
      number: last.header.number,
      hash: last.hash,
      blocks,
      txs,
      mgas: mgas.toFixed(3),
      elapsed: formatGoDuration(Math.round(ms * 1000) / 1000),
      // What took no time that could be seen has no rate.
      ...(ms > 0 ? { mgasps: (mgas / (ms / 1000)).toFixed(3) } : {}),
      ...(ageMs >= SYNC_AGE_MS ? { age: formatGoDuration(Math.floor(ageMs / 1000) * 1000) } : {}),
    });
    sum = none;
    last = undefined;
  });
  return {
    add: (block: BlockRecord, ms: number): void => {
      last = block;
      sum = {
        blocks: sum.blocks + 1,
        txs: sum.txs + block.transactions.length,
        gas: sum.gas + block.header.gasUsed,
        ms: sum.ms + ms,
      };
      const isBehind = clock.nowMs() - Number(block.header.timestamp) * 1000 >= SYNC_AGE_MS;
      lines.due(isBehind ? SYNC_INTERVAL_MS : LIVE_INTERVAL_MS);
    },
    stop: lines.stop,
  };
}

function pruneLines(log: Log, clock: EngineLogClock) {
  const none = { states: 0, nodes: 0 };
  let sum = none;
  let below = 0n;
  const lines = limited(clock, () => {
    log.info('pruned states', { ...sum, below });
    sum = none;
  });
  return {
    add: (pruned: PrunedStates): void => {
      sum = { states: sum.states + pruned.states, nodes: sum.nodes + pruned.nodes };
      below = pruned.below;
      lines.due(PRUNE_INTERVAL_MS);
    },
    stop: lines.stop,
  };
}

/** Writes when something is due, at once or when the given time since the last line is over. */
function limited({ nowMs, later }: EngineLogClock, write: () => void) {
  let lastMs = Number.NEGATIVE_INFINITY;
  let takeBack: (() => void) | undefined;
  let isStopped = false;
  const writeNow = (): void => {
    takeBack?.();
    takeBack = undefined;
    lastMs = nowMs();
    write();
  };
  return {
    due: (intervalMs: number): void => {
      const waitMs = lastMs + intervalMs - nowMs();
      // What comes after the end must not keep the process waiting.
      if (waitMs <= 0 || isStopped) writeNow();
      else takeBack ??= later(waitMs, writeNow);
    },
    /** What is due is written now. */
    stop: (): void => {
      isStopped = true;
      if (takeBack !== undefined) writeNow();
    },
  };
}

const SYSTEM_CLOCK: EngineLogClock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  later: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
