import { mnemonicToAccount } from 'viem/accounts';
import { type Address, bytesToHex, type Hex } from '../../src/base/bytes.ts';

/** Private key and address of the `index`-th account that a development L1 funds. */
export function devAccount(index: number): { readonly key: Hex; readonly address: Address } {
  const account = mnemonicToAccount('test test test test test test test test test test test junk', {
    addressIndex: index,
  });
  const key = account.getHdKey().privateKey;
  if (key === null) throw new Error('expected a private key');
  return { key: bytesToHex(key), address: account.address.toLowerCase() as Address };
}
