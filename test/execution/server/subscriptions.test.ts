import { afterEach, describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../../src/base/bytes.ts';
import type { JsonValue } from '../../../src/base/json.ts';
import { RpcError } from '../../../src/execution/server/jsonRpc.ts';
import { createSubscriptions } from '../../../src/execution/server/subscriptions.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallAttributes, smallGenesis } from '../../support/smallChain.ts';

let served: ServedEngine | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

/** Subscriptions, and how many listen to the engine's heads for them. */
async function start() {
  served = await serveEngine(smallGenesis());
  const { engine, server } = served;
  const listeners = new Set<unknown>();
  const watched: typeof engine = {
    ...engine,
    onHead: (listener) => {
      const end = engine.onHead(listener);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        end();
      };
    },
  };
  return { engine, listeners, subscriptions: createSubscriptions(watched, server.pool) };
}

type Params = readonly JsonValue[];

/** A connection, and all that it is told. */
function connect({ subscriptions }: Pick<Awaited<ReturnType<typeof start>>, 'subscriptions'>) {
  const told: string[] = [];
  const { methods, close } = subscriptions.open((text) => told.push(text));
  const call = (name: string, params: Params) => methods[name]?.(params, {}) as string | boolean;
  return {
    told,
    close,
    subscribe: (...params: Params) => call('eth_subscribe', params) as string,
    unsubscribe: (...params: Params) => call('eth_unsubscribe', params),
  };
}

const codeOf = (run: () => unknown): number | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof RpcError ? error.code : 0;
  }
};

describe('createSubscriptions', () => {
  test('error: names and ids that are no text', async () => {
    const { subscribe, unsubscribe } = connect(await start());
    // Read from JSON, objects have no prototype and so no text.
    const bare = Object.create(null) as JsonValue;
    expect(codeOf(() => subscribe(bare))).toBe(-32_602);
    expect(codeOf(() => unsubscribe(bare))).toBe(-32_602);
  });

  test('behavior: a head is told once to each, and worked out once for all', async () => {
    const started = await start();
    const { engine, listeners } = started;
    const [first, second] = [connect(started), connect(started)];
    const ids = [first.subscribe('newHeads'), first.subscribe('newHeads')];
    const other = second.subscribe('newHeads');
    expect(listeners.size).toBe(1);
    const outcome = await engine.build(engine.genesis.hash, smallAttributes(1n));
    if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
    const { hash } = outcome.block;
    await engine.setForkchoice({ head: hash, safe: ZERO_HASH, finalized: ZERO_HASH });
    const head = (subscription: string) => ({
      jsonrpc: '2.0',
      method: 'eth_subscription',
      params: { subscription, result: expect.objectContaining({ hash, number: '0x1' }) },
    });
    expect(first.told.map((text) => JSON.parse(text))).toEqual(ids.map(head));
    expect(second.told.map((text) => JSON.parse(text))).toEqual([head(other)]);
    first.unsubscribe(ids[0] as string);
    first.close();
    expect(listeners.size).toBe(1);
    second.close();
    expect(listeners.size).toBe(0);
  });

  test('behavior: logs are searched once for each filter', async () => {
    const started = await start();
    const { listeners } = started;
    const { subscribe, close } = connect(started);
    const address = `0x${'ab'.repeat(20)}`;
    subscribe('logs', { address });
    subscribe('logs', { address: [address.toUpperCase().replace('X', 'x')], topics: [] });
    expect(listeners.size).toBe(1);
    subscribe('logs', { address, topics: [null] });
    subscribe('logs');
    expect(listeners.size).toBe(3);
    close();
    expect(listeners.size).toBe(0);
  });

  test('error: more than one connection, and all together, may have', async () => {
    const started = await start();
    const full = Array.from({ length: 32 }, () => {
      const connection = connect(started);
      for (let i = 0; i < 128; i++) connection.subscribe('newHeads');
      return connection;
    });
    expect(codeOf(() => full[0]?.subscribe('newHeads'))).toBe(-32_005);
    const late = connect(started);
    expect(codeOf(() => late.subscribe('newHeads'))).toBe(-32_005);
    full[0]?.close();
    const ids = Array.from({ length: 128 }, () => late.subscribe('newHeads'));
    const last = connect(started);
    expect(codeOf(() => last.subscribe('newHeads'))).toBe(-32_005);
    late.unsubscribe(ids[0] as string);
    expect(last.subscribe('syncing')).toMatch(/^0x/);
  });

  test('error: more addresses and topics than all filters together may have', async () => {
    const { subscribe, unsubscribe, close } = connect(await start());
    const word = (i: number) => `0x${i.toString(16).padStart(64, '0')}`;
    const topics = [0, 1, 2, 3].map((at) => Array.from({ length: 1000 }, (_, i) => word(at + i)));
    const ids = Array.from({ length: 25 }, () => subscribe('logs', { topics }));
    const one = { topics: [word(1)] };
    expect(codeOf(() => subscribe('logs', one))).toBe(-32_005);
    expect(subscribe('logs', {})).toMatch(/^0x/);
    unsubscribe(ids[0] as string);
    expect(subscribe('logs', one)).toMatch(/^0x/);
    close();
  });

  test('error: a connection that is gone', async () => {
    const started = await start();
    const { subscribe, close } = connect(started);
    close();
    expect(codeOf(() => subscribe('newHeads'))).toBe(-32_000);
    expect(started.listeners.size).toBe(0);
  });
});
