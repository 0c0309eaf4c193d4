import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../../src/base/bytes.ts';
import { encodeJsonExact, parseJsonExact } from '../../../src/base/json.ts';
import { buildGenesis } from '../../../src/devnet/genesis/buildGenesis.ts';
import { toGenesisJson } from '../../../src/devnet/genesis/genesisJson.ts';
import { applyGenesis } from '../../../src/execution/genesis.ts';
import { parseGenesisJson } from '../../../src/execution/genesisJson.ts';
import { openState } from '../../../src/execution/state/worldState.ts';
import { keccak256Hex } from '../../../src/base/hash.ts';
import { parseRollupConfig, toRollupConfigJson } from '../../../src/protocol/rollupConfigJson.ts';
import { genesisOptions } from '../../support/genesis.ts';

const KARST = { atGenesis: 'karst', until: 'karst', upgradeEvery: 0n } as const;
const ECOTONE = { atGenesis: 'ecotone', until: 'karst', upgradeEvery: 20n } as const;

function hashOf(json: unknown): string {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  return applyGenesis(parseGenesisJson(json), state).hash;
}

describe('buildGenesis', () => {
  test('default: genesis.json read back has the hash that rollup.json names', async () => {
    const { genesis, rollup } = await buildGenesis(genesisOptions(ECOTONE));
    const text = encodeJsonExact(toGenesisJson(genesis));
    expect(hashOf(parseJsonExact(text))).toBe(rollup.genesis.l2.hash);
    expect(text.length).toBeLessThan(2_000_000);
    const json = parseJsonExact(encodeJsonExact(toRollupConfigJson(rollup)));
    expect(parseRollupConfig(json, () => expect.unreachable())).toEqual(rollup);
    expect(rollup.forkTimes.fjord).toBe(1_700_000_020n);
    expect(rollup.forkTimes.karst).toBe(1_700_000_120n);
  });

  test('behavior: every fork to Karst at genesis, by its own upgrades', async () => {
    const { genesis, rollup } = await buildGenesis(genesisOptions(KARST));
    expect(hashOf(toGenesisJson(genesis))).toBe(rollup.genesis.l2.hash);
    expect(bytesToHex(genesis.header.extraData)).toBe('0x01000000fa000000060000000000000000');
    const slot = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn;
    const l1Block = genesis.alloc.get('0x4200000000000000000000000000000000000015');
    const implementation = l1Block?.storage.get(slot) ?? 0n;
    const code = genesis.alloc.get(`0x${implementation.toString(16).padStart(40, '0')}`)?.code;
    expect(code?.length).toBeGreaterThan(1000);
    expect(implementation).not.toBe(0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30015n);
  });

  test('behavior: bedrock at genesis leaves the beacon roots contract to the upgrade', async () => {
    const schedule = { atGenesis: 'bedrock', until: 'bedrock', upgradeEvery: 0n } as const;
    const { genesis, rollup } = await buildGenesis(genesisOptions(schedule));
    expect(genesis.alloc.has('0x000f3df6d732807ef1319fb7b8bb8522d0beac02')).toBe(false);
    expect(rollup.forkTimes.regolith).toBe(undefined);
  });

  // What `geth init` of op-geth makes of the same files.
  test.each([
    ['bedrock', '0xebc811961c4a45e2aa1b57ad9368e3bffd5c3bd771d3dbad139e5b1626308bd2'],
    ['canyon', '0x36df91ced0081cd72bb8a0fc7fab26a86d65fd362bb55ac0e47573c13b530c72'],
    ['ecotone', '0x848a155134202fbb25b345966f5890fdd3aa46d73b5b6bfe482b75b442e3b283'],
    ['fjord', '0x77f19e2e6d42dbc67e6fd0e8b79cdca244aa3a6d43daf7b158f7afd7aac58490'],
    ['holocene', '0x5366fc2c4d4b003d23f58ebc0a7c59174f82097e2f2b171423098b0a93795ac8'],
    ['isthmus', '0x024e2a8749274ee9daa198647cc54008a3de84bbf7c25d0ebaa2af0048aa20c9'],
    ['jovian', '0x75848c48f8eaeebb0572e8fe3c9998ea0a806791b31f986fe074e9c75b1dbabd'],
    ['karst', '0x114a2277d51e543319f995dc291aa318a809c7ca0e9614f923bf418bacd9c397'],
  ] as const)('behavior: %s at genesis has the hash that op-geth gives it', async (fork, hash) => {
    const schedule = { atGenesis: fork, until: fork, upgradeEvery: 0n };
    const { genesis, rollup } = await buildGenesis(genesisOptions(schedule));
    expect(rollup.genesis.l2.hash).toBe(hash);
    const json = toGenesisJson(genesis);
    expect(hashOf(json)).toBe(hash);
    // op-geth takes these into the header of any fork once the file has them.
    const hasBlobFields = !['bedrock', 'canyon'].includes(fork);
    expect('excessBlobGas' in json).toBe(hasBlobFields);
    expect('blobGasUsed' in json).toBe(hasBlobFields);
  });

  test('behavior: the deterministic deployment proxy is there', async () => {
    const { genesis } = await buildGenesis(genesisOptions(ECOTONE));
    const proxy = genesis.alloc.get('0x4e59b44847b379578588920ca78fbf26c0b4956c');
    expect(keccak256Hex(proxy?.code as Uint8Array)).toBe(
      '0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989',
    );
  });

  test('error: an impossible schedule', async () => {
    const backwards = { atGenesis: 'fjord', until: 'ecotone', upgradeEvery: 2n } as const;
    await expect(buildGenesis(genesisOptions(backwards))).rejects.toThrow('until');
    const uneven = { atGenesis: 'ecotone', until: 'karst', upgradeEvery: 3n } as const;
    await expect(buildGenesis(genesisOptions(uneven))).rejects.toThrow('upgradeEvery');
  });
});
