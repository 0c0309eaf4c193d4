import { readFileSync } from 'node:fs';
import { createDCtx, decompressUsingDict, init } from '@bokuweb/zstd-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import type { Hash } from '../../src/base/bytes.ts';
import type { ExecutionConfig } from '../../src/execution/executionConfig.ts';
import { applyGenesis } from '../../src/execution/genesis.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import { openState } from '../../src/execution/state/worldState.ts';
import { FORKS, type ForkTimes } from '../../src/protocol/forks.ts';
import { readSharedJson } from '../support/recordings.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

const ROOT = 'data/registry';
const isMissing = lacksShared(`${ROOT}/genesis`);

type RegistryChain = {
  readonly superchain: string;
  readonly name: string;
  readonly chainId: number;
  readonly genesisIn: string;
  readonly expected: {
    readonly l2GenesisHash: Hash;
    readonly l2GenesisNumber: number;
    readonly activeForksAtGenesis: readonly string[];
  };
};

const CHAINS = isMissing
  ? []
  : (readSharedJson(`${ROOT}/manifest.json`) as { chains: readonly RegistryChain[] }).chains.filter(
      ({ genesisIn }) => genesisIn !== 'not provided',
    );

/** Only what is active at genesis matters for block 0. */
function configOf({ chainId, expected }: RegistryChain): ExecutionConfig {
  const times = FORKS.map((fork) => {
    return [fork, expected.activeForksAtGenesis.includes(fork) ? 0n : undefined] as const;
  });
  return {
    chainId: BigInt(chainId),
    forkTimes: Object.fromEntries(times) as ForkTimes,
    chainOpConfig: {
      eip1559Elasticity: 6n,
      eip1559Denominator: 50n,
      eip1559DenominatorCanyon: 250n,
    },
  };
}

describe.skipIf(isMissing)('parseGenesisJson over the registry', () => {
  let context = 0;
  let dictionary: Uint8Array;
  beforeAll(async () => {
    await init();
    context = createDCtx();
    dictionary = readFileSync(sharedPath(`${ROOT}/dictionary`));
  });

  test.each(CHAINS.map((chain) => [`${chain.superchain}/${chain.name}`, chain] as const))(
    'default: %s',
    { timeout: 60_000 },
    (name, chain) => {
      const packed = readFileSync(sharedPath(`${ROOT}/genesis/${name}.json.zst`));
      const options = { defaultHeapSize: 64 * 1024 * 1024 };
      const text = decompressUsingDict(context, packed, dictionary, options);
      const json: unknown = JSON.parse(Buffer.from(text).toString('utf8'));
      if (chain.expected.l2GenesisNumber !== 0) {
        // The state of a chain that is older than Bedrock is not in its genesis file.
        expect(() => parseGenesisJson(json, configOf(chain))).toThrow(ConfigError);
        return;
      }
      const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
      const block = applyGenesis(parseGenesisJson(json, configOf(chain)), state);
      expect(block.hash).toBe(chain.expected.l2GenesisHash);
    },
  );
});
