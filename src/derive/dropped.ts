import type { Hash } from '../base/bytes.ts';
import type { L1BlockRef } from '../protocol/ids.ts';

/**
 * A note about something of L1 that derivation refused for good: what, why, and where it stood.
 * `message` is one human sentence.
 */
export type Dropped = {
  readonly subject: 'transaction' | 'blob' | 'data' | 'frame' | 'channel' | 'batch' | 'log';
  readonly reason: DropReason;
  readonly at: DropPosition;
  readonly message: string;
};

/** Position in L1, as far as it is known. `l1` is the block that was being read. */
export type DropPosition = {
  readonly l1: L1BlockRef;
  readonly txIndex?: number;
  readonly txHash?: Hash;
  readonly blobIndex?: number;
  readonly frameNumber?: number;
  readonly channelId?: string;
  readonly batchIndex?: number;
  readonly logIndex?: number;
};

/** Why something was dropped, one word each. */
export type DropReason =
  | TransactionDropReason
  | FrameDropReason
  | ChannelDropReason
  | BatchDropReason
  | 'malformedBlob'
  | 'malformedFrames'
  | 'malformedConfigLog';

/** Why a transaction to the inbox is no batcher transaction. */
export type TransactionDropReason = 'txTypeIgnored' | 'notFromBatcher' | 'invalidSignature';

/** Why a frame was not taken into a channel. */
export type FrameDropReason =
  | 'frameAfterLast'
  | 'frameOutOfOrder'
  | 'frameOfUnfinishedChannel'
  | 'frameWithoutChannel'
  | 'frameOfTimedOutChannel'
  | 'frameDuplicate'
  | 'frameBeyondEnd'
  | 'channelAlreadyClosed'
  | 'holoceneActivated';

/** Why a channel, or the rest of one, was given up. */
export type ChannelDropReason =
  | 'channelTimedOut'
  | 'channelTooLarge'
  | 'channelBankFull'
  | 'channelReplaced'
  | 'channelUnreadable'
  | 'malformedBatch'
  | 'streamBroken'
  | 'streamTooLong'
  | 'flushed'
  | 'holoceneActivated';

/** Why a batch was refused, in the order of the rules. */
export type BatchDropReason =
  | 'spanBeforeDelta'
  | 'spanNotConvertible'
  | 'originBehind'
  | 'timestampTooHigh'
  | 'timestampTooLow'
  | 'past'
  | 'parentHashMismatch'
  | 'includedTooLate'
  | 'epochTooOld'
  | 'epochTooNew'
  | 'epochHashMismatch'
  | 'timestampBeforeOrigin'
  | 'transactionsInActivationBlock'
  | 'sequencerDriftExceeded'
  | 'epochNotAdvanced'
  | 'emptyTransaction'
  | 'depositTransaction'
  | 'setCodeBeforeIsthmus'
  | 'postExecTransaction'
  | 'spanStartsAfterSafeHead'
  | 'spanMisaligned'
  | 'parentCheckMismatch'
  | 'originCheckMismatch'
  | 'originUnknown'
  | 'overlapTransactionsDiffer'
  | 'overlapOriginDiffers'
  | 'overlapFeeRecipientDiffers'
  | 'spanInvalidated'
  | 'holoceneActivated';
