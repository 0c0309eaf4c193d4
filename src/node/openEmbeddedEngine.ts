import { ConfigError } from '../base/errors.ts';
import type { JsonValue } from '../base/json.ts';
import type { EnginePort } from '../engine/port.ts';
import { openEngine } from '../execution/engine.ts';
import { toExecutionConfig } from '../execution/executionConfig.ts';
import { parseGenesisJson } from '../execution/genesisJson.ts';
import { memoryKeyValueStore } from '../execution/store/keyValueStore.ts';
import { openLevelStore } from '../execution/store/levelStore.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { embeddedEngine } from './embeddedEngine.ts';

/**
 * The embedded engine with a genesis file.
 *
 * @param directory Where below `--datadir` it keeps its data; undefined: in memory.
 * @throws ConfigError when the genesis is not that of the rollup, or the data are of another chain.
 */
export async function openEmbeddedEngine(
  rollup: RollupConfig,
  genesisJson: JsonValue,
  directory: string | undefined,
): Promise<EnginePort> {
  const genesis = parseGenesisJson(genesisJson, toExecutionConfig(rollup));
  const store =
    directory === undefined ? memoryKeyValueStore() : await openLevelStore(directory, 'datadir');
  const engine = await openEngine(genesis, store);
  if (engine.genesis.hash !== rollup.genesis.l2.hash) {
    await engine.close();
    const accepted = `one that hashes to \`${rollup.genesis.l2.hash}\`, as the rollup config says`;
    throw new ConfigError('genesis', `one that hashes to \`${engine.genesis.hash}\``, accepted);
  }
  return embeddedEngine(engine);
}
