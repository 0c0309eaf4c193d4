import type { Address, Hash } from '../base/bytes.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { L1Label } from './l1Heads.ts';

/** An L1 block by number, hash or label. */
export type L1Selector =
  | { readonly number: bigint }
  | { readonly hash: Hash }
  | { readonly label: L1Label };

/**
 * The L1, behind one or several endpoints. Everything returned is proven by its own hash, and
 * by the hash it was asked by. One call here is one attempt at each endpoint that is well; who
 * calls decides whether and when to try again.
 *
 * All methods throw SourceError, or the signal's reason.
 */
export type L1Source = {
  readonly chainId: (options?: AbortOptions) => Promise<bigint>;
  /** Reference of a block; undefined when no endpoint has it. */
  readonly ref: (id: L1Selector, options?: AbortOptions) => Promise<L1BlockRef | undefined>;
  /**
   * The fact of a block, with its logs where the bloom allows any, blobs not filled in
   * (`data` undefined). Undefined when no endpoint has the block.
   */
  readonly block: (id: L1Selector, options?: AbortOptions) => Promise<L1Block | undefined>;
  /** A storage slot of a contract at a block, as the endpoint says: not proven. */
  readonly storageAt: (
    address: Address,
    slot: Hash,
    blockHash: Hash,
    options?: AbortOptions,
  ) => Promise<Hash>;
  readonly close: () => void;
};
