import { DEPOSIT_TX_TYPE } from '../protocol/deposit.ts';
import type { BlockId } from '../protocol/ids.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import { l2BlockRef } from '../protocol/l2BlockRef.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { l1InfoOfL2Block } from '../protocol/systemConfigOfL2Block.ts';
import type { Hash } from '../base/bytes.ts';

/** An unsafe L2 block as far as a batch tells it. */
export type BatchBlock = {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parentHash: Hash;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly l1Origin: BlockId;
  /** Seconds: time of the L1 origin. */
  readonly l1OriginTime: bigint;
  readonly sequenceNumber: bigint;
  /** Encoded, without deposits: those are derived. */
  readonly transactions: readonly Uint8Array[];
};

/**
 * What the batcher has to say about `block`.
 *
 * @throws DecodeError when the block does not begin with readable L1 attributes.
 */
export function toBatchBlock(config: RollupConfig, block: L2Block): BatchBlock {
  const ref = l2BlockRef(config, block);
  return {
    number: block.number,
    hash: block.hash,
    parentHash: block.parentHash,
    timestamp: block.timestamp,
    l1Origin: ref.l1Origin,
    l1OriginTime: l1InfoOfL2Block(config, block).timestamp,
    sequenceNumber: ref.sequenceNumber,
    transactions: block.transactions.filter((tx) => tx[0] !== DEPOSIT_TX_TYPE),
  };
}

/** Bytes that a block adds to a channel before compression, at most. */
export function rawSizeBound(block: BatchBlock): number {
  let bytes = BATCH_OVERHEAD_BYTES;
  for (const tx of block.transactions) bytes += tx.length + TX_OVERHEAD_BYTES;
  return bytes;
}

/** Parent hash, epoch number and hash, timestamp, and the RLP headers around them. */
const BATCH_OVERHEAD_BYTES = 100;
/** The RLP string header of a transaction, or what a span's columns add to it. */
const TX_OVERHEAD_BYTES = 5;
