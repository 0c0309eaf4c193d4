import type { Address, Hash, Hex } from '../base/bytes.ts';

/** The inputs of one L2 block. @spec protocol/derivation.md 6.2 */
export type SingularBatch = {
  readonly type: 'singular';
  readonly parentHash: Hash;
  readonly epochNumber: bigint;
  readonly epochHash: Hash;
  /** Seconds. */
  readonly timestamp: bigint;
  /** Opaque EIP-2718 bytes; may be views into the channel. */
  readonly transactions: readonly Uint8Array[];
  /** Who gets the block's fees, where a span batch of version 2 says it. */
  readonly feeRecipient?: Address;
};

/** One block of a span batch, before it is given a parent and an epoch hash. */
export type SpanElement = {
  readonly epochNumber: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly transactions: readonly Uint8Array[];
  /** Only from a span batch of version 2. */
  readonly feeRecipient?: Address;
};

/**
 * The inputs of consecutive L2 blocks, transactions put together again from the columns.
 *
 * @spec protocol/derivation.md 6.3, 6.4
 */
export type SpanBatch = {
  readonly type: 'span';
  /** First 20 bytes of the parent hash of the first block. */
  readonly parentCheck: Hex;
  /** First 20 bytes of the L1 hash of the last block's epoch. */
  readonly l1OriginCheck: Hex;
  /** At least one. */
  readonly elements: readonly SpanElement[];
};

/** What derivation takes out of a channel. */
export type Batch = SingularBatch | SpanBatch;
