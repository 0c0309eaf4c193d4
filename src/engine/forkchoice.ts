import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { EngineError } from './errors.ts';
import { type EngineHeads, forkchoiceOf, isForkchoiceSent, promoteUnsafe } from './heads.ts';
import { type InvalidOutcome, type ResetOutcome, type RetryOutcome, retry } from './outcome.ts';
import type { EnginePort, PayloadStatus } from './port.ts';

/** What became of telling the engine our heads. */
export type ForkchoiceSent =
  /** It has them, or had them already. */
  { readonly type: 'sent' } | RetryOutcome | ResetOutcome;

/**
 * Tells the engine the heads, unless it has been told the very same.
 *
 * An answer other than VALID is a reset: each of these blocks has been VALID before, so the
 * engine has lost some of them.
 *
 * @throws The signal's reason.
 * @spec   protocol/derivation-2-attributes-engine.md 10.2 (4)
 */
export async function sendForkchoice(
  engine: EnginePort,
  heads: EngineHeads,
  options: AbortOptions = {},
): Promise<readonly [EngineHeads, ForkchoiceSent]> {
  if (isForkchoiceSent(heads)) return [heads, { type: 'sent' }];
  const update = await tryForkchoice(engine, heads, heads.unsafeHead, options);
  if (update.type === 'reset' || update.type === 'retry') return [heads, update];
  if (update.type === 'valid') {
    return [{ ...heads, sentForkchoice: forkchoiceOf(heads) }, { type: 'sent' }];
  }
  const { number, hash } = heads.unsafeHead;
  const found = describe(update);
  const message = `expected the engine to say VALID to head ${number} (${hash}), found ${found}`;
  return [heads, { type: 'reset', reason: 'engineRewound', message }];
}

/** What became of an unsafe block from outside. */
export type UnsafeOutcome =
  | { readonly type: 'inserted'; readonly block: L2BlockRef }
  /** The engine lacks ancestors and fetches them. The unsafe head has not moved. */
  | { readonly type: 'syncing'; readonly target: L2BlockRef }
  | InvalidOutcome
  | RetryOutcome
  | ResetOutcome;

/**
 * Gives the engine an unsafe block and makes it the tip. Whether the block is wanted (its parent,
 * its number, its signer) has been decided before.
 *
 * SYNCING to either call starts the engine's own sync; the unsafe head moves on VALID only,
 * because derivation would otherwise ask for blocks that do not exist.
 *
 * @throws The signal's reason.
 */
export async function insertUnsafe(
  engine: EnginePort,
  heads: EngineHeads,
  envelope: PayloadEnvelope,
  block: L2BlockRef,
  options: AbortOptions = {},
): Promise<readonly [EngineHeads, UnsafeOutcome]> {
  try {
    const status = await engine.newPayload(envelope, options);
    if (status.type === 'invalid') return [heads, refused(status)];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [heads, retry(error)];
  }
  const update = await tryForkchoice(engine, heads, block, options);
  const untold = { ...heads, sentForkchoice: undefined };
  switch (update.type) {
    case 'valid': {
      const moved = { ...promoteUnsafe(heads, block), backupUnsafeHead: heads.backupUnsafeHead };
      return [
        { ...moved, sentForkchoice: forkchoiceOf(moved) },
        { type: 'inserted', block },
      ];
    }
    case 'syncing':
      return [
        { ...heads, syncTarget: block },
        { type: 'syncing', target: block },
      ];
    case 'invalid':
      return [untold, refused(update)];
    default:
      return [untold, update];
  }
}

/**
 * Makes the unsafe head that a failed batch had displaced the tip again. When the engine does not
 * take it, it is forgotten and the tip stays.
 *
 * @throws The signal's reason.
 * @spec   protocol/derivation-2-attributes-engine.md 10.4
 */
export async function restoreBackupUnsafe(
  engine: EnginePort,
  heads: EngineHeads,
  options: AbortOptions = {},
): Promise<readonly [EngineHeads, ForkchoiceSent]> {
  const backup = heads.backupUnsafeHead;
  if (backup === undefined) return [heads, { type: 'sent' }];
  const update = await tryForkchoice(engine, heads, backup, options);
  const untold = { ...heads, sentForkchoice: undefined };
  if (update.type === 'retry') return [untold, update];
  const forgotten = { ...untold, backupUnsafeHead: undefined };
  if (update.type === 'reset') return [forgotten, update];
  if (update.type !== 'valid') return [forgotten, { type: 'sent' }];
  const restored = { ...forgotten, unsafeHead: backup };
  return [{ ...restored, sentForkchoice: forkchoiceOf(restored) }, { type: 'sent' }];
}

async function tryForkchoice(
  engine: EnginePort,
  heads: EngineHeads,
  head: L2BlockRef,
  options: AbortOptions,
): Promise<PayloadStatus | RetryOutcome | ResetOutcome> {
  const state = { ...forkchoiceOf(heads), headBlockHash: head.hash };
  try {
    return (await engine.forkchoiceUpdated(state, undefined, options)).status;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code !== 'invalidForkchoiceState') return retry(error);
    return { type: 'reset', reason: 'forkchoiceRefused', message: error.message };
  }
}

function refused(status: Extract<PayloadStatus, { type: 'invalid' }>): InvalidOutcome {
  return { type: 'invalid', message: status.validationError };
}

function describe(status: PayloadStatus): string {
  return status.type === 'invalid' ? `INVALID (${status.validationError})` : 'SYNCING';
}
