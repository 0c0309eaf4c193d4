import { describe, expect, test } from 'vitest';
import type { EnginePort } from '../../src/engine/port.ts';
import { assertServers } from '../../src/node/startChecks.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { L1_TEST_CONFIG } from '../support/l1TestConfig.ts';
import { createMemoryEngine } from '../support/memoryEngine.ts';

const rollup = L1_TEST_CONFIG;

/** Checks of an engine beside an L1 that is right. Gives what the log was warned of. */
async function check(engine: EnginePort, signal = new AbortController().signal) {
  const warnings: string[] = [];
  const log = { ...SILENT_LOG, warn: (message: string) => void warnings.push(message) };
  const { number, hash } = rollup.genesis.l1;
  const ref = { number, hash, parentHash: hash, timestamp: 0n };
  const l1 = { chainId: async () => rollup.l1ChainId, ref: async () => ref };
  const checks = { rollup, l1, engine, waits: createWaits(), log };
  const outcome = await assertServers(checks, { signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { outcome, warnings };
}

const withoutGenesis = (engine: EnginePort): EnginePort => ({
  ...engine,
  block: async () => undefined,
});

describe('assertServers', () => {
  const engine = { ...createMemoryEngine(rollup), chainId: async () => rollup.l2ChainId };

  test('behavior: a genesis that the engine has given up is told, and is no fault', async () => {
    const { outcome, warnings } = await check(withoutGenesis(engine));
    expect(outcome).toBe(undefined);
    expect(warnings).toEqual(['the engine does not have the genesis block any more']);
  });

  test('behavior: nothing is said of an engine when the node stops', async () => {
    const stop = new AbortController();
    const stopping = {
      ...engine,
      block: async () => {
        stop.abort(new Error('the node stops'));
        return undefined;
      },
    };
    const { outcome, warnings } = await check(stopping, stop.signal);
    expect(outcome).toMatchObject({ message: 'the node stops' });
    expect(warnings).toEqual([]);
  });

  test('error: a port without the Engine API', async () => {
    const { outcome } = await check({ ...engine, hasEngineApi: async () => false });
    expect(String(outcome)).toMatch(/`l2`: expected the Engine API's port, usually 8551/);
    const right = withoutGenesis({ ...engine, hasEngineApi: async () => true });
    expect((await check(right)).outcome).toBe(undefined);
  });
});
