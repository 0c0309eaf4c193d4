import type { Hash } from '../base/bytes.ts';
import { unreachable } from '../base/errors.ts';
import type { EngineHeads } from '../engine/heads.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { TransportError } from '../transport/errors.ts';
import { type Alarm, createAlarm } from './alarm.ts';
import { buildStartMs, isSafeLagReached } from './buildTime.ts';
import type { SequencerPorts } from './ports.ts';
import type { OriginCache } from './prepareBlock.ts';
import { insertSealed, type Produced, produceBlock, type SealedBlock } from './produceBlock.ts';

/** Makes unsafe blocks while it is active. */
export type Sequencer = {
  /**
   * Begins to produce on `unsafeHead`, which must be the head.
   *
   * @throws Error with words for the operator when it may not.
   */
  readonly start: (unsafeHead: Hash) => Promise<void>;
  /** Ends after the block in progress is in the chain, or dropped. @returns The head's hash. */
  readonly stop: () => Promise<Hash>;
  readonly isActive: () => boolean;
  /** From now on nobody else is asked who leads. */
  readonly overrideLeader: () => Promise<void>;
  readonly hasConductor: () => boolean;
  readonly setRecoverMode: (isOn: boolean) => void;
  readonly isRecovering: () => boolean;
  /** Runs until the signal is aborted. @throws What is our own fault. */
  readonly run: (signal: AbortSignal) => Promise<void>;
};

/** Milliseconds until the same is tried again. */
const RETRY_MS = 1_000;
const SYNCING_RETRY_MS = 30_000;
/** For the node to begin its search for the heads; then one block time counts. */
const RESET_LIMIT_MS = 10_000;
const COMMIT_LIMIT_MS = 30_000;
const STOP_LOOK_MS = 20;

/** A sequencer that is not active before it runs. `now`: milliseconds since 1970. */
export function createSequencer(ports: SequencerPorts, now: () => number = Date.now): Sequencer {
  const core: Core = {
    ports,
    now,
    alarm: createAlarm(now),
    origins: new Map(),
    isActive: false,
    isOverridden: false,
    isRecovering: ports.options.isRecovering,
    isBuilding: false,
    held: undefined,
    notBeforeMs: 0,
  };
  return {
    start: (unsafeHead) => start(core, unsafeHead),
    stop: () => stop(core),
    isActive: () => core.isActive,
    overrideLeader: async () => {
      core.isOverridden = true;
    },
    hasConductor: () => ports.conductor !== undefined && !core.isOverridden,
    setRecoverMode: (isOn) => {
      core.isRecovering = isOn;
      ports.log.warn('sequencer recover mode set', { isOn });
    },
    isRecovering: () => core.isRecovering,
    run: (signal) => run(core, signal),
  };
}

type Core = {
  readonly ports: SequencerPorts;
  readonly now: () => number;
  readonly alarm: Alarm;
  readonly origins: OriginCache;
  isActive: boolean;
  isOverridden: boolean;
  isRecovering: boolean;
  /** A block is being built or inserted. */
  isBuilding: boolean;
  /** A sealed block that is not in the chain yet. No other is built while there is one. */
  held: (SealedBlock & { isCommitted: boolean; readonly startedMs: number }) | undefined;
  /** Nothing is done before that time. */
  notBeforeMs: number;
};

async function start(core: Core, unsafeHead: Hash): Promise<void> {
  const { conductor, chain } = core.ports;
  if (core.isActive) throw new Error('sequencer already running');
  if (conductor !== undefined && !core.isOverridden && !(await conductor.isLeader())) {
    throw new Error('sequencer is not the leader, aborting');
  }
  const head = chain.current()?.unsafeHead.hash;
  if (head === undefined || !chain.areKnown()) {
    throw new Error(`no prestate, cannot determine if sequencer start at ${unsafeHead} is safe`);
  }
  if (head !== unsafeHead) {
    throw new Error(`block hash does not match: head ${head}, received ${unsafeHead}`);
  }
  await setActive(core, true);
}

async function stop(core: Core): Promise<Hash> {
  if (!core.isActive) throw new Error('sequencer not running');
  await setActive(core, false);
  // The loop sees it at its next look; what is sealed goes into the chain, what is not is dropped.
  while (core.isBuilding || core.held !== undefined) await core.alarm.pause(STOP_LOOK_MS);
  const head = core.ports.chain.current()?.unsafeHead.hash;
  if (head === undefined) throw new Error('no unsafe head is known');
  return head;
}

async function setActive(core: Core, isActive: boolean): Promise<void> {
  core.isActive = isActive;
  core.ports.log.info(isActive ? 'sequencer started' : 'sequencer stopped');
  core.alarm.ring();
  await core.ports.memory.write(isActive);
}

async function run(core: Core, signal: AbortSignal): Promise<void> {
  const { chain, options, conductor, memory } = core.ports;
  const stopListening = chain.onChange(() => core.alarm.ring());
  try {
    const wasStarted = await memory.read();
    const isStarted = wasStarted ?? !options.isStopped;
    // With a conductor somebody else decides when, also after a restart.
    if (isStarted && conductor === undefined) await setActive(core, true);
    for (;;) await step(core, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stopListening();
    core.isActive = false;
    core.held = undefined;
  }
}

/** Looks at everything anew, and does the one thing that is due, or waits. */
async function step(core: Core, signal: AbortSignal): Promise<void> {
  const { chain, options, config } = core.ports;
  const blockTimeMs = Number(config.rollup.blockTime) * 1000;
  const heads = chain.current();
  if (heads === undefined || !chain.areKnown()) {
    // Whatever the new heads are, others may build on them first.
    core.notBeforeMs = heads === undefined ? 0 : core.now() + blockTimeMs;
    core.held = undefined;
    return core.alarm.next(RETRY_MS, signal);
  }
  if (core.held === undefined && !core.isActive) return core.alarm.next(undefined, signal);
  if (core.now() < core.notBeforeMs) return core.alarm.until(core.notBeforeMs, signal);
  core.isBuilding = true;
  try {
    if (core.held !== undefined) return await advanceHeld(core, core.held, signal);
    const { unsafeHead, safeHead } = heads;
    if (isSafeLagReached(unsafeHead.number, safeHead.number, options.maxSafeLag)) {
      core.isBuilding = false;
      return await core.alarm.next(undefined, signal);
    }
    const startMs = buildStartMs(unsafeHead.timestamp);
    if (core.now() < startMs) {
      core.isBuilding = false;
      return await core.alarm.until(startMs, signal);
    }
    await build(core, heads, signal);
  } finally {
    core.isBuilding = false;
  }
}

async function build(core: Core, { unsafeHead }: EngineHeads, signal: AbortSignal): Promise<void> {
  const startedMs = core.now();
  const { origins, isRecovering } = core;
  const waitUntil = async (atMs: number): Promise<boolean> => {
    const isWanted = (): boolean =>
      core.isActive && core.ports.chain.current()?.unsafeHead.hash === unsafeHead.hash;
    while (isWanted() && core.now() < atMs) await core.alarm.until(atMs, signal);
    return isWanted();
  };
  const scope = { origins, isRecovering, waitUntil, signal };
  const produced = await produceBlock(core.ports, scope, unsafeHead);
  if (produced.type === 'sealed') {
    core.held = { ...produced.sealed, isCommitted: false, startedMs };
  } else take(core, produced);
}

/** Commits, publishes and inserts the held block, as far as that goes now. */
async function advanceHeld(
  core: Core,
  held: NonNullable<Core['held']>,
  signal: AbortSignal,
): Promise<void> {
  const { chain, publish, events } = core.ports;
  const { envelope, ref } = held;
  if (chain.current()?.unsafeHead.hash !== ref.parentHash) {
    core.held = undefined;
    return;
  }
  if (!held.isCommitted) {
    const fault = await commitFault(core, envelope, signal);
    if (fault !== undefined) {
      // Nobody knows whether it is committed: the same block is offered again, never a rival.
      // One that stops may leave it to the next leader.
      if (!core.isActive) core.held = undefined;
      return take(core, { type: 'retry', message: `not committed: ${fault}` });
    }
    held.isCommitted = true;
    publish(envelope);
  }
  const outcome = await insertSealed(core.ports, held, signal);
  if (outcome.type !== 'retry' && outcome.type !== 'syncing') core.held = undefined;
  if (outcome.type === 'inserted') {
    const { transactions } = envelope.executionPayload;
    events.sequenced(ref, transactions.length, core.now() - held.startedMs);
  }
  take(core, outcome);
}

/** Commits a block where a conductor wants that. @returns What it failed with, if it did. */
async function commitFault(
  { ports, isOverridden }: Core,
  envelope: PayloadEnvelope,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (ports.conductor === undefined || isOverridden) return undefined;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(COMMIT_LIMIT_MS)]);
  try {
    await ports.conductor.commit(envelope, { signal: limit });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const isOutside = error instanceof TransportError || error instanceof DOMException;
    if (!isOutside) throw error;
    return error.message;
  }
}

/** What follows from an outcome: when to look again, or a reset. @spec protocol/sequencer.md 1 */
function take(core: Core, produced: Produced): void {
  const { log, events, reset, config } = core.ports;
  const pause = (ms: number): void => {
    core.notBeforeMs = core.now() + ms;
  };
  switch (produced.type) {
    case 'sealed':
      return;
    case 'inserted': {
      const { number, hash, l1Origin } = produced.block;
      log.debug('block sequenced', { number, hash, l1Origin: l1Origin.number });
      return;
    }
    case 'stale':
      log.info('a block in progress is dropped: the head has moved');
      return;
    case 'syncing':
      log.warn('no block made: the engine is syncing');
      return pause(SYNCING_RETRY_MS);
    case 'retry':
      events.failed(produced.message);
      log.warn('no block made yet', { reason: produced.message });
      return pause(RETRY_MS);
    case 'refused':
      events.failed(produced.message);
      log.error('block refused', { reason: produced.message });
      return pause(Number(config.rollup.blockTime) * 1000);
    case 'reset':
      if (produced.isOrigin) events.inconsistentOrigin();
      log.warn('sequencer asks for a reset', { reason: produced.message });
      reset(produced.message);
      return pause(RESET_LIMIT_MS);
    default:
      return unreachable(produced);
  }
}
