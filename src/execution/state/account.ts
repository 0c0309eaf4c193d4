import { bytesToHex, type Hash, hexToBytes } from '../../base/bytes.ts';
import { keccak256Hex } from '../../base/hash.ts';
import { bigintToMinimalBytes } from '../../base/bytes.ts';
import { decodeRlp, encodeRlp, rlpToBigint } from '../../base/rlp.ts';

/** An account without its storage. Plain and immutable: a change is a new value. */
export type Account = {
  readonly nonce: bigint;
  /** Wei. */
  readonly balance: bigint;
  readonly codeHash: Hash;
};

/** Hash of no code. */
export const EMPTY_CODE_HASH: Hash = keccak256Hex(new Uint8Array(0));

/** What an address holds that was never used. */
export const EMPTY_ACCOUNT: Account = { nonce: 0n, balance: 0n, codeHash: EMPTY_CODE_HASH };

/** True for what EIP-161 calls empty: no nonce, no balance, no code. */
export function isEmptyAccount(account: Account): boolean {
  return account.nonce === 0n && account.balance === 0n && account.codeHash === EMPTY_CODE_HASH;
}

/** Value of an account's leaf: `rlp([nonce, balance, storageRoot, codeHash])`. */
export function encodeAccount(account: Account, storageRoot: Hash): Uint8Array {
  return encodeRlp([
    bigintToMinimalBytes(account.nonce),
    bigintToMinimalBytes(account.balance),
    hexToBytes(storageRoot),
    hexToBytes(account.codeHash),
  ]);
}

/**
 * The account in a leaf, and its storage root.
 *
 * @throws DecodeError or RangeError when `value` is not an account.
 */
export function decodeAccount(value: Uint8Array): {
  readonly account: Account;
  readonly storageRoot: Hash;
} {
  const item = decodeRlp(value);
  if (item instanceof Uint8Array || item.length !== 4) {
    throw new RangeError('expected an account of 4 fields');
  }
  const [nonce, balance, storageRoot, codeHash] = item as Uint8Array[];
  return {
    account: {
      nonce: rlpToBigint(nonce as Uint8Array, 8),
      balance: rlpToBigint(balance as Uint8Array, 32),
      codeHash: bytesToHex(codeHash as Uint8Array),
    },
    storageRoot: bytesToHex(storageRoot as Uint8Array),
  };
}
