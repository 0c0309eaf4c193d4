import { beforeEach, describe, expect, test } from 'vitest';
import {
  decideEngineSync,
  type EngineSyncOptions,
  headsAfterSync,
  isEngineSyncing,
  startEngineSync,
} from '../../src/engine/engineSync.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { EnginePort } from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import { makeAttributes } from '../support/engineAttributes.ts';
import { L1_TEST_CONFIG as CONFIG } from '../support/l1TestConfig.ts';
import { createMemoryEngine, type MemoryEngine } from '../support/memoryEngine.ts';

const COUNT = 20;

let engine: MemoryEngine;
let blocks: readonly PayloadEnvelope[];
beforeEach(async () => {
  engine = createMemoryEngine(CONFIG);
  const made = [engine.genesis];
  for (let i = 0; i < COUNT; i++) {
    const parent = made.at(-1) as PayloadEnvelope;
    const state = { ...engine.heads(), headBlockHash: parent.executionPayload.blockHash };
    const { build } = await engine.forkchoiceUpdated(state, makeAttributes(parent));
    const block = await engine.getPayload(build as NonNullable<typeof build>);
    await engine.newPayload(block);
    made.push(block);
  }
  blocks = made;
  await engine.forkchoiceUpdated(
    { ...engine.heads(), headBlockHash: refAt(COUNT).hash },
    undefined,
  );
});

function refOf({ executionPayload: payload }: PayloadEnvelope): L2BlockRef {
  const { blockNumber: number, blockHash: hash, parentHash, timestamp } = payload;
  const l1Origin = { number: 1n, hash };
  return { number, hash, parentHash, timestamp, l1Origin, sequenceNumber: 0n };
}

const refAt = (number: number): L2BlockRef => refOf(blocks[number] as PayloadEnvelope);
const genesis = () => refAt(0);
const optionsFor = (change: Partial<EngineSyncOptions> = {}): EngineSyncOptions => ({
  mode: 'execution-layer',
  genesis: genesis(),
  mayResync: false,
  ...change,
});

describe('startEngineSync', () => {
  test('default', () => {
    expect(startEngineSync(optionsFor({ mode: 'consensus-layer' }))).toBe('off');
    expect(startEngineSync(optionsFor())).toBe('waiting');
  });
});

describe('isEngineSyncing', () => {
  test('default', () => {
    const states = (['off', 'waiting', 'running', 'finished'] as const).map(isEngineSyncing);
    expect(states).toEqual([false, true, true, false]);
  });
});

describe('decideEngineSync', () => {
  const finalize = (number: number): Promise<unknown> =>
    engine.forkchoiceUpdated(
      { ...engine.heads(), finalizedBlockHash: refAt(number).hash },
      undefined,
    );

  test('default: an engine without a finalized block syncs', async () => {
    expect(await decideEngineSync(engine, optionsFor())).toBe('running');
  });

  test('behavior: one that has finalized genesis only syncs', async () => {
    await finalize(0);
    expect(await decideEngineSync(engine, optionsFor())).toBe('running');
  });

  test('behavior: finalized more is a chain, unless its kind may sync again', async () => {
    await finalize(5);
    expect(await decideEngineSync(engine, optionsFor())).toBe('finished');
    expect(await decideEngineSync(engine, optionsFor({ mayResync: true }))).toBe('running');
  });
});

describe('headsAfterSync', () => {
  const after = (offsetBlocks: bigint, port: EnginePort = engine) =>
    headsAfterSync(port, { tip: refAt(COUNT), offsetBlocks, genesis: genesis(), refOf });

  test.each([
    [0n, 20],
    [1n, 19],
    [15n, 5],
    [20n, 0],
    [1000n, 0],
  ])('default: safe and finalized %i blocks behind the tip', async (offset, expected) => {
    expect(await after(offset)).toMatchObject({
      unsafeHead: refAt(COUNT),
      safeHead: refAt(expected),
      pendingSafeHead: refAt(expected),
      finalizedHead: refAt(expected),
      sentForkchoice: undefined,
    });
  });

  test('behavior: the oldest block there is, where history begins later', async () => {
    for (const oldest of [1, 7, 19, 20]) {
      const pruned: EnginePort = {
        ...engine,
        block: async (id) =>
          'number' in id && id.number < BigInt(oldest) ? undefined : engine.block(id),
      };
      expect(await after(1000n, pruned), String(oldest)).toMatchObject({ safeHead: refAt(oldest) });
    }
  });

  test('behavior: an engine that gives no answer is asked again', async () => {
    const silent: EnginePort = {
      ...engine,
      block: async () => {
        throw new EngineError('timeout', 'late');
      },
    };
    expect(await after(0n, silent)).toMatchObject({ type: 'retry', cause: { code: 'timeout' } });
  });
});
