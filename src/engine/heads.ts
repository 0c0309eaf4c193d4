import { assert } from '../base/errors.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { ForkchoiceState } from './port.ts';

/**
 * Heads of the L2 and what the engine has been told of them.
 *
 *   finalizedHead <= safeHead <= pendingSafeHead <= unsafeHead
 *
 * Without interop the local-safe and the cross-safe head are one: `safeHead`.
 */
export type EngineHeads = {
  readonly unsafeHead: L2BlockRef;
  /** Last block derived, possibly of an unfinished span batch. Derivation builds on it. */
  readonly pendingSafeHead: L2BlockRef;
  readonly safeHead: L2BlockRef;
  readonly finalizedHead: L2BlockRef;
  /** Unsafe head that a derived block has displaced; restored when that block's batch fails. */
  readonly backupUnsafeHead: L2BlockRef | undefined;
  /** Head the engine was told of and is still fetching ancestors for. */
  readonly syncTarget: L2BlockRef | undefined;
  /** Last state the engine has answered VALID to. */
  readonly sentForkchoice: ForkchoiceState | undefined;
};

/** Heads after a sync start: nothing has been sent yet. @throws InvariantError on a wrong order. */
export function startHeads(heads: {
  readonly unsafeHead: L2BlockRef;
  readonly safeHead: L2BlockRef;
  readonly finalizedHead: L2BlockRef;
}): EngineHeads {
  const { unsafeHead, safeHead, finalizedHead } = heads;
  assert(finalizedHead.number <= safeHead.number, 'finalized head above the safe head');
  assert(safeHead.number <= unsafeHead.number, 'safe head above the unsafe head');
  return {
    unsafeHead,
    pendingSafeHead: safeHead,
    safeHead,
    finalizedHead,
    backupUnsafeHead: undefined,
    syncTarget: undefined,
    sentForkchoice: undefined,
  };
}

/** What the engine should be told. */
export function forkchoiceOf(heads: EngineHeads): ForkchoiceState {
  return {
    headBlockHash: heads.unsafeHead.hash,
    safeBlockHash: heads.safeHead.hash,
    finalizedBlockHash: heads.finalizedHead.hash,
  };
}

/** True when the engine has been told these very heads. */
export function isForkchoiceSent(heads: EngineHeads): boolean {
  const wanted = forkchoiceOf(heads);
  const sent = heads.sentForkchoice;
  return (
    sent?.headBlockHash === wanted.headBlockHash &&
    sent.safeBlockHash === wanted.safeBlockHash &&
    sent.finalizedBlockHash === wanted.finalizedBlockHash
  );
}

/**
 * Heads after a derived block turned out to be in the chain already, or was put there.
 *
 * @param concluding True when the safe head may follow: the block's batch is complete.
 */
export function promoteDerived(
  heads: EngineHeads,
  block: L2BlockRef,
  concluding: boolean,
): EngineHeads {
  const pending = { ...heads, pendingSafeHead: block };
  return concluding ? { ...pending, safeHead: block, backupUnsafeHead: undefined } : pending;
}

/** Heads after a block became the tip. A tip that it displaces is remembered. */
export function promoteUnsafe(heads: EngineHeads, block: L2BlockRef): EngineHeads {
  const isDisplacing =
    block.number <= heads.unsafeHead.number && block.hash !== heads.unsafeHead.hash;
  return {
    ...heads,
    unsafeHead: block,
    syncTarget: undefined,
    backupUnsafeHead: isDisplacing ? heads.unsafeHead : heads.backupUnsafeHead,
  };
}

/**
 * Heads with a higher finalized one. A finalized head never goes back: a lower one changes nothing.
 *
 * @throws InvariantError when it is above the safe head.
 */
export function promoteFinalized(heads: EngineHeads, block: L2BlockRef): EngineHeads {
  if (block.number <= heads.finalizedHead.number) return heads;
  assert(block.number <= heads.safeHead.number, 'finalized head above the safe head');
  return { ...heads, finalizedHead: block };
}

/**
 * Heads after the engine refused a derived block before Holocene: what its batch had built is
 * given up, and derivation goes on from the safe head.
 *
 * @spec protocol/derivation-2-attributes-engine.md 10.4
 */
export function dropPendingSafe(heads: EngineHeads): EngineHeads {
  return { ...heads, pendingSafeHead: heads.safeHead };
}
