import { ZERO_HASH } from '../base/bytes.ts';
import { unreachable } from '../base/errors.ts';
import { EngineError } from '../engine/errors.ts';
import type { EnginePort, PayloadStatus } from '../engine/port.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { Log } from '../transport/log.ts';
import { createWaitWarning, type Waits, type WaitWarning } from '../transport/waits.ts';
import type { UnsafeFollower } from './followUnsafe.ts';
import { readL2Ref } from './outputs.ts';
import { createWake, rangWithin } from './wake.ts';

// An engine that syncs by itself, before anything is derived:
//
//   it has a finalized block above genesis   it has synced before: nothing to do
//   nobody has posted an unsafe block        it has blocks without labels (a snapshot): done;
//                                            it has nothing but genesis: wait for one
//   newPayload and forkchoiceUpdated of the newest one
//     SYNCING                                again after a while, or for a newer one
//     INVALID                                drop it
//     VALID                                  it is the tip; safe and finalized are set as far
//                                            behind as the operator says; done
//
// Choice: op-node goes through this again at each start with op-reth, until the first block of
// gossip comes. Labels say what there is to know, and nobody waits for gossip that does not come.

/** What a sync of the engine works with. */
export type EngineSyncPorts = {
  readonly rollup: RollupConfig;
  readonly engine: EnginePort;
  readonly unsafe: Pick<UnsafeFollower, 'queue' | 'drop' | 'onPost'>;
  readonly waits: Waits;
  readonly log: Log;
  /** L2 blocks that the safe and finalized head are set behind the tip. */
  readonly offsetBlocks: bigint;
  /** Until an engine that is SYNCING, or fails, is asked again. */
  readonly pauseMs?: number;
};

/** A sync of the engine. */
export type EngineSync = {
  /** The block that the engine is syncing to. */
  readonly target: () => L2BlockRef | undefined;
  /** Resolves when the engine has a chain to derive on. @throws The signal's reason. */
  readonly run: (signal: AbortSignal) => Promise<void>;
};

const PAUSE_MS = 5_000;

/** A sync that has not begun. @spec protocol/node-surface.md 4.6 */
export function createEngineSync(ports: EngineSyncPorts): EngineSync {
  const { unsafe, log } = ports;
  const pauseMs = ports.pauseMs ?? PAUSE_MS;
  let target: L2BlockRef | undefined;
  const run = async (signal: AbortSignal): Promise<void> => {
    const posted = createWake();
    const stop = unsafe.onPost(posted.ring);
    let warnIfLong: WaitWarning | undefined;
    try {
      for (let tries = 1; ; tries++) {
        const outcome = await attempt(ports, signal);
        if (outcome.type === 'synced') {
          log.info('the engine has a chain', { because: outcome.because });
          return;
        }
        target = outcome.type === 'syncing' ? outcome.target : target;
        if (outcome.type === 'failed') {
          warnIfLong ??= createWaitWarning(log, 'the engine');
          warnIfLong(tries, outcome.message);
        } else warnIfLong = undefined;
        await listed(ports, outcome, tries, pauseMs, () => rangWithin(posted, pauseMs, signal));
      }
    } finally {
      stop();
      target = undefined;
    }
  };
  return { target: () => target, run };
}

type Outcome =
  | { readonly type: 'synced'; readonly because: string }
  | { readonly type: 'syncing'; readonly target: L2BlockRef }
  | { readonly type: 'noBlock' }
  | { readonly type: 'failed'; readonly message: string };

async function attempt(ports: EngineSyncPorts, signal: AbortSignal): Promise<Outcome> {
  const { engine, rollup, unsafe, log } = ports;
  try {
    const finalized = await engine.block({ label: 'finalized' }, { signal });
    const number = finalized?.executionPayload.blockNumber ?? rollup.genesis.l2.number;
    if (number > rollup.genesis.l2.number) {
      return { type: 'synced', because: `it has finalized block ${number}` };
    }
    const newest = unsafe.queue().waiting.at(-1);
    if (newest === undefined) return await withoutBlock(ports, signal);
    const status = await makeTip(engine, newest, signal);
    const { blockHash, blockNumber } = newest.executionPayload;
    if (status.type === 'syncing') return { type: 'syncing', target: readL2Ref(rollup, newest) };
    if (status.type === 'invalid') {
      const reason = status.validationError;
      log.warn('the engine refuses an unsafe block', { number: blockNumber, reason });
      unsafe.drop(blockHash);
      return attempt(ports, signal);
    }
    return await setLabels(ports, newest, signal);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { type: 'failed', message: error.message };
  }
}

async function withoutBlock(
  { engine, rollup }: EngineSyncPorts,
  signal: AbortSignal,
): Promise<Outcome> {
  const latest = await engine.block({ label: 'latest' }, { signal });
  const number = latest?.executionPayload.blockNumber ?? rollup.genesis.l2.number;
  if (number === rollup.genesis.l2.number) return { type: 'noBlock' };
  return { type: 'synced', because: `it has blocks up to ${number}, none of them final` };
}

/** Nothing is said of safe and finalized: the engine does not have what they would name. */
async function makeTip(
  engine: EnginePort,
  envelope: PayloadEnvelope,
  signal: AbortSignal,
): Promise<PayloadStatus> {
  const put = await engine.newPayload(envelope, { signal });
  if (put.type === 'invalid') return put;
  const state = {
    headBlockHash: envelope.executionPayload.blockHash,
    safeBlockHash: ZERO_HASH,
    finalizedBlockHash: ZERO_HASH,
  };
  return (await engine.forkchoiceUpdated(state, undefined, { signal })).status;
}

async function setLabels(
  { engine, rollup, offsetBlocks }: EngineSyncPorts,
  tip: PayloadEnvelope,
  signal: AbortSignal,
): Promise<Outcome> {
  const { blockNumber, blockHash } = tip.executionPayload;
  const genesis = rollup.genesis.l2.number;
  const wanted = blockNumber - offsetBlocks > genesis ? blockNumber - offsetBlocks : genesis;
  const held = await engine.block({ number: wanted }, { signal });
  if (held === undefined) return { type: 'failed', message: `it has no block ${wanted}` };
  const hash = held.executionPayload.blockHash;
  const state = { headBlockHash: blockHash, safeBlockHash: hash, finalizedBlockHash: hash };
  const { status } = await engine.forkchoiceUpdated(state, undefined, { signal });
  if (status.type !== 'valid') return { type: 'failed', message: `it is ${status.type} again` };
  return { type: 'synced', because: `it has synced to block ${blockNumber}` };
}

/** Waits under the name of what is missing. */
async function listed(
  { waits, log }: EngineSyncPorts,
  outcome: Exclude<Outcome, { readonly type: 'synced' }>,
  tries: number,
  pauseMs: number,
  pause: () => Promise<unknown>,
): Promise<void> {
  const { name, nextAction, lastError } = describe(outcome);
  if (tries === 1) log.info('execution-layer sync: derivation waits', { for: name });
  const wait = waits.begin(name, nextAction);
  wait.update({ tries, lastError, nextActionAtMs: Date.now() + pauseMs });
  try {
    await pause();
  } finally {
    wait.end();
  }
}

function describe(outcome: Exclude<Outcome, { readonly type: 'synced' }>): {
  readonly name: string;
  readonly nextAction: string;
  readonly lastError: string;
} {
  switch (outcome.type) {
    case 'noBlock':
      return {
        name: 'an unsafe block that the engine can sync to',
        nextAction: 'look again; without peers one must come by admin_postUnsafePayload',
        lastError: 'nobody has posted one',
      };
    case 'syncing':
      return {
        name: `the engine to sync to L2 block ${outcome.target.number}`,
        nextAction: 'tell it the newest unsafe block again',
        lastError: 'it is SYNCING',
      };
    case 'failed':
      return {
        name: 'the engine to sync',
        nextAction: 'ask it again',
        lastError: outcome.message,
      };
    default:
      return unreachable(outcome);
  }
}
