import type { Address, Hash } from '../base/bytes.ts';
import type { L1BlockRef } from './ids.ts';

/**
 * A proven L1 block, cut down to what derivation reads: header fields, transactions to the batch
 * inbox, and logs of the two contracts from successful receipts.
 *
 * Whoever makes one has checked it against the block's hash. Sender and batcher are compared by
 * the core, not by the maker: the batcher address depends on the L1 history.
 */
export type L1Block = {
  readonly ref: L1BlockRef;
  /** Wei. */
  readonly baseFee: bigint;
  /** `prevRandao` of L2 blocks with this origin. */
  readonly mixHash: Hash;
  /** Absent before Cancun. */
  readonly excessBlobGas: bigint | undefined;
  /** Absent before Cancun. */
  readonly parentBeaconBlockRoot: Hash | undefined;
  /** Transactions whose `to` is the batch inbox, in block order. */
  readonly inboxTxs: readonly InboxTx[];
  /** Logs of the portal and the SystemConfig from successful receipts, in log order. */
  readonly logs: readonly L1Log[];
};

/** An L1 transaction to the batch inbox. */
export type InboxTx = {
  /** Position in the L1 block. */
  readonly index: number;
  readonly hash: Hash;
  /** EIP-2718 type; 0 for legacy. */
  readonly type: number;
  /** Recovered from the signature; undefined when the signature is invalid for this L1. */
  readonly from: Address | undefined;
  readonly input: Uint8Array;
  /** Blobs it names, in order; empty but for type 3. */
  readonly blobs: readonly NamedBlob[];
};

/**
 * A blob named by a transaction. `data` is 131,072 bytes, or undefined when nobody has served it.
 */
export type NamedBlob = { readonly versionedHash: Hash; readonly data: Uint8Array | undefined };

/** A log of one of the two L1 contracts. */
export type L1Log = {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Uint8Array;
  /** Position among all logs of the block, failed receipts and other contracts included. */
  readonly logIndex: number;
  /** Position of its transaction in the block. */
  readonly txIndex: number;
};
