import { ConfigError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { FORK_TIME_KEYS } from '../execution/genesisJson.ts';
import type { Fork } from '../protocol/forks.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';

/** What a genesis file calls the fee parameters, and a rollup config too. */
const FEE_PARAMETERS = [
  'eip1559Elasticity',
  'eip1559Denominator',
  'eip1559DenominatorCanyon',
] as const;

/** Undefined: left out. */
type Value = bigint | undefined;

/** A field of which the two files say different things. */
type Difference = {
  readonly field: string;
  readonly found: bigint;
  /** Where the genesis file has it. */
  readonly name: string;
  readonly expected: bigint;
  readonly fork?: Fork;
};

/** What is compared, as messages name it. */
export type ComparedFiles = {
  /** File of the rollup config, or the network that it is known by. */
  readonly rollup: string;
  readonly genesis: string;
  /** Forks whose times somebody wants to be others. Undefined: there are no flags for that. */
  readonly overridden?: readonly Fork[];
};

/**
 * Compares the chain id, the fork times and the fee parameters of a rollup config with those of a
 * genesis file. What one of them leaves out is not compared: a rollup config gets forks that its
 * genesis is too old to name. All times up to that of genesis mean the same, and are written as 0
 * or as that time.
 *
 * @throws ConfigError naming each field that differs, with both values, both files, and what to do.
 */
export function assertSameChain(
  rollup: RollupConfig,
  genesis: unknown,
  files: ComparedFiles,
): void {
  const differences = differencesOf(rollup, genesis, files.overridden ?? []);
  const [first, ...others] = differences;
  if (first === undefined) return;
  const place = `in ${files.rollup}. ${remedyOf(differences, files)}`;
  if (others.length === 0) {
    const accepted = `${first.expected}, as \`config.${first.name}\` of ${files.genesis} says`;
    throw new ConfigError(first.field, `${first.found} ${place}`, accepted);
  }
  const expected = differences.map((one) => `${one.field} ${one.expected}`).join(', ');
  const found = differences.map((one) => `${one.field} ${one.found}`).join(', ');
  const accepted = `${expected}, as \`config\` of ${files.genesis} says`;
  throw new ConfigError('rollup.config', `${found} ${place}`, accepted);
}

/** Regolith is the one fork that no flag moves. */
function remedyOf(differences: readonly Difference[], { overridden }: ComparedFiles): string {
  const source = 'Take the genesis that belongs to this rollup config';
  const forks = differences.map(({ fork }) => fork);
  const isMovable = forks.every((fork) => fork !== undefined && fork !== 'regolith');
  if (overridden === undefined || !isMovable) return source;
  const flags = forks.map((fork) => `--override.${fork}`).join(' and ');
  return `${source}, or give the time that holds with ${flags}`;
}

function differencesOf(
  rollup: RollupConfig,
  genesis: unknown,
  overridden: readonly Fork[],
): readonly Difference[] {
  // A genesis in another form is refused by those who read it.
  const values = fieldsOf(fieldsOf(genesis)['config']);
  const optimism = fieldsOf(values['optimism']);
  const isAtGenesis = (time: bigint): boolean => time <= rollup.genesis.l2Time;
  const differences: Difference[] = [];
  const compare = (
    field: string,
    found: Value,
    name: string,
    expected: Value,
    fork?: Fork,
  ): void => {
    if (found === undefined || expected === undefined || found === expected) return;
    // Of a fork that L1 and L2 name, once.
    if (differences.some((one) => one.field === field)) return;
    differences.push({ field, found, name, expected, ...(fork && { fork }) });
  };
  compare('l2_chain_id', rollup.l2ChainId, 'chainId', toBigint(values['chainId']));
  for (const [name, fork] of FORK_TIME_KEYS) {
    const [found, expected] = [rollup.forkTimes[fork], toBigint(values[name])];
    const areAtGenesis = [found, expected].every((time) => time !== undefined && isAtGenesis(time));
    if (overridden.includes(fork) || areAtGenesis) continue;
    compare(`${fork}_time`, found, name, expected, fork);
  }
  for (const name of FEE_PARAMETERS) {
    const found = rollup.chainOpConfig[name];
    compare(`chain_op_config.${name}`, found, `optimism.${name}`, toBigint(optimism[name]));
  }
  return differences;
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return isObject(value) ? value : {};
}

/** A number in any of its forms in such files; undefined for what is none. */
function toBigint(value: unknown): Value {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  const isNumber = typeof value === 'string' && /^(0x[\da-f]+|\d+)$/i.test(value);
  return isNumber ? BigInt(value) : undefined;
}
