import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { encodeJsonExact, parseJsonExact } from '../../src/base/json.ts';
import { parseRollupConfig, toRollupConfigJson } from '../../src/protocol/rollupConfigJson.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

type Json = { [key: string]: unknown };

/** A config with every fork, in the key order of op-node. */
function sample(): Json & { genesis: Json & { l1: Json; l2: Json; system_config: Json } } {
  return {
    genesis: {
      l1: { hash: `0x${'11'.repeat(32)}`, number: 3 },
      l2: { hash: `0x${'22'.repeat(32)}`, number: 0 },
      l2_time: 1700000009,
      system_config: {
        batcherAddr: '0x28500feaaff372bda9e6e5b9e05869d632ed425e',
        overhead: `0x${'00'.repeat(31)}bc`,
        scalar: `0x${'00'.repeat(29)}0f4240`,
        gasLimit: 60000000,
        eip1559Params: '0x0000000000000000',
        operatorFeeParams: `0x${'00'.repeat(32)}`,
        minBaseFee: 0,
        daFootprintGasScalar: 0,
      },
    },
    block_time: 2,
    max_sequencer_drift: 40,
    seq_window_size: 14,
    channel_timeout: 6,
    l1_chain_id: 900101,
    l2_chain_id: 901101,
    regolith_time: 0,
    canyon_time: 1,
    delta_time: 2,
    ecotone_time: 3,
    fjord_time: 4,
    granite_time: 5,
    holocene_time: 6,
    isthmus_time: 7,
    jovian_time: 8,
    karst_time: 9,
    keep_karst_upgrade_gas: true,
    batch_inbox_address: '0xff00000000000000000000000000000000901101',
    deposit_contract_address: '0x0d00000000000000000000000000000000000001',
    l1_system_config_address: '0x5c00000000000000000000000000000000000002',
    chain_op_config: {
      eip1559Elasticity: 6,
      eip1559Denominator: 50,
      eip1559DenominatorCanyon: 250,
    },
    pectra_blob_schedule_time: 5,
  };
}

const silent = () => undefined;

/** Message of the refusal of the sample after `change`; `accepted` when it is not refused. */
function refusal(change: (config: ReturnType<typeof sample>) => void): string {
  const config = sample();
  change(config);
  try {
    parseRollupConfig(config, silent);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

function warningsOf(config: unknown): readonly string[] {
  const warnings: string[] = [];
  parseRollupConfig(config, (message) => warnings.push(message));
  return warnings;
}

describe('parseRollupConfig', () => {
  test('default', () => {
    const config = parseRollupConfig(sample(), silent);
    expect(config.genesis.l1).toEqual({ number: 3n, hash: `0x${'11'.repeat(32)}` });
    expect(config.genesis.systemConfig.gasLimit).toBe(60000000n);
    expect(config.seqWindowSize).toBe(14n);
    expect(config.forkTimes.karst).toBe(9n);
    expect(config.keepKarstUpgradeGas).toBe(true);
    expect(config.pectraBlobScheduleTime).toBe(5n);
    expect(config.chainOpConfig.eip1559DenominatorCanyon).toBe(250n);
    expect(config.spanBatchV2Time).toBeUndefined();
    expect(warningsOf(sample())).toEqual([]);
  });

  test('behavior: forks may end anywhere, and null is absent', () => {
    const { karst_time: _, keep_karst_upgrade_gas: __, ...config } = sample();
    const parsed = parseRollupConfig({ ...config, jovian_time: null, lagoon_time: null }, silent);
    expect(parsed.forkTimes.isthmus).toBe(7n);
    expect(parsed.forkTimes.jovian).toBeUndefined();
    expect(parsed.keepKarstUpgradeGas).toBe(false);
  });

  test('behavior: newer keys of the system config may be absent', () => {
    const config = sample();
    delete config.genesis.system_config['eip1559Params'];
    delete config.genesis.system_config['operatorFeeParams'];
    delete config.genesis.system_config['minBaseFee'];
    delete config.genesis.system_config['daFootprintGasScalar'];
    expect(parseRollupConfig(config, silent)).toEqual(parseRollupConfig(sample(), silent));
  });

  test('behavior: addresses and hashes come out in lowercase', () => {
    const config = sample();
    config['batch_inbox_address'] = '0xFF00000000000000000000000000000000901101';
    expect(parseRollupConfig(config, silent).batchInboxAddress).toBe(
      sample()['batch_inbox_address'],
    );
  });

  test('behavior: a chain id beyond 2^53 is exact', () => {
    const text = JSON.stringify(sample()).replace('901101,', '18446744073709551629,');
    const config = parseRollupConfig(parseJsonExact(text), silent);
    expect(config.l2ChainId).toBe(18446744073709551629n);
    expect(encodeJsonExact(toRollupConfigJson(config))).toBe(text);
  });

  test('behavior: a known chain may leave its EIP-1559 constants out', () => {
    const config: Json = { ...sample(), l1_chain_id: 1, l2_chain_id: 1135 };
    delete config['chain_op_config'];
    expect(parseRollupConfig(config, silent).chainOpConfig).toEqual({
      eip1559Elasticity: 20n,
      eip1559Denominator: 1000n,
      eip1559DenominatorCanyon: 1000n,
    });
  });

  test('behavior: legacy keys warn by name', () => {
    const legacy = { protocol_versions_address: null, use_plasma: false, blobs_data: 0 };
    const warnings = warningsOf({ ...sample(), ...legacy });
    for (const [i, key] of ['protocol_versions_address', 'blobs_data', 'use_plasma'].entries()) {
      expect(warnings[i]).toContain(`\`${key}\``);
    }
  });

  test.each([
    ['block_time', (c: Json) => delete c['block_time']],
    ['block_time', (c: Json) => (c['block_time'] = 0)],
    ['block_time', (c: Json) => (c['block_time'] = '2')],
    ['block_time', (c: Json) => (c['block_time'] = 2.5)],
    ['max_sequencer_drift', (c: Json) => (c['max_sequencer_drift'] = 0)],
    ['seq_window_size', (c: Json) => (c['seq_window_size'] = 1)],
    ['channel_timeout', (c: Json) => (c['channel_timeout'] = 0)],
    ['channel_timeout', (c: Json) => (c['channel_timeout'] = -1)],
    ['l1_chain_id', (c: Json) => (c['l1_chain_id'] = 0)],
    ['l2_chain_id', (c: Json) => (c['l2_chain_id'] = c['l1_chain_id'])],
    ['genesis', (c: Json) => delete c['genesis']],
    ['canyon_time', (c: Json) => (c['regolith_time'] = 2)],
    ['isthmus_time', (c: Json) => delete c['holocene_time']],
    ['karst_time', (c: Json) => (c['karst_time'] = 7)],
    ['karst_time', (c: Json) => (c['karst_time'] = 2 ** 64)],
    ['keep_karst_upgrade_gas', (c: Json) => (c['keep_karst_upgrade_gas'] = 1)],
    ['batch_inbox_address', (c: Json) => (c['batch_inbox_address'] = `0x${'00'.repeat(20)}`)],
    ['deposit_contract_address', (c: Json) => (c['deposit_contract_address'] = '0x1234')],
    ['l1_system_config_address', (c: Json) => delete c['l1_system_config_address']],
    ['chain_op_config', (c: Json) => delete c['chain_op_config']],
    ['lagoon_time', (c: Json) => (c['lagoon_time'] = 10)],
    ['interop_time', (c: Json) => (c['interop_time'] = 10)],
    ['alt_da', (c: Json) => (c['alt_da'] = { da_challenge_window: 1 })],
    ['use_plasma', (c: Json) => (c['use_plasma'] = true)],
    ['blocktime', (c: Json) => (c['blocktime'] = 2)],
  ])('error: names %s', (field, change) => {
    expect(refusal(change)).toMatch(new RegExp(`^\`${field}\`: expected .+, found .+`));
  });

  test.each([
    [
      'genesis.l1.hash',
      (c: ReturnType<typeof sample>) => (c.genesis.l1['hash'] = `0x${'00'.repeat(32)}`),
    ],
    [
      'genesis.l2.hash',
      (c: ReturnType<typeof sample>) => (c.genesis.l2['hash'] = c.genesis.l1['hash']),
    ],
    ['genesis.l2.number', (c: ReturnType<typeof sample>) => delete c.genesis.l2['number']],
    ['genesis.l2_time', (c: ReturnType<typeof sample>) => (c.genesis['l2_time'] = 0)],
    [
      'genesis.system_config.batcherAddr',
      (c: ReturnType<typeof sample>) => delete c.genesis.system_config['batcherAddr'],
    ],
    [
      'genesis.system_config.scalar',
      (c: ReturnType<typeof sample>) =>
        (c.genesis.system_config['scalar'] = `0x${'00'.repeat(32)}`),
    ],
    [
      'genesis.system_config.gasLimit',
      (c: ReturnType<typeof sample>) => (c.genesis.system_config['gasLimit'] = 0),
    ],
    [
      'genesis.system_config.eip1559Params',
      (c: ReturnType<typeof sample>) => (c.genesis.system_config['eip1559Params'] = '0x'),
    ],
    [
      'genesis.system_config.daFootprintGasScalar',
      (c: ReturnType<typeof sample>) => (c.genesis.system_config['daFootprintGasScalar'] = 65536),
    ],
    [
      'genesis.system_config.basefeeScalar',
      (c: ReturnType<typeof sample>) => (c.genesis.system_config['basefeeScalar'] = 1),
    ],
  ])('error: names %s', (field, change) => {
    expect(refusal(change)).toMatch(new RegExp(`^\`${field}\`: expected .+, found .+`));
  });

  test('error: a rounded integer is refused instead of believed', () => {
    expect(refusal((config) => (config['l2_chain_id'] = 2 ** 60))).toContain('parseJsonExact');
  });

  test('error: a key in other letters names the right one', () => {
    expect(refusal((config) => (config['Block_Time'] = 2))).toBe(
      '`Block_Time`: expected `block_time`, found an unknown key',
    );
  });

  test('error: not an object', () => {
    expect(() => parseRollupConfig([], silent)).toThrow(ConfigError);
  });
});

describe('toRollupConfigJson', () => {
  test('behavior: gives back what was read, key for key', () => {
    const written = encodeJsonExact(toRollupConfigJson(parseRollupConfig(sample(), silent)));
    expect(written).toBe(JSON.stringify(sample()));
  });
});

describe.skipIf(lacksShared('golden/rpc/optimism.json'))('answers of op-node', () => {
  test('behavior: optimism_rollupConfig is written byte for byte', () => {
    const file = JSON.parse(
      readFileSync(sharedPath('golden/rpc/optimism.json'), 'utf8'),
    ) as unknown;
    const texts = JSON.stringify(file).match(/"text":"(?:[^"\\]|\\.)*"/g) ?? [];
    const answers = texts.map((text) => JSON.parse(text.slice(7)) as string);
    const answer = answers.find((text) => text.includes('batch_inbox_address')) as string;
    const { result } = parseJsonExact(answer) as { result: unknown };
    const written = encodeJsonExact(toRollupConfigJson(parseRollupConfig(result, silent)));
    expect(answer).toContain(`"result":${written}}`);
  });
});

const lacksCases = lacksShared('data/differential');

describe.skipIf(lacksCases)('rollup configs of the corpora', () => {
  const folder = sharedPath('data/differential');
  const files = (lacksCases ? [] : readdirSync(folder)).filter((name) => name.endsWith('.gz'));
  // These three cover every fork and every key; the differential runner reads all of them.
  const sampled = files.filter((name) => /^(quirks|upgrade-gas|mid-chain)/.test(name));

  test.each(sampled)('behavior: %s', (name) => {
    const lines = gunzipSync(readFileSync(join(folder, name)))
      .toString('utf8')
      .trim()
      .split('\n');
    for (const line of lines) {
      const { name: title, rollup } = JSON.parse(line) as { name: string; rollup: unknown };
      const config = parseRollupConfig(rollup, silent);
      const again = parseRollupConfig(toRollupConfigJson(config), silent);
      expect(again, title).toEqual(config);
    }
  });
});
