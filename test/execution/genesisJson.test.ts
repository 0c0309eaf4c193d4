import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import { configAt } from '../support/executionConfig.ts';

const CONFIG = {
  chainId: 901,
  regolithTime: 0,
  canyonTime: 5,
  shanghaiTime: 5,
  optimism: { eip1559Elasticity: 6, eip1559Denominator: 50 },
};
const FILE = { config: CONFIG, timestamp: '0x10', gasLimit: '30000000', alloc: {} };

describe('parseGenesisJson', () => {
  test('default: numbers as hex, decimal strings and JSON numbers', () => {
    const { config, header } = parseGenesisJson({ ...FILE, baseFeePerGas: 7 });
    expect(header).toMatchObject({ timestamp: 16n, gasLimit: 30_000_000n, baseFeePerGas: 7n });
    expect(config).toMatchObject({ chainId: 901n, forkTimes: { regolith: 0n, canyon: 5n } });
    expect(config.forkTimes.ecotone).toBeUndefined();
    expect(config.chainOpConfig.eip1559DenominatorCanyon).toBe(50n);
  });

  test('behavior: accounts in any spelling; slots of zero are left out', () => {
    const account = { balance: '10', code: '0x00', storage: { '0x1': '0x02', '0x03': '0x0' } };
    const alloc = { [`${'Ab'.repeat(20)}`]: account };
    const parsed = parseGenesisJson({ ...FILE, alloc }).alloc.get(`0x${'ab'.repeat(20)}`);
    expect(parsed).toMatchObject({ balance: 10n, nonce: 0n });
    expect([...(parsed?.storage ?? [])]).toEqual([[1n, 2n]]);
  });

  test('behavior: a given config counts, not that of the file', () => {
    const { config } = parseGenesisJson({ ...FILE, config: null }, configAt('ecotone'));
    expect(config).toEqual(configAt('ecotone'));
  });

  test.each<[string, object]>([
    ['a state hash in place of accounts', { stateHash: `0x${'00'.repeat(32)}` }],
    ['no timestamp', { timestamp: null }],
    ['an address of 19 bytes', { alloc: { [`0x${'ab'.repeat(19)}`]: {} } }],
    ['no config', { config: null }],
    ['an L1 fork time that contradicts', { config: { ...CONFIG, cancunTime: 9 } }],
    ['blob gas before Ecotone', { blobGasUsed: '0x0' }],
    ['excess blob gas before Ecotone', { excessBlobGas: '0x0' }],
    ['no Holocene parameters', { config: { ...CONFIG, ecotoneTime: 5, holoceneTime: 0 } }],
    [
      'a slot without a value',
      { alloc: { ['ab'.repeat(20)]: { balance: '0x0', storage: { '0x01': null } } } },
    ],
  ])('error: %s', (_, change) => {
    expect(() => parseGenesisJson({ ...FILE, ...change })).toThrow(ConfigError);
  });
});
