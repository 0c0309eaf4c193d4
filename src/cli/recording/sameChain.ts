import { ConfigError } from '../../base/errors.ts';
import type { Fork } from '../../protocol/forks.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';

/** What a genesis file calls the time of a fork; those of L1 come with forks of the L2. */
const TIMES: readonly (readonly [name: string, fork: Fork])[] = [
  ['regolithTime', 'regolith'],
  ['canyonTime', 'canyon'],
  ['shanghaiTime', 'canyon'],
  ['ecotoneTime', 'ecotone'],
  ['cancunTime', 'ecotone'],
  ['fjordTime', 'fjord'],
  ['graniteTime', 'granite'],
  ['holoceneTime', 'holocene'],
  ['isthmusTime', 'isthmus'],
  ['pragueTime', 'isthmus'],
  ['jovianTime', 'jovian'],
  ['karstTime', 'karst'],
  ['osakaTime', 'karst'],
];

/**
 * Compares the chain id and the fork times of a rollup config with those of a genesis file. What
 * one of them leaves out is not compared: a rollup config gets forks that its genesis is too old
 * to name. All times up to that of genesis mean the same, and are written as 0 or as that time.
 *
 * @param file The genesis file, for the message.
 * @throws ConfigError naming the field of the rollup config.
 */
export function assertSameChain(rollup: RollupConfig, genesis: unknown, file: string): void {
  // A genesis in another form is refused by those who read it.
  const config = (genesis as { readonly config?: unknown } | null)?.config;
  if (typeof config !== 'object' || config === null) return;
  const values = config as { readonly [name: string]: unknown };
  const same = (field: string, found: bigint | undefined, name: string): void => {
    const expected = toTime(values[name]);
    if (found === undefined || expected === undefined || found === expected) return;
    const start = rollup.genesis.l2Time;
    if (name !== 'chainId' && found <= start && expected <= start) return;
    const accepted = `${expected}, as \`config.${name}\` of ${file} says`;
    throw new ConfigError(field, `${found}`, accepted);
  };
  same('l2_chain_id', rollup.l2ChainId, 'chainId');
  for (const [name, fork] of TIMES) same(`${fork}_time`, rollup.forkTimes[fork], name);
}

/** A number in any of its forms in such files; undefined for what is none. */
function toTime(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  const isNumber = typeof value === 'string' && /^(0x[\da-f]+|\d+)$/i.test(value);
  return isNumber ? BigInt(value) : undefined;
}
