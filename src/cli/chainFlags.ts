import { ConfigError } from '../base/errors.ts';
import { encodeJsonExact, type JsonValue, parseJsonExact } from '../base/json.ts';
import type { DeriveConfig } from '../derive/state.ts';
import { FORKS } from '../protocol/forks.ts';
import type { L1ChainConfig } from '../protocol/l1ChainConfig.ts';
import { isAbsent, readObject, toConfigObject } from '../protocol/configFields.ts';
import { parseL1ChainConfig } from '../protocol/l1ChainConfigJson.ts';
import { l1ChainConfigById } from '../protocol/registry/l1Chains.ts';
import { rollupConfigByNetwork } from '../protocol/registry/networks.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { parseRollupConfig, toRollupConfigJson } from '../protocol/rollupConfigJson.ts';
import type { Log } from '../transport/log.ts';
import { inFile } from './files.ts';
import { parseFlagJson, readFlagText } from './flagFiles.ts';
import type { GoFlagValues } from './goFlags.ts';
import type { CliIo } from './io.ts';

/**
 * The chain that `--network` or `--rollup.config` names, with overrides, and its L1's schedule.
 *
 * @throws ConfigError naming the flag or the field, what was found and what is accepted.
 */
export function chainOfFlags(values: GoFlagValues, io: CliIo, log: Log): DeriveConfig {
  const network = values.text('network');
  const file = values.text('rollup.config');
  if (network !== undefined && file !== undefined) {
    const accepted = 'only one of --network and --rollup.config';
    throw new ConfigError('network', 'both', accepted);
  }
  if (network === undefined && file === undefined) {
    const accepted = '--network with a name, or --rollup.config with a rollup.json';
    throw new ConfigError('network', 'nothing', accepted);
  }
  const warn = (message: string): void => log.warn(message);
  const rollup =
    network !== undefined
      ? rollupConfigByNetwork(network)
      : parsedFile('rollup.config', file as string, io, (json) => parseRollupConfig(json, warn));
  const overridden = withOverrides(rollup, values, warn);
  return { rollup: overridden, l1Chain: l1ChainOf(overridden, values, io) };
}

/** The config with the fork times that flags give, checked as if a file had said so. */
function withOverrides(
  rollup: RollupConfig,
  values: GoFlagValues,
  warn: (message: string) => void,
): RollupConfig {
  if (values.text('override.lagoon') !== undefined) {
    throw new ConfigError(
      'override.lagoon',
      'a time',
      'the flag left out, because Lagoon is not supported',
    );
  }
  const changes: { [key: string]: JsonValue } = {};
  for (const fork of FORKS) {
    if (fork === 'regolith' || values.text(`override.${fork}`) === undefined) continue;
    changes[`${fork}_time`] = values.integer(`override.${fork}`);
  }
  if (values.text('override.pectrablobschedule') !== undefined) {
    changes['pectra_blob_schedule_time'] = values.integer('override.pectrablobschedule');
  }
  if (values.text('override.keep-karst-upgrade-gas') !== undefined) {
    changes['keep_karst_upgrade_gas'] = values.isSet('override.keep-karst-upgrade-gas');
  }
  if (Object.keys(changes).length === 0) return rollup;
  // By way of the text, so that integers take the form that a file would have.
  const text = encodeJsonExact({ ...toRollupConfigJson(rollup), ...changes });
  return parseRollupConfig(parseJsonExact(text), warn);
}

function l1ChainOf(rollup: RollupConfig, values: GoFlagValues, io: CliIo): L1ChainConfig {
  const field = 'rollup.l1-chain-config';
  const file = values.text(field);
  const known = l1ChainConfigById(rollup.l1ChainId);
  if (known !== undefined) return known;
  if (file === undefined) {
    const accepted = `a file with the chain config of L1 ${rollup.l1ChainId}, which is not public`;
    throw new ConfigError(field, 'nothing', accepted);
  }
  const found = parsedFile(field, file, io, (json) => {
    assertBlobSchedule(json);
    return parseL1ChainConfig(json, rollup.l1ChainId);
  });
  if (found.chainId === rollup.l1ChainId) return found;
  throw new ConfigError(field, `that of chain ${found.chainId}`, `that of ${rollup.l1ChainId}`);
}

/** As op-node: a chain config without one belongs to no L1 that a rollup of today can use. */
function assertBlobSchedule(json: JsonValue): void {
  const outer = toConfigObject(json, '');
  const config = isAbsent(outer, 'config') ? outer : readObject(outer, 'config');
  if (!isAbsent(config, 'blobSchedule')) return;
  throw new ConfigError('blobSchedule', 'nothing', 'the blob parameters of each fork of the L1');
}

/** What the JSON file says that a flag names, gzipped or not. What `parse` refuses names both. */
function parsedFile<T>(flag: string, path: string, io: CliIo, parse: (json: JsonValue) => T): T {
  const json = parseFlagJson(flag, path, readFlagText(flag, path, io));
  return inFile(`--${flag} ${path}`, () => parse(json));
}
