import type { Address, Hash } from '../base/bytes.ts';
import type { Header } from './header.ts';

/** An L2 block as far as derivation and system config reading need it. */
export type L2Block = {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parentHash: Hash;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly gasLimit: bigint;
  readonly extraData: Uint8Array;
  /** Encoded. */
  readonly transactions: readonly Uint8Array[];
  /** Who got its fees, where that is known: only span batches of version 2 are compared with it. */
  readonly feeRecipient?: Address;
};

/** The part of a whole block that derivation reads. Nothing is checked. */
export function l2BlockOf(block: {
  readonly hash: Hash;
  readonly header: Header;
  /** Encoded. */
  readonly transactions: readonly Uint8Array[];
}): L2Block {
  const { hash, header, transactions } = block;
  const { number, parentHash, timestamp, gasLimit, extraData, beneficiary } = header;
  const ids = { number, hash, parentHash, timestamp };
  return { ...ids, gasLimit, extraData, transactions, feeRecipient: beneficiary };
}
