import { isActivationBlock } from '../forks.ts';
import type { RollupConfig } from '../rollupConfig.ts';
import { ecotoneDeposits } from './ecotone.ts';
import { fjordDeposits } from './fjord.ts';
import { isthmusDeposits } from './isthmus.ts';
import { jovianDeposits } from './jovian.ts';
import { KARST_UPGRADE_GAS, karstDeposits } from './karst.ts';
import { type UpgradeDeposit, encodeUpgradeDeposit } from './upgradeDeposit.ts';

/** What upgrades need of the rollup config. */
export type UpgradeSchedule = Pick<RollupConfig, 'forkTimes' | 'blockTime'>;

/**
 * Encoded transactions that forks insert into the L2 block of `l2Time`, behind the user deposits:
 * those of every fork whose activation block it is, in fork order. Usually none.
 *
 * The arrays are shared between calls: read only.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.1 rule 4, 8.8 to 8.10
 */
export function upgradeTxs(config: UpgradeSchedule, l2Time: bigint): readonly Uint8Array[] {
  return UPGRADES.flatMap((fork) =>
    isActivationBlock(config.forkTimes, fork, l2Time, config.blockTime) ? encodedTxs(fork) : [],
  );
}

/**
 * Gas by which forks raise the gas limit of the L2 block of `l2Time`. Ecotone to Jovian pay their
 * upgrade out of the block's own gas; Karst adds what its bundle needs.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.1 rule 4, 8.11 rule 3
 */
export function upgradeGas(config: UpgradeSchedule, l2Time: bigint): bigint {
  const isKarst = isActivationBlock(config.forkTimes, 'karst', l2Time, config.blockTime);
  return isKarst ? KARST_UPGRADE_GAS : 0n;
}

const UPGRADES = ['ecotone', 'fjord', 'isthmus', 'jovian', 'karst'] as const;

type Upgrade = (typeof UPGRADES)[number];

const DEPOSITS: { readonly [fork in Upgrade]: () => readonly UpgradeDeposit[] } = {
  ecotone: ecotoneDeposits,
  fjord: fjordDeposits,
  isthmus: isthmusDeposits,
  jovian: jovianDeposits,
  karst: karstDeposits,
};

/** Unpacked at most once: the Karst bundle takes some milliseconds. */
const encoded = new Map<Upgrade, readonly Uint8Array[]>();

function encodedTxs(fork: Upgrade): readonly Uint8Array[] {
  const known = encoded.get(fork);
  if (known !== undefined) return known;
  const txs = DEPOSITS[fork]().map(encodeUpgradeDeposit);
  encoded.set(fork, txs);
  return txs;
}
