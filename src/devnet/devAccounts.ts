import { mnemonicToAccount } from 'viem/accounts';
import { type Address, bytesToHex, type Hex } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';

/** A key that everybody knows, and its address. */
export type DevAccount = { readonly key: Hex; readonly address: Address };

/** Words that development chains fund the accounts of. Never worth anything elsewhere. */
const MNEMONIC = 'test test test test test test test test test test test junk';

/** Which account does what in a devnet, by index. The others are for whoever plays with it. */
export const DEV_ROLES = { deployer: 0, batcher: 1, proposer: 2, sequencer: 3 } as const;

/** The account of that index below the well-known mnemonic. */
export function devAccount(index: number): DevAccount {
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: index });
  const key = account.getHdKey().privateKey;
  assert(key !== null, 'a mnemonic gives private keys');
  return { key: bytesToHex(key), address: account.address.toLowerCase() as Address };
}
