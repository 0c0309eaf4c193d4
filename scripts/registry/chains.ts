import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORKS } from '../../src/protocol/forks.ts';
import type { RegistryChain } from '../../src/protocol/registry/registryChain.ts';
import { parseToml, type TomlTable } from './toml.ts';

/** Every chain of a registry folder (`configs/<superchain>/<chain>.toml`), by name. */
export function readRegistry(folder: string): readonly RegistryChain[] {
  const configs = join(folder, 'configs');
  const chains = readdirSync(configs).flatMap((superchain) => {
    const files = readdirSync(join(configs, superchain));
    const read = (file: string) => parseToml(readFileSync(join(configs, superchain, file), 'utf8'));
    const l1ChainId = tableAt(read('superchain.toml'), 'l1')['chain_id'] as number;
    return files
      .filter((file) => file !== 'superchain.toml')
      .map((file) =>
        toChain(`${file.replace(/\.toml$/, '')}-${superchain}`, l1ChainId, read(file)),
      );
  });
  return chains.toSorted((left, right) => (left.network < right.network ? -1 : 1));
}

/** Keys of all forks but Regolith, which every chain of the registry has from genesis on. */
const FORK_KEYS = FORKS.filter((fork) => fork !== 'regolith').map((fork) => `${fork}_time`);

function toChain(network: string, l1ChainId: number, toml: TomlTable): RegistryChain {
  const forks = tableAt(toml, 'hardforks');
  assertNoOtherForks(network, forks);
  const genesis = tableAt(toml, 'genesis');
  const system = tableAt(genesis, 'system_config');
  const optimism = tableAt(toml, 'optimism');
  const block = (key: string) => {
    const { number, hash } = tableAt(genesis, key);
    return [number as number, lower(hash)] as const;
  };
  const times = FORK_KEYS.map((key) => forks[key] as number | undefined);
  while (times.at(-1) === undefined && times.length > 0) times.pop();
  return {
    network,
    l1ChainId,
    l2ChainId: toml['chain_id'] as number,
    blockTime: toml['block_time'] as number,
    maxSequencerDrift: toml['max_sequencer_drift'] as number,
    seqWindowSize: toml['seq_window_size'] as number,
    batchInbox: lower(toml['batch_inbox_addr']),
    portal: lower(tableAt(toml, 'addresses')['OptimismPortalProxy']),
    systemConfig: lower(tableAt(toml, 'addresses')['SystemConfigProxy']),
    l1Genesis: block('l1'),
    l2Genesis: block('l2'),
    l2Time: genesis['l2_time'] as number,
    batcher: lower(system['batcherAddress']),
    overhead: trim(system['overhead']),
    scalar: trim(system['scalar']),
    gasLimit: system['gasLimit'] as number,
    eip1559: [
      optimism['eip1559_elasticity'] as number,
      optimism['eip1559_denominator'] as number,
      optimism['eip1559_denominator_canyon'] as number,
    ],
    forkTimes: times.map((time) => time ?? null),
    ...optional('pectraBlobScheduleTime', forks['pectra_blob_schedule_time']),
    ...optional('keepKarstUpgradeGas', forks['keep_karst_upgrade_gas']),
    ...optional('needs', missingFeature(toml)),
  } as RegistryChain;
}

/** A fork that this program does not know must not be left out in silence. */
function assertNoOtherForks(network: string, forks: TomlTable): void {
  const known = [...FORK_KEYS, 'pectra_blob_schedule_time', 'keep_karst_upgrade_gas'];
  const unknown = Object.keys(forks).filter((key) => !known.includes(key) && key !== 'lagoon_time');
  if (unknown.length > 0) throw new Error(`${network}: unknown forks ${unknown.join(', ')}`);
}

function missingFeature(toml: TomlTable): RegistryChain['needs'] {
  if (toml['alt_da'] !== undefined || toml['data_availability_type'] === 'alt-da') return 'alt-da';
  const forks = tableAt(toml, 'hardforks');
  const isInterop = forks['lagoon_time'] !== undefined || toml['interop'] !== undefined;
  return isInterop ? 'interop' : undefined;
}

function optional(key: string, value: unknown): { [key: string]: unknown } {
  return value === undefined ? {} : { [key]: value };
}

function tableAt(table: TomlTable, key: string): TomlTable {
  const found = table[key];
  if (typeof found !== 'object') throw new Error(`expected the table [${key}]`);
  return found;
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}

/** Without leading zeros: `0xbc`. */
function trim(value: unknown): string {
  return lower(value).replace(/^0x0*(?=.)/, '0x');
}
