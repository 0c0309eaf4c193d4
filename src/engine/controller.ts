import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { type PayloadEnvelope, payloadRef } from '../protocol/executionPayload.ts';
import type { BlockId, L2BlockRef } from '../protocol/ids.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { consolidate, type Mismatch } from './consolidate.ts';
import { EngineError } from './errors.ts';
import { type EngineHeads, forkchoiceOf, promoteDerived, promoteUnsafe } from './heads.ts';
import {
  type AttributesOutcome,
  type InvalidOutcome,
  type ResetOutcome,
  type RetryOutcome,
  retry,
} from './outcome.ts';
import type { EnginePort, ForkchoiceState, PayloadBuild } from './port.ts';

// How derived attributes become the next safe block:
//
//   parent is not the pending safe head             stale, or reset when only the hash differs
//   there is an unsafe block at that height         compare: same -> consolidated, else build
//   build: forkchoiceUpdated with attributes on the parent -> getPayload -> look it over ->
//   newPayload -> the block is unsafe and pending safe head
//
// The engine learns of the new heads with the next forkchoiceUpdated: that of the next build, or
// `sendForkchoice` when derivation pauses or the L1 block changes.

/** Attributes as derivation gives them: the fields of its `attributes` step. */
export type DerivedAttributes = {
  readonly attributes: PayloadAttributes;
  readonly parent: L2BlockRef;
  /** L1 origin of the block to build. */
  readonly epoch: BlockId;
  readonly sequenceNumber: bigint;
  readonly concluding: boolean;
};

/**
 * Puts derived attributes into the chain. Heads and outcome belong together: heads change only
 * with `consolidated` and `built`.
 *
 * @throws The signal's reason.
 * @spec   protocol/derivation-2-attributes-engine.md 10.2
 */
export async function applyAttributes(
  engine: EnginePort,
  config: RollupConfig,
  heads: EngineHeads,
  derived: DerivedAttributes,
  options: AbortOptions = {},
): Promise<readonly [EngineHeads, AttributesOutcome]> {
  const { parent } = derived;
  const { pendingSafeHead, unsafeHead } = heads;
  if (parent.number !== pendingSafeHead.number) return [heads, { type: 'stale' }];
  if (parent.hash !== pendingSafeHead.hash) {
    const message = `expected attributes on ${pendingSafeHead.hash}, found ${parent.hash}`;
    return [heads, { type: 'reset', reason: 'parentMismatch', message }];
  }
  if (pendingSafeHead.number > unsafeHead.number) {
    const message = `pending safe head ${pendingSafeHead.number}, unsafe head ${unsafeHead.number}`;
    return [heads, { type: 'reset', reason: 'headsOutOfOrder', message }];
  }
  try {
    if (pendingSafeHead.number === unsafeHead.number) {
      return await build(engine, config, heads, derived, undefined, options);
    }
    return await compareOrBuild(engine, config, heads, derived, options);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [untold(heads), retry(error)];
  }
}

async function compareOrBuild(
  engine: EnginePort,
  config: RollupConfig,
  heads: EngineHeads,
  derived: DerivedAttributes,
  options: AbortOptions,
): Promise<readonly [EngineHeads, AttributesOutcome]> {
  const number = derived.parent.number + 1n;
  const existing = await engine.block({ number }, options);
  if (existing === undefined) {
    const tip = heads.unsafeHead.number;
    const message = `the engine has no block ${number}, below our unsafe head ${tip}`;
    return [heads, { type: 'reset', reason: 'missingBlock', message }];
  }
  const mismatch = consolidate(config, derived.parent.hash, derived.attributes, existing);
  if (mismatch !== undefined) return build(engine, config, heads, derived, mismatch, options);
  const block = refOf(derived, existing);
  const promoted = promoteDerived(heads, block, derived.concluding);
  return [promoted, { type: 'consolidated', block, envelope: existing }];
}

async function build(
  engine: EnginePort,
  config: RollupConfig,
  heads: EngineHeads,
  derived: DerivedAttributes,
  replaced: Mismatch | undefined,
  options: AbortOptions,
): Promise<readonly [EngineHeads, AttributesOutcome]> {
  const started = await startBuild(engine, heads, derived, options);
  if (started.type !== 'started') return [untold(heads), started];
  const sent = { ...heads, sentForkchoice: started.forkchoice };

  // Whatever getPayload fails with, the same attributes can be built again.
  const envelope = await engine.getPayload(started.build, options);
  const fault = sealFault(config, derived, envelope);
  if (fault !== undefined) return [sent, { type: 'retry', message: fault, cause: undefined }];

  const status = await engine.newPayload(envelope, options);
  if (status.type === 'invalid') return [sent, invalid(status.validationError)];
  if (status.type === 'syncing') return [sent, await syncing(engine, derived.parent, options)];
  const block = refOf(derived, envelope);
  const promoted = promoteDerived(promoteUnsafe(sent, block), block, derived.concluding);
  return [promoted, { type: 'built', block, envelope, replaced }];
}

/** After a forkchoice update without a clear end nobody knows what the engine's head is. */
function untold(heads: EngineHeads): EngineHeads {
  return { ...heads, sentForkchoice: undefined };
}

type Started = {
  readonly type: 'started';
  readonly build: PayloadBuild;
  readonly forkchoice: ForkchoiceState;
};

async function startBuild(
  engine: EnginePort,
  heads: EngineHeads,
  derived: DerivedAttributes,
  options: AbortOptions,
): Promise<Started | InvalidOutcome | RetryOutcome | ResetOutcome> {
  const forkchoice = { ...forkchoiceOf(heads), headBlockHash: derived.parent.hash };
  try {
    const { status, build } = await engine.forkchoiceUpdated(
      forkchoice,
      derived.attributes,
      options,
    );
    if (status.type === 'invalid') return invalid(status.validationError);
    if (status.type === 'syncing') return await syncing(engine, derived.parent, options);
    if (build !== undefined) return { type: 'started', build, forkchoice };
    const message = 'the engine accepted the attributes but gave no payload id';
    return { type: 'retry', message, cause: undefined };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return refusal(error);
  }
}

/** Class of an error to a forkchoice update with attributes. */
function refusal(error: EngineError): InvalidOutcome | RetryOutcome | ResetOutcome {
  switch (error.code) {
    case 'invalidAttributes':
      return invalid(error.message);
    case 'invalidForkchoiceState':
    case 'unknownPayload':
    case 'refused':
      return { type: 'reset', reason: 'forkchoiceRefused', message: error.message };
    default:
      return retry(error);
  }
}

function invalid(message: string): InvalidOutcome {
  return { type: 'invalid', message };
}

/** Why a sealed payload cannot be what was asked for; undefined when it can. */
function sealFault(
  config: RollupConfig,
  derived: DerivedAttributes,
  envelope: PayloadEnvelope,
): string | undefined {
  const mismatch = consolidate(config, derived.parent.hash, derived.attributes, envelope);
  if (mismatch === undefined) return undefined;
  const { field, expected, found } = mismatch;
  const difference = `\`${field}\` expected ${expected}, found ${found}`;
  return `the engine built another block than asked: ${difference}`;
}

function refOf(derived: DerivedAttributes, { executionPayload }: PayloadEnvelope): L2BlockRef {
  return payloadRef(executionPayload, derived.epoch, derived.sequenceNumber);
}

/**
 * What SYNCING means for a derived block, whose parent we hold to be there. An engine that lost
 * the parent would say SYNCING for ever.
 */
async function syncing(
  engine: EnginePort,
  parent: BlockId,
  options: AbortOptions,
): Promise<RetryOutcome | ResetOutcome> {
  const known = await engine.block({ hash: parent.hash }, options);
  if (known === undefined) {
    const message = `the engine no longer has block ${parent.number} (${parent.hash})`;
    return { type: 'reset', reason: 'engineRewound', message };
  }
  return { type: 'retry', message: 'the engine is syncing', cause: undefined };
}
