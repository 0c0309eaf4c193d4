import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toExecutionConfig } from '../../execution/executionConfig.ts';
import type { Genesis } from '../../execution/genesis.ts';
import { parseGenesisJson } from '../../execution/genesisJson.ts';
import type { L1ChainConfig } from '../../protocol/l1ChainConfig.ts';
import { parseL1ChainConfig } from '../../protocol/l1ChainConfigJson.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import { parseRollupConfig } from '../../protocol/rollupConfigJson.ts';
import { UsageError } from '../exit.ts';
import { inFile, parseJsonFile, readJson } from '../files.ts';
import { assertSameChain } from '../sameChain.ts';

/** A recorded chain in a folder: its configs, and where its blocks are. */
export type Recording = {
  readonly folder: string;
  readonly rollup: RollupConfig;
  readonly l1Chain: L1ChainConfig;
  /** L1 blocks with receipts and blobs, one JSON object a line. */
  readonly l1File: string;
  /** What the L2 should come to, one JSON object a line; undefined where nobody recorded it. */
  readonly l2File: string | undefined;
};

/**
 * Opens a recorded chain: `rollup.json`, `l1-config.json`, `l1.ndjson.gz`, and where they exist
 * `genesis.json.gz` and `l2.ndjson.gz`. Each may be gzipped or not.
 *
 * @param warn          Told of config keys that mean nothing any more.
 * @throws UsageError   naming the file, when one is missing, is no JSON, or is refused.
 */
export function openRecording(folder: string, warn: (message: string) => void): Recording {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UsageError(`expected a folder with a recorded chain, found no folder \`${folder}\``);
  }
  const rollup = parseJsonFile(required(folder, 'rollup.json'), (json) =>
    parseRollupConfig(json, warn),
  );
  return {
    folder,
    rollup,
    l1Chain: parseJsonFile(required(folder, 'l1-config.json'), (json) =>
      parseL1ChainConfig(json, rollup.l1ChainId),
    ),
    l1File: required(folder, 'l1.ndjson'),
    l2File: located(folder, 'l2.ndjson'),
  };
}

/**
 * The genesis of a recorded chain.
 *
 * @throws UsageError naming the file, when there is none, it cannot be used, or the rollup config
 *         beside it contradicts it.
 */
export function readGenesis({ folder, rollup }: Recording): Genesis {
  const config = toExecutionConfig(rollup);
  const file = required(folder, 'genesis.json');
  const json = readJson(file);
  // First, as fields that do not belong to a fork are refused for what the fork times say.
  const rollupFile = required(folder, 'rollup.json');
  const files = { rollup: basename(rollupFile), genesis: file };
  inFile(rollupFile, () => assertSameChain(rollup, json, files));
  return inFile(file, () => parseGenesisJson(json, config));
}

function located(folder: string, name: string): string | undefined {
  return [`${name}.gz`, name].map((file) => join(folder, file)).find((path) => existsSync(path));
}

function required(folder: string, name: string): string {
  const path = located(folder, name);
  if (path !== undefined) return path;
  throw new UsageError(`expected \`${name}\` or \`${name}.gz\` in \`${folder}\`, found neither`);
}
