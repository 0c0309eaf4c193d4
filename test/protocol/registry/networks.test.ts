import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseToml, type TomlTable } from '../../../scripts/registry/toml.ts';
import { ConfigError } from '../../../src/base/errors.ts';
import {
  chainOpConfigById,
  networkByChainId,
  networkNames,
  rollupConfigByNetwork,
} from '../../../src/protocol/registry/networks.ts';
import { REGISTRY_CHAINS } from '../../../src/protocol/registry/registryChains.generated.ts';
import { parseRollupConfig, toRollupConfigJson } from '../../../src/protocol/rollupConfigJson.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

function refusal(name: string): string {
  try {
    rollupConfigByNetwork(name);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('rollupConfigByNetwork', () => {
  // The values of protocol/derivation.md 1.3.
  test('default', () => {
    const config = rollupConfigByNetwork('op-mainnet');
    expect(config.genesis.l1.number).toBe(17422590n);
    expect(config.genesis.l2.number).toBe(105235063n);
    expect(config.genesis.systemConfig.overhead).toBe(`0x${'00'.repeat(31)}bc`);
    expect(config.genesis.systemConfig.scalar).toBe(`0x${'00'.repeat(29)}0a6fe0`);
    expect(config.forkTimes.regolith).toBe(0n);
    expect(config.forkTimes.karst).toBe(1783526401n);
    expect(config.keepKarstUpgradeGas).toBe(true);
    expect(config.chainOpConfig.eip1559DenominatorCanyon).toBe(250n);
  });

  test('behavior: any letters, and the old aliases', () => {
    expect(rollupConfigByNetwork('OP-Mainnet')).toEqual(rollupConfigByNetwork('mainnet'));
    expect(rollupConfigByNetwork('sepolia').l2ChainId).toBe(11155420n);
  });

  test('behavior: every config would also be accepted as a file', () => {
    for (const name of networkNames()) {
      const config = rollupConfigByNetwork(name);
      expect(
        parseRollupConfig(toRollupConfigJson(config), () => undefined),
        name,
      ).toEqual(config);
    }
  });

  test('error: an unknown name lists the known ones', () => {
    expect(refusal('op-mainet')).toMatch(
      /^`network`: expected one of .*op-mainnet, .*`op-mainet`$/,
    );
  });

  test('error: chains that need what is absent here are refused with the reason', () => {
    expect(refusal('celo-mainnet')).toContain('alt-DA');
    expect(refusal('sepolia-devnet-2-sepolia-devnet-2')).toContain('interop');
    expect(refusal('base-mainnet')).toContain('rollup.json');
  });
});

describe('networkNames', () => {
  test('behavior: 40 of 53 chains can be derived', () => {
    expect(REGISTRY_CHAINS.length).toBe(53);
    expect(networkNames().length).toBe(40);
    expect(networkNames()).not.toContain('celo-mainnet');
  });
});

describe('networkByChainId', () => {
  test('default', () => {
    expect(networkByChainId(10n)).toBe('op-mainnet');
    expect(networkByChainId(11n)).toBeUndefined();
  });
});

describe('chainOpConfigById', () => {
  test('default', () => {
    expect(chainOpConfigById(690n)).toEqual({
      eip1559Elasticity: 2n,
      eip1559Denominator: 50n,
      eip1559DenominatorCanyon: 50n,
    });
    expect(chainOpConfigById(11n)).toBeUndefined();
  });
});

const lacksRegistry = lacksShared('data/registry');

describe.skipIf(lacksRegistry)('the Superchain Registry', () => {
  const configs = sharedPath('data/registry/configs');
  const files = (lacksRegistry ? [] : readdirSync(configs, { recursive: true }))
    .map(String)
    .filter((path) => path.endsWith('.toml') && !path.endsWith('superchain.toml'));

  test('behavior: has no other chains', () => {
    expect(files.length).toBe(REGISTRY_CHAINS.length);
  });

  test.each(files)('V17: %s', (path) => {
    const [superchain, file] = path.split('/') as [string, string];
    const network = `${file.slice(0, -'.toml'.length)}-${superchain}`;
    const text = readFileSync(`${configs}/${path}`, 'utf8');
    if (/"alt-da"|^\[interop\]/m.test(text)) {
      expect(refusal(network)).toContain('expected another network, found');
      return;
    }
    const superchainToml = readFileSync(`${configs}/${superchain}/superchain.toml`, 'utf8');
    const l1ChainId = (parseToml(superchainToml)['l1'] as TomlTable)['chain_id'];
    const written = toRollupConfigJson(rollupConfigByNetwork(network));
    expect(written).toEqual(expectedJson(parseToml(text), l1ChainId as number));
  });
});

/** rollup.json by the mapping of protocol/derivation.md 1.3. */
function expectedJson(toml: TomlTable, l1ChainId: number): unknown {
  const table = (key: string) => toml[key] as TomlTable;
  const genesis = table('genesis');
  const optimism = table('optimism');
  const addresses = table('addresses');
  const { batcherAddress, ...system } = genesis['system_config'] as TomlTable;
  return lowercase({
    genesis: {
      ...genesis,
      system_config: {
        ...system,
        batcherAddr: batcherAddress,
        eip1559Params: '0x0000000000000000',
        operatorFeeParams: `0x${'00'.repeat(32)}`,
        minBaseFee: 0,
        daFootprintGasScalar: 0,
      },
    },
    block_time: toml['block_time'],
    max_sequencer_drift: toml['max_sequencer_drift'],
    seq_window_size: toml['seq_window_size'],
    channel_timeout: 300,
    l1_chain_id: l1ChainId,
    l2_chain_id: toml['chain_id'],
    regolith_time: 0,
    ...table('hardforks'),
    batch_inbox_address: toml['batch_inbox_addr'],
    deposit_contract_address: addresses['OptimismPortalProxy'],
    l1_system_config_address: addresses['SystemConfigProxy'],
    chain_op_config: {
      eip1559Elasticity: optimism['eip1559_elasticity'],
      eip1559Denominator: optimism['eip1559_denominator'],
      eip1559DenominatorCanyon: optimism['eip1559_denominator_canyon'],
    },
  });
}

function lowercase(value: object): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part) => (typeof part === 'string' ? part.toLowerCase() : part)),
  );
}
