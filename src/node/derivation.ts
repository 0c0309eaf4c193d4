import { setImmediate } from 'node:timers/promises';
import { unreachable } from '../base/errors.ts';
import { applyInvalidPayload } from '../derive/invalidPayload.ts';
import { addL2Block, next, start } from '../derive/pipeline.ts';
import { upcomingTransactions } from '../derive/spanInProgress.ts';
import type { DeriveState, SafeHead } from '../derive/state.ts';
import type { AttributesStep, Step } from '../derive/step.ts';
import { applyAttributes } from '../engine/controller.ts';
import { restoreBackupUnsafe, sendForkchoice } from '../engine/forkchoice.ts';
import { dropPendingSafe } from '../engine/heads.ts';
import type { ResetOutcome } from '../engine/outcome.ts';
import { type PayloadEnvelope, toL2Block } from '../protocol/executionPayload.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import { systemConfigOfL2Block } from '../protocol/systemConfigOfL2Block.ts';
import type { DriverPhase, DriverPorts } from './driverPorts.ts';
import { createL1Reader, type L1Reader, readBase } from './l1Reader.ts';
import { patientReads, type RetryScope, untilDone } from './retryEngine.ts';
import type { SyncStartPoint } from './syncStart.ts';

/** Why a derivation is over. It is begun again from a sync start. */
export type DerivationEnd = { readonly reason: string; readonly message: string };

/** Told of every change. */
export type DerivationWatch = {
  readonly began: (state: DeriveState) => void;
  readonly phase: (phase: DriverPhase) => void;
  readonly currentL1: (l1: L1BlockRef) => void;
  /** An L1 block has been read to its end, and what it made safe is recorded. */
  readonly settled: () => void;
};

/**
 * Derives from `point` on until inputs contradict each other, or for ever.
 *
 * @throws SourceError, EngineError, or the signal's reason.
 */
export async function derive(
  ports: DriverPorts,
  point: SyncStartPoint,
  watch: DerivationWatch,
  signal: AbortSignal,
): Promise<DerivationEnd> {
  const base = await readBase(ports, point.base.l1, signal);
  const safe: SafeHead = { ref: point.heads.safe, systemConfig: point.systemConfig };
  const run: Run = {
    ports,
    watch,
    signal,
    state: start(ports.config, { l1: base, systemConfig: point.base.systemConfig }),
    reader: createL1Reader(ports, signal),
    pendingSafe: safe,
    safe,
    unrecorded: undefined,
  };
  watch.began(run.state);
  try {
    for (;;) {
      // Sources look at the signal, but an engine in this process never waits for anything.
      signal.throwIfAborted();
      const end = await take(run, next(run.state, run.pendingSafe));
      if (end !== undefined) return end;
    }
  } finally {
    await run.reader.close();
  }
}

type Run = {
  readonly ports: DriverPorts;
  readonly watch: DerivationWatch;
  readonly signal: AbortSignal;
  readonly state: DeriveState;
  readonly reader: L1Reader;
  /** What the next block is built on, and what it falls back to. */
  pendingSafe: SafeHead;
  safe: SafeHead;
  /** The L1 block that moved the safe head, until that is recorded. */
  unrecorded: L1BlockRef | undefined;
};

async function take(run: Run, step: Step): Promise<DerivationEnd | undefined> {
  const { ports, watch } = run;
  switch (step.type) {
    case 'attributes':
      watch.phase({ type: 'deriving' });
      tellOfUpcoming(run, step);
      return takeAttributes(run, step, false);
    case 'advanced': {
      const end = await settle(run);
      watch.currentL1(step.l1);
      ports.events.advanced(step.l1);
      return end;
    }
    case 'needL1Block':
      return takeL1Block(run, step);
    case 'needBlobs':
      await run.reader.feedBlobs(run.state, step);
      return undefined;
    case 'needL2Block':
      return takeL2Block(run, step.number);
    case 'dropped':
      ports.events.dropped(step.dropped);
      return undefined;
    case 'reset':
      return step;
    case 'halted':
      return halt(run, step.message);
    default:
      return unreachable(step);
  }
}

async function takeL1Block(
  run: Run,
  { parent }: Extract<Step, { readonly type: 'needL1Block' }>,
): Promise<DerivationEnd | undefined> {
  const { l1Heads, events } = run.ports;
  const end = await settle(run);
  if (end !== undefined) return end;
  if (parent.number + run.ports.options.confirmations >= (l1Heads.head('latest')?.number ?? 0n)) {
    run.watch.phase({ type: 'atL1Head' });
  }
  const reorg = await run.reader.feedBlock(run.state, parent);
  if (reorg === undefined) return undefined;
  const { last, found } = reorg;
  events.l1Reorg(last.number - found.number + 1n);
  const message = `L1 block ${found.number} is \`${found.hash}\`; L1 has left \`${last.hash}\``;
  return { reason: 'l1Reorg', message };
}

async function takeL2Block(run: Run, number: bigint): Promise<DerivationEnd | undefined> {
  const read = patientReads(run.ports.engine, scope(run));
  const block = await read({ number }, run);
  if (block === undefined) {
    return { reason: 'missingBlock', message: `the engine has no block ${number}` };
  }
  addL2Block(run.state, toL2Block(block.executionPayload));
  return undefined;
}

/** Tells the engine the heads and records what the L1 block just read has made safe. */
async function settle(run: Run): Promise<DerivationEnd | undefined> {
  const { chain, engine, safeHeads, log } = run.ports;
  const outcome = await untilDone(scope(run), 'the engine to take our heads', async () => {
    const sent = await chain.change((heads) => sendForkchoice(engine, heads, run));
    return sent ?? HEADS_UNKNOWN;
  });
  if (outcome.type === 'reset') return outcome;
  if (run.unrecorded !== undefined) {
    const { number, hash } = run.unrecorded;
    const { ref } = run.safe;
    await safeHeads.record({ l1: { number, hash }, l2: { number: ref.number, hash: ref.hash } });
    log.debug('safe head recorded', { safe: ref.number, hash: ref.hash, l1: number });
    run.unrecorded = undefined;
  }
  run.watch.settled();
  return undefined;
}

const HEADS_UNKNOWN: ResetOutcome = {
  type: 'reset',
  reason: 'headsOutOfOrder',
  message: 'the heads are being found again',
};

/** Blocks that the engine has already are only compared: nobody needs their senders. */
function tellOfUpcoming({ ports, state }: Run, { parent }: AttributesStep): void {
  const { engine, chain } = ports;
  const unsafe = chain.current()?.unsafeHead.number ?? 0n;
  if (unsafe > parent.number || engine.expectTransactions === undefined) return;
  engine.expectTransactions(upcomingTransactions(state));
}

/** Puts attributes into the chain, or what follows from the engine's refusal. */
async function takeAttributes(
  run: Run,
  step: AttributesStep,
  isReplacement: boolean,
): Promise<DerivationEnd | undefined> {
  const { chain, engine, config, events, log } = run.ports;
  const name = `the engine to build L2 block ${step.parent.number + 1n}`;
  const outcome = await untilDone(scope(run), name, async () => {
    const applied = await chain.change((heads) =>
      applyAttributes(engine, config.rollup, heads, step, run),
    );
    return applied ?? HEADS_UNKNOWN;
  });
  switch (outcome.type) {
    case 'consolidated':
    case 'built':
      adopt(run, step, outcome.block, outcome.envelope);
      log.debug('L2 block derived', { number: outcome.block.number, how: outcome.type });
      events.derived({
        block: outcome.block,
        step,
        how: outcome.type,
        transactions: outcome.envelope.executionPayload.transactions.length,
        gasUsed: outcome.envelope.executionPayload.gasUsed,
        isReplacement,
      });
      // An engine in this process never waits: sockets and timers must get their turn.
      await setImmediate();
      return undefined;
    case 'stale':
      return { reason: 'parentMismatch', message: `not on ${step.parent.number} any more` };
    case 'reset':
      return outcome;
    case 'invalid':
      return takeRefusal(run, step, outcome.message);
    default:
      return unreachable(outcome);
  }
}

function adopt(
  run: Run,
  step: AttributesStep,
  ref: L2BlockRef,
  { executionPayload }: PayloadEnvelope,
): void {
  const { rollup } = run.ports.config;
  run.pendingSafe = {
    ref,
    systemConfig: systemConfigOfL2Block(rollup, toL2Block(executionPayload)),
  };
  if (!step.concluding) return;
  run.safe = run.pendingSafe;
  run.unrecorded = step.derivedFrom;
}

async function takeRefusal(
  run: Run,
  step: AttributesStep,
  problem: string,
): Promise<DerivationEnd | undefined> {
  const { log, chain, engine } = run.ports;
  const outcome = applyInvalidPayload(run.state, step, problem);
  if (outcome.type === 'halted') return halt(run, outcome.message);
  const number = step.parent.number + 1n;
  log.warn('the engine refuses a derived block', { number, reason: problem });
  if (outcome.type === 'replace') return takeAttributes(run, outcome.step, true);
  run.pendingSafe = run.safe;
  const restored = await untilDone(scope(run), 'the engine to take back its head', async () => {
    const sent = await chain.change((heads) =>
      restoreBackupUnsafe(engine, dropPendingSafe(heads), run),
    );
    return sent ?? HEADS_UNKNOWN;
  });
  return restored.type === 'reset' ? restored : undefined;
}

/** Stays up and says why, until somebody asks for a reset or stops the node. */
async function halt(run: Run, message: string): Promise<never> {
  run.ports.log.crit('derivation is halted', { reason: message });
  run.watch.phase({ type: 'halted', message });
  const wait = run.ports.waits.begin('derivation, which is halted', 'none without an operator');
  wait.update({ lastError: message });
  try {
    return await new Promise<never>((_, reject) => {
      const end = (): void => reject(run.signal.reason);
      if (run.signal.aborted) end();
      else run.signal.addEventListener('abort', end, { once: true });
    });
  } finally {
    wait.end();
  }
}

function scope({ ports, signal }: Run): RetryScope {
  const { waits, log, events } = ports;
  return { waits, log, signal, failed: events.failed };
}
