import type { Address } from '../base/bytes.ts';
import type { BlockId, L1BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { Waits } from '../transport/waits.ts';
import type { BlobSource } from './blobSource.ts';
import type { L1Heads } from './l1Heads.ts';
import type { L1Source } from './l1Source.ts';

/**
 * What the feed says next. Blocks come in order, each the child of the one before, blobs of the
 * batcher filled in.
 */
export type L1FeedItem =
  | { readonly type: 'block'; readonly block: L1Block }
  /**
   * The L1 has left `last`, the block given before (or the one the feed began after). The feed
   * is at its end: begin another one after a block that is still canonical.
   */
  | { readonly type: 'reorg'; readonly last: BlockId; readonly found: L1BlockRef };

export type L1FeedOptions = {
  readonly source: L1Source;
  readonly heads: L1Heads;
  readonly blobs: BlobSource;
  readonly waits: Waits;
  /** The block that has been read: the feed begins with its child. */
  readonly after: BlockId;
  /** Batcher after `after`: whose blobs are fetched ahead of being asked for. */
  readonly batcherAddr: Address;
  /**
   * Batcher after a block, given the one before it: the SystemConfig logs of that block applied.
   * It already holds for the block's own transactions.
   */
  readonly nextBatcher: (before: Address, block: L1Block) => Address;
  /** L1 time in seconds from which blobs count (Ecotone); undefined: never. */
  readonly blobsSince: bigint | undefined;
  /** Blocks kept away from the L1 head. */
  readonly confirmations: bigint;
  /** Blocks fetched ahead of the one being read, at most. */
  readonly readAhead: number;
};

/**
 * The L1 as an ordered stream of proven facts. Waits at the head for new blocks; ends after a
 * `reorg` item, or when `signal` is aborted.
 *
 * @throws SourceError `deadline` when one block could not be had or proven in time. Begin again.
 * @throws The signal's reason.
 */
export type FollowL1 = (
  options: L1FeedOptions,
  abort: AbortOptions,
) => AsyncGenerator<L1FeedItem, void, void>;
