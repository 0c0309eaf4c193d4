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
  readonly frameIndex?: number;
  readonly channelId?: string;
  readonly batchIndex?: number;
  readonly logIndex?: number;
};

/** Why, one word each. Filled in beside the rules. */
export type DropReason = string;
