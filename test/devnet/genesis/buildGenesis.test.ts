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
