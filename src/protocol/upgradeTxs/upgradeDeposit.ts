import { type Address, concatBytes, hexToBytes } from '../../base/bytes.ts';
import { encodeDepositTx } from '../deposit.ts';
import { upgradeSourceHash } from '../sourceHash.ts';

/** A transaction that a fork puts into its activation block. */
export type UpgradeDeposit = {
  /** The sentence its source hash is made of. */
  readonly intent: string;
  readonly from: Address;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  readonly gas: bigint;
  readonly data: Uint8Array;
};

/** Bytes of an upgrade transaction: a deposit without mint, value or system flag. */
export function encodeUpgradeDeposit(deposit: UpgradeDeposit): Uint8Array {
  const { intent, from, to, gas, data } = deposit;
  const sourceHash = upgradeSourceHash(intent);
  return encodeDepositTx({
    sourceHash,
    from,
    to,
    mint: 0n,
    value: 0n,
    gas,
    isSystemTx: false,
    data,
  });
}

/** Calldata of `upgradeTo(address)` of an ERC-1967 proxy. */
export function upgradeTo(implementation: Address): Uint8Array {
  return concatBytes(UPGRADE_TO_SELECTOR, new Uint8Array(12), hexToBytes(implementation));
}

/** First four bytes of keccak256("upgradeTo(address)"). */
const UPGRADE_TO_SELECTOR = hexToBytes('0x3659cfe6');
