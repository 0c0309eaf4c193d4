import type { Hash } from '../base/bytes.ts';
import type { BlockId, L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { Dropped } from './dropped.ts';

/** The one answer of `next`. Waiting is not an error: asking again is harmless. */
export type Step =
  | AttributesStep
  /** The pipeline has read everything of the previous L1 block and stands at `l1`. */
  | { readonly type: 'advanced'; readonly l1: L1BlockRef }
  /** Nothing more can be said without the child of `parent`. */
  | { readonly type: 'needL1Block'; readonly parent: BlockId }
  /** A span batch overlaps the safe chain: the L2 block of this number is needed to judge it. */
  | { readonly type: 'needL2Block'; readonly number: bigint }
  /** A batcher transaction of `l1` names blobs that were not given. */
  | { readonly type: 'needBlobs'; readonly l1: BlockId; readonly versionedHashes: readonly Hash[] }
  /** Something of L1 was refused for good. */
  | { readonly type: 'dropped'; readonly dropped: Dropped }
  /** Inputs contradict each other: derivation must begin again from a sync start. */
  | { readonly type: 'reset'; readonly reason: ResetReason; readonly message: string }
  /** Derivation cannot go on and must not guess. */
  | { readonly type: 'halted'; readonly reason: HaltReason; readonly message: string };

/** The next L2 block's inputs. */
export type AttributesStep = {
  readonly type: 'attributes';
  readonly attributes: PayloadAttributes;
  readonly parent: L2BlockRef;
  /** The L1 origin of the block to build. */
  readonly epoch: BlockId;
  readonly sequenceNumber: bigint;
  /** L1 block after reading which these attributes were final. */
  readonly derivedFrom: L1BlockRef;
  /**
   * True when the safe head may follow: always from Holocene on; before, at a span's last block.
   */
  readonly concluding: boolean;
  /** Where the batch came from. */
  readonly source: AttributesSource;
};

/** `forced`: the sequencing window expired, nobody had sent a batch. */
export type AttributesSource =
  | { readonly type: 'forced' }
  | {
      readonly type: 'batch';
      readonly kind: 'singular' | 'span';
      readonly position: BatchPosition;
    };

/** Where in L1 a batch was read. */
export type BatchPosition = {
  /** L1 block in which the channel became readable. */
  readonly inclusion: L1BlockRef;
  readonly channelId: string;
  /** Position in the channel. */
  readonly batchIndex: number;
};

/** Which two inputs contradict each other. */
export type ResetReason =
  | 'l1ParentMismatch'
  | 'epochParentMismatch'
  | 'epochHashMismatch'
  | 'timestampBeforeOrigin'
  | 'originMismatch'
  | 'batchParentMismatch';

/** What can neither be skipped nor guessed. */
export type HaltReason = 'malformedDeposit' | 'malformedFeeScalar' | 'invalidDepositsOnly';
