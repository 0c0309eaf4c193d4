import { ConfigError } from '../../base/errors.ts';
import { FORK_TIME_KEYS } from '../../execution/genesisJson.ts';
import type { Fork } from '../../protocol/forks.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';

/** What a genesis file calls the fee parameters, and a rollup config too. */
const FEE_PARAMETERS = [
  'eip1559Elasticity',
  'eip1559Denominator',
  'eip1559DenominatorCanyon',
] as const;

/** A field of which the two files say different things. */
type Difference = {
  readonly field: string;
  readonly found: bigint;
  /** Where the genesis file has it. */
  readonly name: string;
  readonly expected: bigint;
};

/**
 * Compares the chain id, the fork times and the fee parameters of a rollup config with those of a
 * genesis file. What one of them leaves out is not compared: a rollup config gets forks that its
 * genesis is too old to name. All times up to that of genesis mean the same, and are written as 0
 * or as that time.
 *
 * @param file       The genesis file, for the message.
 * @param overridden Forks whose times somebody wants to be others.
 * @throws ConfigError naming each field that differs, with both values.
 */
export function assertSameChain(
  rollup: RollupConfig,
  genesis: unknown,
  file: string,
  overridden: readonly Fork[] = [],
): void {
  const differences = differencesOf(rollup, genesis, overridden);
  const [first, ...others] = differences;
  if (first === undefined) return;
  if (others.length === 0) {
    const accepted = `${first.expected}, as \`config.${first.name}\` of ${file} says`;
    throw new ConfigError(first.field, `${first.found}`, accepted);
  }
  const expected = differences.map((one) => `${one.field} ${one.expected}`).join(', ');
  const found = differences.map((one) => `${one.field} ${one.found}`).join(', ');
  throw new ConfigError('rollup.config', found, `${expected}, as \`config\` of ${file} says`);
}

function differencesOf(
  rollup: RollupConfig,
  genesis: unknown,
  overridden: readonly Fork[],
): readonly Difference[] {
  // A genesis in another form is refused by those who read it.
  const values = record(record(genesis)['config']);
  const optimism = record(values['optimism']);
  const start = rollup.genesis.l2Time;
  const isBefore = (time: bigint): boolean => time <= start;
  const differences: Difference[] = [];
  const compare = (field: string, found: bigint | undefined, name: string, value: unknown) => {
    const expected = toTime(value);
    if (found === undefined || expected === undefined || found === expected) return;
    if (field.endsWith('_time') && isBefore(found) && isBefore(expected)) return;
    // Of a fork that L1 and L2 name, once.
    if (differences.some((one) => one.field === field)) return;
    differences.push({ field, found, name, expected });
  };
  compare('l2_chain_id', rollup.l2ChainId, 'chainId', values['chainId']);
  for (const [name, fork] of FORK_TIME_KEYS) {
    if (overridden.includes(fork)) continue;
    compare(`${fork}_time`, rollup.forkTimes[fork], name, values[name]);
  }
  for (const name of FEE_PARAMETERS) {
    const found = rollup.chainOpConfig[name];
    compare(`chain_op_config.${name}`, found, `optimism.${name}`, optimism[name]);
  }
  return differences;
}

function record(value: unknown): { readonly [name: string]: unknown } {
  const isRecord = typeof value === 'object' && value !== null;
  return isRecord ? (value as { readonly [name: string]: unknown }) : {};
}

/** A number in any of its forms in such files; undefined for what is none. */
function toTime(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  const isNumber = typeof value === 'string' && /^(0x[\da-f]+|\d+)$/i.test(value);
  return isNumber ? BigInt(value) : undefined;
}
