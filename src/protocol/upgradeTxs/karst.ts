import { type Address, hexToBytes } from '../../base/bytes.ts';
import { assert } from '../../base/errors.ts';
import { KARST_BUNDLE } from './code/karst.generated.ts';
import { unpack } from '../../base/packed.ts';
import type { UpgradeDeposit } from './upgradeDeposit.ts';

/**
 * Gas of all transactions of the Karst bundle together: what the activation block's gas limit is
 * raised by.
 */
export const KARST_UPGRADE_GAS = 55_370_657n;

/**
 * The 31 transactions of the Karst activation block, from its network upgrade bundle. The bundle's
 * intents get the fork's name and their index before them.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.10
 */
export function karstDeposits(): readonly UpgradeDeposit[] {
  const bundle = JSON.parse(new TextDecoder().decode(unpack(KARST_BUNDLE))) as Bundle;
  assert(bundle.metadata.version === BUNDLE_VERSION, 'the Karst bundle has another version');
  const deposits = bundle.transactions.map((tx, i) => ({
    intent: `Karst ${i}: ${tx.intent}`,
    from: tx.from.toLowerCase() as Address,
    to: tx.to === null ? undefined : (tx.to.toLowerCase() as Address),
    gas: BigInt(tx.gasLimit),
    data: hexToBytes(tx.data),
  }));
  const gas = deposits.reduce((sum, deposit) => sum + deposit.gas, 0n);
  assert(
    gas === KARST_UPGRADE_GAS,
    `expected ${KARST_UPGRADE_GAS} gas in the bundle, found ${gas}`,
  );
  return deposits;
}

const BUNDLE_VERSION = '1.0.0';

type Bundle = {
  readonly metadata: { readonly version: string };
  readonly transactions: readonly {
    readonly intent: string;
    readonly from: string;
    readonly to: string | null;
    readonly data: string;
    readonly gasLimit: number;
  }[];
};
