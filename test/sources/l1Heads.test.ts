import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createEndpoint } from '../../src/sources/endpoint.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { createL1Heads, type L1Heads, type L1HeadsOptions } from '../../src/sources/l1Heads.ts';
import { createL1Source } from '../../src/sources/l1Source.ts';
import { subscribeNewHeads } from '../../src/sources/l1Subscription.ts';
import { createPool } from '../../src/sources/pool.ts';
import { createWaits, type Waits } from '../../src/transport/waits.ts';
import { makeL1Chain, type ServedBlock } from '../support/l1Chain.ts';
import { type L1Server, type L1ServerOptions, startL1Server } from '../support/l1Server.ts';
import { L1_TEST_CONFIG as CONFIG } from '../support/l1TestConfig.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const CHAIN = makeL1Chain({ count: 10 });
const hashAt = (number: number) => (CHAIN[number] as ServedBlock).hash;

async function watch(
  server: Partial<L1ServerOptions> = {},
  options: Partial<L1HeadsOptions> = {},
): Promise<{ readonly heads: L1Heads; readonly server: L1Server; readonly waits: Waits }> {
  const started = await startL1Server({ chain: CHAIN, ...server });
  const source = createL1Source(CONFIG, createPool([createEndpoint({ url: started.url })]));
  const waits = createWaits();
  const heads = createL1Heads({
    source,
    waits,
    pollIntervalMs: 2,
    epochPollIntervalMs: 0,
    ...options,
  });
  cleanups.push(heads.close, source.close, started.close);
  return { heads, server: started, waits };
}

function nextHead(heads: L1Heads, label = 'latest'): Promise<bigint> {
  return new Promise((resolve) => {
    const stop = heads.onChange((changed, head) => {
      if (changed !== label) return;
      stop();
      resolve(head.number);
    });
  });
}

describe('createL1Heads', () => {
  test('default: polls, and tells each change once', async () => {
    const { heads, server } = await watch({ head: 3n });
    expect(heads.head('latest')).toBeUndefined();
    expect(await nextHead(heads)).toBe(3n);
    expect(heads.head('latest')).toMatchObject({ number: 3n, hash: hashAt(3) });
    const next = nextHead(heads);
    server.head = 5n;
    expect(await next).toBe(5n);
  });

  test('behavior: safe and finalized at their own pace', async () => {
    const { heads } = await watch({}, { epochPollIntervalMs: 2 });
    expect(await nextHead(heads, 'finalized')).toBe(9n);
    expect(heads.head('safe')?.number ?? 9n).toBe(9n);
  });

  test('behavior: a failed poll is listed and tried again', async () => {
    let isBroken = true;
    const { heads, waits } = await watch({
      fault: () => (isBroken ? { type: 'status', status: 500 } : undefined),
    });
    while (waits.list().length === 0) await new Promise((done) => setTimeout(done, 1));
    expect(waits.list()[0]).toMatchObject({ name: "the L1's latest block" });
    isBroken = false;
    expect(await nextHead(heads)).toBe(9n);
    expect(waits.list()).toEqual([]);
  });

  test('behavior: nothing more after close', async () => {
    const { heads, server } = await watch({ head: 1n });
    await nextHead(heads);
    heads.close();
    server.head = 5n;
    const calls = server.calls.length;
    await new Promise((done) => setTimeout(done, 20));
    expect(server.calls.length).toBeLessThanOrEqual(calls + 1);
    expect(heads.head('latest')?.number).toBe(1n);
  });
});

describe('subscribeNewHeads', () => {
  type Sockets = {
    readonly url: URL;
    readonly announce: (result: unknown) => void;
    readonly opened: () => number;
  };

  async function startSockets(): Promise<Sockets> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((done) => server.once('listening', done));
    let opened = 0;
    let waiting: unknown[] = [];
    server.on('connection', (socket) => {
      opened += 1;
      socket.on('message', () => {
        socket.send('{"jsonrpc":"2.0","id":1,"result":"0xsub"}');
        for (const result of waiting) socket.send(notification(result));
        waiting = [];
      });
    });
    cleanups.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    const { port } = server.address() as { port: number };
    return {
      url: new URL(`ws://127.0.0.1:${port}`),
      opened: () => opened,
      announce: (result) => {
        if (server.clients.size === 0) waiting.push(result);
        for (const client of server.clients) client.send(notification(result));
      },
    };
  }

  const notification = (result: unknown): string =>
    JSON.stringify({
      jsonrpc: '2.0',
      method: 'eth_subscription',
      params: { subscription: '0xsub', result },
    });
  const header = (number: number): object => ({
    ...(CHAIN[number] as ServedBlock).block,
    transactions: undefined,
  });

  test('default: announced heads arrive without a poll', async () => {
    const sockets = await startSockets();
    const { heads } = await watch(
      { head: 1n },
      { pollIntervalMs: 60_000, subscribe: subscribeNewHeads({ url: sockets.url }) },
    );
    await nextHead(heads);
    const next = nextHead(heads);
    sockets.announce(header(4));
    expect(await next).toBe(4n);
  });

  test('behavior: a header that is not its hash: the connection is opened again', async () => {
    const sockets = await startSockets();
    const broken: SourceError[] = [];
    const stop = new AbortController();
    cleanups.push(() => stop.abort());
    const seen: bigint[] = [];
    const arrived = new Promise<void>((resolve) => {
      subscribeNewHeads({
        url: sockets.url,
        firstPauseMs: 1,
        onBroken: (error) => broken.push(error),
      })(
        ({ number }) => {
          seen.push(number);
          resolve();
        },
        { signal: stop.signal },
      );
    });
    sockets.announce({ ...header(4), stateRoot: hashAt(1) });
    while (sockets.opened() < 2) await new Promise((done) => setTimeout(done, 1));
    sockets.announce(header(5));
    await arrived;
    expect(seen).toEqual([5n]);
    expect(broken).toMatchObject([{ code: 'unverified' }]);
  });
});
