import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { EngineError } from '../../src/engine/errors.ts';
import { createHttpEngine } from '../../src/engine/httpEngine.ts';
import type { EnginePort } from '../../src/engine/port.ts';
import { toExecutionConfig } from '../../src/execution/executionConfig.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import type { DerivedBlock } from '../../src/node/driverPorts.ts';
import { embeddedEngine } from '../../src/node/embeddedEngine.ts';
import { readSharedJson } from '../support/recordings.ts';
import {
  headsReached,
  lastRecordedBlock,
  type LiveOptions,
  recordedConfig,
  recordedEngine,
  type ServedChain,
  serveRecording,
  startLive,
} from '../support/servedChain.ts';
import { ENGINE_SECRET, serveEngine } from '../support/servedEngine.ts';
import { lacksShared } from '../support/shared.ts';

const NAME = 'devnet-fjord';

describe.skipIf(lacksShared(`data/chains/${NAME}`))('engines', () => {
  // A function, because what stands here runs even where the tests are skipped.
  const last = () => lastRecordedBlock(NAME);
  const genesis = () =>
    parseGenesisJson(
      readSharedJson(`data/chains/${NAME}/genesis.json.gz`),
      toExecutionConfig(recordedConfig(NAME).rollup),
    );

  /** Derives the whole recording with an engine; gives what was derived. */
  async function deriveWith(
    engine: EnginePort,
    served: ServedChain,
    changes: LiveOptions = {},
  ): Promise<readonly DerivedBlock[]> {
    const blocks: DerivedBlock[] = [];
    const derived = (block: DerivedBlock): void => void blocks.push(block);
    const node = await startLive(NAME, served, { engine, ...changes }, [{ derived }]);
    try {
      const { hash } = last().block;
      await headsReached(node, ({ sentForkchoice }) => sentForkchoice?.safeBlockHash === hash);
      return blocks;
    } finally {
      await node.stop();
    }
  }

  test('behavior: an engine over HTTP', async () => {
    const served = await serveRecording(NAME, { finalityDepth: 4 });
    const behind = await serveEngine(genesis());
    const engine = httpEngine(behind.authUrl, ENGINE_SECRET);
    try {
      await deriveWith(engine, served);
      expect(behind.engine.block(behind.engine.heads().safe)?.hash).toBe(last().block.hash);
    } finally {
      await behind.close();
      await served.close();
    }
  }, 60_000);

  test('error: another JWT secret is told at once', async () => {
    const served = await serveRecording(NAME);
    const behind = await serveEngine(genesis());
    const engine = httpEngine(behind.authUrl, new Uint8Array(32).fill(8));
    const node = await startLive(NAME, served, { engine });
    try {
      await expect(node.ended).rejects.toThrow(ConfigError);
      await expect(node.ended).rejects.toThrow(/l2\.jwt-secret/);
    } finally {
      await node.stop();
      await behind.close();
      await served.close();
    }
  }, 60_000);

  test('error: the public port of an engine is told at once', async () => {
    const served = await serveRecording(NAME);
    const behind = await serveEngine(genesis());
    const engine = httpEngine(behind.httpUrl, ENGINE_SECRET);
    const node = await startLive(NAME, served, { engine });
    try {
      await expect(node.ended).rejects.toThrow(ConfigError);
      await expect(node.ended).rejects.toThrow(/`l2`.*the Engine API's port, usually 8551/);
    } finally {
      await node.stop();
      await behind.close();
      await served.close();
    }
  }, 60_000);

  test('error: an L1 of another chain is told at once', async () => {
    const served = await serveRecording(NAME);
    const config = recordedConfig(NAME);
    const other = { ...config, rollup: { ...config.rollup, l1ChainId: 5n } };
    const node = await startLive(NAME, served, { config: other });
    try {
      await expect(node.ended).rejects.toThrow(/`l1`: expected an endpoint of L1 chain 5/);
    } finally {
      await node.stop();
      await served.close();
    }
  }, 60_000);

  test('error: an engine with another genesis is told at once', async () => {
    const served = await serveRecording(NAME);
    const config = recordedConfig(NAME);
    const l2 = { ...config.rollup.genesis.l2, hash: `0x${'11'.repeat(32)}` as const };
    const rollup = { ...config.rollup, genesis: { ...config.rollup.genesis, l2 } };
    const node = await startLive(NAME, served, { config: { ...config, rollup } });
    try {
      await expect(node.ended).rejects.toThrow(/`l2`: expected an engine whose genesis is/);
    } finally {
      await node.stop();
      await served.close();
    }
  }, 60_000);

  test('behavior: calls that fail are made again', async () => {
    const served = await serveRecording(NAME);
    const engine = embeddedEngine(await recordedEngine(NAME));
    let calls = 0;
    const fail = async (): Promise<void> => {
      calls += 1;
      if (calls % 5 === 0) throw new EngineError('connection', 'ECONNREFUSED');
    };
    try {
      const failing = beforeEachCall(engine, fail);
      expect(await deriveWith(failing, served)).toHaveLength(21);
    } finally {
      await served.close();
    }
  }, 60_000);

  test('behavior: SYNCING for a while is waited for', async () => {
    const served = await serveRecording(NAME);
    const engine = embeddedEngine(await recordedEngine(NAME));
    let answers = 0;
    const syncing: EnginePort = {
      ...engine,
      newPayload: async (envelope, options) => {
        answers += 1;
        return answers % 4 < 2 ? { type: 'syncing' } : engine.newPayload(envelope, options);
      },
    };
    try {
      expect(await deriveWith(syncing, served)).toHaveLength(21);
    } finally {
      await served.close();
    }
  }, 60_000);

  test('behavior: an engine that lost its chain is derived anew', async () => {
    const served = await serveRecording(NAME);
    let engine = embeddedEngine(await recordedEngine(NAME));
    const fresh = embeddedEngine(await recordedEngine(NAME));
    let payloads = 0;
    const forgetful = (): EnginePort =>
      new Proxy(engine, {
        get: (_, key: keyof EnginePort) => {
          if (key === 'newPayload' && (payloads += 1) === 12) engine = fresh;
          return engine[key];
        },
      });
    try {
      const blocks = await deriveWith(forgetful(), served);
      expect(blocks.length).toBeGreaterThan(21);
    } finally {
      await served.close();
    }
  }, 60_000);

  test('behavior: blocks that the engine has already are not built again', async () => {
    const served = await serveRecording(NAME);
    const execution = await recordedEngine(NAME);
    const engine = { ...embeddedEngine(execution), close: async () => {} };
    try {
      await deriveWith(engine, served);
      // As if only gossip had brought them.
      const { head } = execution.heads();
      const labelless: EnginePort = {
        ...engine,
        block: async (id, options) =>
          'label' in id && id.label !== 'latest' ? undefined : engine.block(id, options),
      };
      const again = await deriveWith(labelless, served);
      expect(again.map(({ how }) => how)).toEqual(Array(21).fill('consolidated'));
      expect(execution.heads().head).toBe(head);
    } finally {
      await served.close();
    }
  }, 60_000);

  test('behavior: unsafe blocks from outside become the tip, in any order', async () => {
    const served = await serveRecording(NAME);
    const source = await recordedEngine(NAME);
    const full = { ...embeddedEngine(source), close: async () => {} };
    await deriveWith(full, served);
    await served.close();

    const early = await serveRecording(NAME, { head: 9 });
    const node = await startLive(NAME, early);
    try {
      await headsReached(node, ({ safeHead }) => safeHead.number === 0n);
      for (const number of [3n, 2n, 1n, 4n, 5n]) {
        const envelope = await full.block({ number });
        if (envelope !== undefined) node.unsafe.post(envelope);
      }
      await headsReached(node, ({ unsafeHead }) => unsafeHead.number === 5n);
      expect(node.heads()?.safeHead.number).toBe(0n);
      await early.control({ head: 20 });
      await headsReached(node, ({ safeHead }) => safeHead.hash === last().block.hash);
    } finally {
      await node.stop();
      await early.close();
    }
  }, 60_000);
});

function httpEngine(url: URL, jwtSecret: Uint8Array): EnginePort {
  return createHttpEngine({ url, jwtSecret, config: recordedConfig(NAME).rollup });
}

/** What an engine is told without an answer to wait for, and what must not fail. */
const UNCHANGED: ReadonlySet<keyof EnginePort> = new Set(['close', 'expectTransactions']);

/** The engine with `before` run ahead of each call that can fail. */
function beforeEachCall(engine: EnginePort, before: () => Promise<void>): EnginePort {
  return new Proxy(engine, {
    get: (target, key: keyof EnginePort) => {
      if (UNCHANGED.has(key) || target[key] === undefined) return target[key];
      const call = target[key] as (...args: readonly unknown[]) => Promise<unknown>;
      return async (...args: readonly unknown[]) => {
        await before();
        return call(...args);
      };
    },
  });
}
