import type { Hash } from '../base/bytes.ts';

/** Number and hash of a block. */
export type BlockId = { readonly number: bigint; readonly hash: Hash };

/** An L1 block as derivation refers to it. `timestamp` in seconds. */
export type L1BlockRef = BlockId & { readonly parentHash: Hash; readonly timestamp: bigint };

/**
 * An L2 block with the L1 block it belongs to. `timestamp` in seconds; `sequenceNumber` counts the
 * L2 blocks of the same L1 origin from 0.
 */
export type L2BlockRef = L1BlockRef & {
  readonly l1Origin: BlockId;
  readonly sequenceNumber: bigint;
};
