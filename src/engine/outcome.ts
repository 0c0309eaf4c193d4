import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { Mismatch } from './consolidate.ts';
import type { EngineError } from './errors.ts';

/** What became of derived attributes. */
export type AttributesOutcome =
  /** The block was in the chain already. */
  | {
      readonly type: 'consolidated';
      readonly block: L2BlockRef;
      readonly envelope: PayloadEnvelope;
    }
  | {
      readonly type: 'built';
      readonly block: L2BlockRef;
      readonly envelope: PayloadEnvelope;
      /** Why the unsafe block at this height was replaced, where there was one. */
      readonly replaced: Mismatch | undefined;
    }
  /** They build on another block than the pending safe head: ask derivation again. */
  | { readonly type: 'stale' }
  | InvalidOutcome
  | RetryOutcome
  | ResetOutcome;

/** The engine refused them for good. What follows is for derivation to say. */
export type InvalidOutcome = { readonly type: 'invalid'; readonly message: string };

/** Nothing has changed; the same again may work a little later. */
export type RetryOutcome = {
  readonly type: 'retry';
  readonly message: string;
  readonly cause: EngineError | undefined;
};

/** The engine's chain and our heads contradict each other: find the heads again. */
export type ResetOutcome = {
  readonly type: 'reset';
  readonly reason: EngineResetReason;
  readonly message: string;
};

/** Why the engine and our heads no longer fit together. */
export type EngineResetReason =
  /** The attributes' parent has another hash than the pending safe head of that number. */
  | 'parentMismatch'
  /** The pending safe head is above the unsafe head. */
  | 'headsOutOfOrder'
  /** The engine has no block where our unsafe chain has one. */
  | 'missingBlock'
  /** The engine says that our heads do not lie on one chain, or refuses them in another way. */
  | 'forkchoiceRefused'
  /** The engine no longer has the block to build on: it was restored, or lost its tail. */
  | 'engineRewound';

/** An engine call that gave no answer, as an outcome. */
export function retry(error: EngineError): RetryOutcome {
  return { type: 'retry', message: error.message, cause: error };
}
