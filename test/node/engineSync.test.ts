import { beforeAll, describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { EnginePort, PayloadStatus } from '../../src/engine/port.ts';
import { embeddedEngine } from '../../src/node/embeddedEngine.ts';
import { createEngineSync } from '../../src/node/engineSync.ts';
import type { UnsafeFollower } from '../../src/node/followUnsafe.ts';
import { toSyncStatusJson } from '../../src/node/rpc/statusJson.ts';
import { addUnsafe, NO_UNSAFE_BLOCKS, removeUnsafe } from '../../src/node/unsafeQueue.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { createWaits } from '../../src/transport/waits.ts';
import {
  headsReached,
  lastRecordedBlock,
  recordedConfig,
  recordedEngine,
  serveRecording,
  startLive,
} from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';

const NAME = 'devnet-fjord';
const SYNCING: PayloadStatus = { type: 'syncing' };
const VALID: PayloadStatus = { type: 'valid' };

describe.skipIf(lacksShared(`data/chains/${NAME}`))('createEngineSync', () => {
  const blocks: PayloadEnvelope[] = [];
  const last = () => lastRecordedBlock(NAME);
  const at = (number: number): PayloadEnvelope => blocks[number] as PayloadEnvelope;

  // What another node has: the peer that an engine would sync from.
  beforeAll(async () => {
    const served = await serveRecording(NAME);
    const execution = await recordedEngine(NAME);
    const engine = { ...embeddedEngine(execution), close: async () => {} };
    const node = await startLive(NAME, served, { engine });
    await headsReached(node, ({ sentForkchoice, safeHead }) => {
      return safeHead.hash === last().block.hash && sentForkchoice?.safeBlockHash === safeHead.hash;
    });
    for (let number = 0n; number <= BigInt(last().block.number); number++) {
      blocks.push((await engine.block({ number })) as PayloadEnvelope);
    }
    await node.stop();
    await served.close();
  });

  /** An engine that has `held` blocks, and all of them once a head has been valid. */
  function scripted(statuses: readonly (PayloadStatus | Error)[], held = 0, finalized?: number) {
    const told: (readonly [head: string, safe: string])[] = [];
    let asked = 0;
    let has = held;
    const engine = {
      block: async (id: object) => {
        if ('number' in id) return Number(id.number) <= has ? at(Number(id.number)) : undefined;
        const { label } = id as { readonly label: string };
        if (label === 'latest') return at(has);
        return finalized === undefined ? undefined : at(finalized);
      },
      newPayload: async () => SYNCING,
      forkchoiceUpdated: async (state: { headBlockHash: string; safeBlockHash: string }) => {
        told.push([state.headBlockHash, state.safeBlockHash]);
        const status = statuses[asked++] ?? VALID;
        if (status instanceof Error) throw status;
        if (status.type === 'valid') has = blocks.length - 1;
        return { status, build: undefined };
      },
    } as unknown as EnginePort;
    return { engine, told };
  }

  function scene(engine: EnginePort, offsetBlocks = 5n) {
    let queue = NO_UNSAFE_BLOCKS;
    const listeners = new Set<() => void>();
    const unsafe: Pick<UnsafeFollower, 'queue' | 'drop' | 'onPost'> = {
      queue: () => queue,
      drop: (hash) => {
        queue = removeUnsafe(queue, hash);
      },
      onPost: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const waits = createWaits();
    const { rollup } = recordedConfig(NAME);
    const parts = { rollup, engine, unsafe, waits, log: SILENT_LOG, offsetBlocks, pauseMs: 1 };
    return {
      waits,
      sync: createEngineSync(parts),
      post: (number: number) => {
        queue = addUnsafe(queue, at(number));
        for (const listener of listeners) listener();
      },
      queued: () => queue.waiting.length,
    };
  }

  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
  };
  const hashOf = (number: number): string => at(number).executionPayload.blockHash;
  const { signal } = new AbortController();

  test('default: told until it is there, then labels behind the tip', async () => {
    const { engine, told } = scripted([SYNCING, SYNCING]);
    const { sync, post, waits } = scene(engine);
    const done = sync.run(signal);
    await until(() => waits.list().some(({ name }) => name.startsWith('an unsafe block')));
    expect(waits.list()[0]?.nextAction).toContain('admin_postUnsafePayload');
    post(20);
    await until(() => sync.target() !== undefined);
    expect(sync.target()?.number).toBe(20n);
    await done;
    const untilValid = [hashOf(20), ZERO_HASH];
    expect(told.slice(0, 3)).toEqual([untilValid, untilValid, untilValid]);
    expect(told.at(-1)).toEqual([hashOf(20), hashOf(15)]);
    expect([sync.target(), waits.list()]).toEqual([undefined, []]);
  });

  test('behavior: the newest block is what it is told', async () => {
    const { engine, told } = scripted([SYNCING]);
    const { sync, post } = scene(engine, 100n);
    post(18);
    post(21);
    await sync.run(signal);
    expect(told.map(([head]) => head)).toEqual(Array(3).fill(hashOf(21)));
    // Nothing is below genesis.
    expect(told.at(-1)?.[1]).toBe(hashOf(0));
  });

  test.each([
    ['a finalized block', 21, 9],
    ['a chain without labels', 21, undefined],
  ])('behavior: %s: nothing to do', async (_, held, finalized) => {
    const { engine, told } = scripted([], held, finalized);
    await scene(engine).sync.run(signal);
    expect(told).toEqual([]);
  });

  test('behavior: a block that the engine refuses is dropped', async () => {
    const invalid = { type: 'invalid', validationError: 'no', latestValidHash: undefined } as const;
    const { engine, told } = scripted([invalid]);
    const { sync, post, queued } = scene(engine);
    post(18);
    post(21);
    await sync.run(signal);
    expect(queued()).toBe(1);
    expect(told.at(-1)?.[0]).toBe(hashOf(18));
  });

  test('behavior: a call that fails is listed and made again', async () => {
    const { engine } = scripted([new EngineError('connection', 'ECONNREFUSED')]);
    const { sync, post, waits } = scene(engine);
    post(21);
    const done = sync.run(signal);
    await until(() => waits.list().some(({ lastError }) => lastError === 'ECONNREFUSED'));
    await done;
  });

  test('behavior: a node derives from what its engine has synced', async () => {
    const served = await serveRecording(NAME, { head: 15 });
    const execution = await recordedEngine(NAME);
    const own = embeddedEngine(execution);
    let asked = 0;
    /** Fetches blocks from a peer while it says SYNCING. */
    const engine: EnginePort = {
      ...own,
      newPayload: async (envelope, options) => {
        const status = await own.newPayload(envelope, options);
        if (status.type !== 'syncing' || (asked += 1) < 3) return status;
        for (const block of blocks.slice(1)) await own.newPayload(block, options);
        return status;
      },
    };
    const node = await startLive(NAME, served, {
      engine,
      engineSync: { offsetBlocks: 4n, pauseMs: 20 },
    });
    try {
      node.unsafe.post(at(21));
      await until(() => node.engineSync?.target() !== undefined);
      expect(toSyncStatusJson(node)).toMatchObject({ unsafe_l2: { number: 21n } });
      await headsReached(node, ({ unsafeHead }) => unsafeHead.number === 21n);
      expect(node.heads()?.finalizedHead.number).toBe(17n);
      await served.control({ head: 20 });
      await headsReached(node, ({ safeHead }) => safeHead.hash === last().block.hash);
    } finally {
      await node.stop();
      await served.close();
    }
  });
});
