import type { Address, Hash, Hex } from '../base/bytes.ts';
import { DEPOSIT_TX_TYPE } from './deposit.ts';
import { SEQUENCER_FEE_VAULT } from './predeploys.ts';

/**
 * What the engine is told to build. `undefined` means the key is absent on the wire.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.6
 */
export type PayloadAttributes = {
  /** Seconds. */
  readonly timestamp: bigint;
  readonly prevRandao: Hash;
  readonly suggestedFeeRecipient: Address;
  /** Always empty when present; present from Canyon on. */
  readonly withdrawals: readonly never[] | undefined;
  /** From Ecotone on. */
  readonly parentBeaconBlockRoot: Hash | undefined;
  /** Encoded transactions: the L1 attributes transaction first, then deposits, then the batch's. */
  readonly transactions: readonly Uint8Array[];
  readonly noTxPool: boolean;
  readonly gasLimit: bigint;
  /** 8 bytes; from Holocene on. All zero means the chain's constants. */
  readonly eip1559Params: Hex | undefined;
  /** Wei; from Jovian on. */
  readonly minBaseFee: bigint | undefined;
};

/**
 * The same attributes without the batch's transactions and fee recipient: what replaces a payload
 * that the engine refused, from Holocene on. Upgrade transactions are deposits and stay.
 *
 * @spec protocol/derivation-2-attributes-engine.md 10.4
 */
export function depositsOnly(attributes: PayloadAttributes): PayloadAttributes {
  const transactions = attributes.transactions.filter((tx) => tx[0] === DEPOSIT_TX_TYPE);
  return { ...attributes, suggestedFeeRecipient: SEQUENCER_FEE_VAULT, transactions };
}
