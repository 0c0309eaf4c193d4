import { DecodeError } from '../base/errors.ts';
import { EngineError } from '../engine/errors.ts';
import { insertUnsafe, type UnsafeOutcome } from '../engine/forkchoice.ts';
import { forkchoiceOf } from '../engine/heads.ts';
import type { PayloadBuild } from '../engine/port.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { SourceError } from '../sources/errors.ts';
import { sealMs } from './buildTime.ts';
import { type OriginCache, type PreparedBlock, prepareBlock } from './prepareBlock.ts';
import type { SequencerPorts } from './ports.ts';
import { sealedRef, sealFault } from './sealedBlock.ts';

/** A block that the engine has sealed, and that is not in the chain yet. */
export type SealedBlock = { readonly envelope: PayloadEnvelope; readonly ref: L2BlockRef };

/** How far a block got. All but `sealed` and `inserted` leave nothing behind. */
export type Produced =
  | { readonly type: 'sealed'; readonly sealed: SealedBlock }
  | { readonly type: 'inserted'; readonly block: L2BlockRef }
  /** The head has moved under it: plan again. */
  | { readonly type: 'stale' }
  /** The engine fetches blocks by itself, and has no time for ours. */
  | { readonly type: 'syncing' }
  /** The same may work in a second. */
  | { readonly type: 'retry'; readonly message: string }
  /** The block cannot be; another may in one block time. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'reset'; readonly message: string; readonly isOrigin: boolean };

/** What one block works with beside the ports. */
export type ProduceScope = {
  readonly origins: OriginCache;
  readonly isRecovering: boolean;
  /** Waits until that time, milliseconds since 1970. @returns Whether to go on. */
  readonly waitUntil: (atMs: number) => Promise<boolean>;
  readonly signal: AbortSignal;
};

const PREPARE_LIMIT_MS = 20_000;

/**
 * Builds and seals the block after `parent`. Committing, publishing and inserting it, in this
 * order, is the caller's, who keeps the block until that is done: no rival is built meanwhile.
 *
 * @throws The signal's reason, or what is our own fault.
 * @spec   protocol/sequencer.md 1
 */
export async function produceBlock(
  ports: SequencerPorts,
  scope: ProduceScope,
  parent: L2BlockRef,
): Promise<Produced> {
  const { engine, options } = ports;
  const { signal } = scope;
  return answered(signal, async () => {
    const limit = { signal: AbortSignal.any([signal, AbortSignal.timeout(PREPARE_LIMIT_MS)]) };
    const { origins, isRecovering } = scope;
    const prepared = await prepareBlock(ports, origins, parent, isRecovering, limit);
    switch (prepared.type) {
      case 'wait':
        return { type: 'retry', message: prepared.reason };
      case 'reset':
        return { ...prepared, isOrigin: true };
      case 'retry':
        return prepared;
      default:
    }
    const started = await startBuild(ports, prepared, signal);
    if (started.type !== 'started') return started;
    const { timestamp } = prepared.attributes;
    if (!(await scope.waitUntil(sealMs(timestamp, options.sealingDurationMs)))) {
      return { type: 'stale' };
    }
    const envelope = await engine.getPayload(started.build, { signal });
    const fault = sealFault(prepared, envelope);
    if (fault !== undefined) return { type: 'refused', message: fault };
    return { type: 'sealed', sealed: { envelope, ref: sealedRef(prepared, envelope) } };
  });
}

/**
 * Puts a sealed block into the chain, unless the head is no longer its parent: an own block never
 * takes the place of a newer head.
 */
export async function insertSealed(
  { chain, engine }: Pick<SequencerPorts, 'chain' | 'engine'>,
  { envelope, ref }: SealedBlock,
  signal: AbortSignal,
): Promise<Produced> {
  const outcome = await chain.change<UnsafeOutcome | { readonly type: 'stale' }>(async (heads) => {
    if (heads.unsafeHead.hash !== ref.parentHash) return [heads, { type: 'stale' }];
    return insertUnsafe(engine, heads, envelope, ref, { signal });
  });
  switch (outcome?.type) {
    case 'inserted':
      return outcome;
    case 'invalid':
      return { type: 'refused', message: outcome.message };
    case 'syncing':
      return { type: 'syncing' };
    case 'retry':
      return outcome;
    case 'reset':
      return { ...outcome, isOrigin: false };
    default:
      return { type: 'stale' };
  }
}

type Started = { readonly type: 'started'; readonly build: PayloadBuild } | Produced;

async function startBuild(
  { chain, engine }: SequencerPorts,
  { parent, attributes }: PreparedBlock,
  signal: AbortSignal,
): Promise<Started> {
  const started = await chain.change<Started>(async (heads) => {
    if (heads.unsafeHead.hash !== parent.hash) return [heads, { type: 'stale' }];
    const forkchoice = forkchoiceOf(heads);
    // Whatever comes of it, nobody has been told before that it went well.
    const untold = { ...heads, sentForkchoice: undefined };
    try {
      const outcome = await engine.forkchoiceUpdated(forkchoice, attributes, { signal });
      const { status, build } = outcome;
      if (status.type === 'syncing') return [untold, { type: 'syncing' }];
      if (status.type === 'invalid') {
        return [untold, { type: 'refused', message: status.validationError }];
      }
      const told = { ...heads, sentForkchoice: forkchoice };
      if (build !== undefined) return [told, { type: 'started', build }];
      return [told, { type: 'retry', message: 'the engine gave no payload id' }];
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return [untold, refusalOf(error)];
    }
  });
  return started ?? { type: 'stale' };
}

/** What an engine's error means for a block of ours. */
function refusalOf({ code, message }: EngineError): Produced {
  switch (code) {
    case 'invalidForkchoiceState':
      return { type: 'reset', message, isOrigin: false };
    case 'invalidAttributes':
    case 'unknownPayload':
    case 'refused':
      return { type: 'refused', message };
    default:
      return { type: 'retry', message };
  }
}

/** Turns what may go wrong on the way into an outcome. */
async function answered(signal: AbortSignal, produce: () => Promise<Produced>): Promise<Produced> {
  try {
    return await produce();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EngineError) return refusalOf(error);
    const isOutside =
      error instanceof SourceError ||
      error instanceof DecodeError ||
      (error instanceof DOMException && error.name === 'TimeoutError');
    if (isOutside) return { type: 'retry', message: error.message };
    throw error;
  }
}
