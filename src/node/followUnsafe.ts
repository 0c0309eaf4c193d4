import type { Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { insertUnsafe, type UnsafeOutcome } from '../engine/forkchoice.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { DriverPorts } from './driverPorts.ts';
import { readL2Ref } from './outputs.ts';
import {
  addUnsafe,
  judgeUnsafe,
  NO_UNSAFE_BLOCKS,
  removeUnsafe,
  type UnsafeQueue,
} from './unsafeQueue.ts';
import { createWake, rangWithin } from './wake.ts';

/** Puts unsafe blocks from outside into the chain, in order. */
export type UnsafeFollower = {
  /** Takes a block whose hash and origin have been checked. */
  readonly post: (envelope: PayloadEnvelope) => void;
  readonly queue: () => UnsafeQueue;
  /** Lets go of a block. */
  readonly drop: (hash: Hash) => void;
  /** Calls `listener` after each block that comes. Returns what ends that. */
  readonly onPost: (listener: () => void) => () => void;
  /** Runs until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
};

/** A follower with nothing waiting. */
export function createUnsafeFollower(ports: DriverPorts): UnsafeFollower {
  let queue = NO_UNSAFE_BLOCKS;
  const wake = createWake();
  const listeners = new Set<() => void>();
  const gapPauseMs = Number(ports.config.rollup.blockTime) * 2_000;

  /** @returns What to wait for before looking again. */
  const step = async (isGapOld: boolean, signal: AbortSignal): Promise<Next> => {
    const heads = ports.chain.current();
    if (heads === undefined || !ports.chain.areKnown()) return 'change';
    const verdict = judgeUnsafe(queue, heads);
    if (verdict.type === 'empty') return 'change';
    if (verdict.type === 'gap' && !isGapOld) return 'gap';
    const { blockHash: hash, blockNumber: number } = verdict.envelope.executionPayload;
    if (verdict.type === 'drop') {
      ports.log.debug('unsafe block dropped', { number, hash, because: verdict.because });
      queue = removeUnsafe(queue, hash);
      return 'nothing';
    }
    const outcome = await insert(ports, verdict.envelope, signal);
    // What was put in above a gap stays until its turn comes, or the engine has caught up.
    if (outcome === 'done') queue = removeUnsafe(queue, hash);
    return outcome === 'done' ? 'nothing' : 'gap';
  };

  const runUntilAborted = async (signal: AbortSignal): Promise<void> => {
    let isGapOld = false;
    for (;;) {
      const next = await step(isGapOld, signal);
      isGapOld = false;
      if (next === 'change') await wake.next({ signal });
      if (next === 'gap') isGapOld = !(await rangWithin(wake, gapPauseMs, signal));
    }
  };

  return {
    post: (envelope) => {
      ports.events.unsafePayload();
      queue = addUnsafe(queue, envelope);
      wake.ring();
      for (const listener of Array.from(listeners)) listener();
    },
    queue: () => queue,
    drop: (hash) => {
      queue = removeUnsafe(queue, hash);
    },
    onPost: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    run: async (signal) => {
      const stop = ports.chain.onChange(() => wake.ring());
      try {
        await runUntilAborted(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        stop();
      }
    },
  };
}

/** What is waited for: a change of the queue or the heads; that, or that a gap gets old. */
type Next = 'nothing' | 'change' | 'gap';

/** A block above a gap goes in too: an engine that can will fetch what lies between. */
async function insert(
  { chain, engine, config, log }: DriverPorts,
  envelope: PayloadEnvelope,
  signal: AbortSignal,
): Promise<'done' | 'retry' | 'syncing'> {
  const { blockHash: hash, blockNumber: number, parentHash } = envelope.executionPayload;
  let block: L2BlockRef;
  try {
    block = readL2Ref(config.rollup, envelope);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    log.warn('unsafe block refused', { number, hash, err: error });
    return 'done';
  }
  const outcome = await chain.change<UnsafeOutcome | { readonly type: 'stale' }>(async (heads) => {
    // The head may have moved since this was decided.
    const isNext = heads.unsafeHead.hash === parentHash;
    const isAbove = number > heads.unsafeHead.number + 1n;
    if (!isNext && !isAbove) return [heads, { type: 'stale' }];
    return insertUnsafe(engine, heads, envelope, block, { signal });
  });
  switch (outcome?.type) {
    case 'inserted':
      log.debug('unsafe block inserted', { number, hash });
      return 'done';
    case 'invalid':
      log.warn('unsafe block refused by the engine', { number, hash, reason: outcome.message });
      return 'done';
    case 'syncing':
      log.info('the engine fetches blocks up to an unsafe one', { number, hash });
      return 'syncing';
    case 'retry':
    case 'reset':
      log.warn('unsafe block not inserted yet', { number, hash, reason: outcome.message });
      return 'retry';
    default:
      return 'done';
  }
}
