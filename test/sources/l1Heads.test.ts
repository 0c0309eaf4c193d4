import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { SourceError } from '../../src/sources/errors.ts';
import {
  createL1Heads,
  type HeadsClock,
  type L1Heads,
  type L1HeadsOptions,
} from '../../src/sources/l1Heads.ts';
import type { L1Label } from '../../src/sources/l1Source.ts';
import { subscribeNewHeads } from '../../src/sources/l1Subscription.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { makeL1Chain, type ServedBlock } from '../support/l1Chain.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const CHAIN = makeL1Chain({ count: 20 });
const hashAt = (number: number) => (CHAIN[number] as ServedBlock).hash;

/** Time that moves only when told to. */
function manualClock() {
  let nowMs = 0;
  let sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];
  const clock: HeadsClock = {
    now: () => nowMs,
    sleep: (ms, { signal }) =>
      new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal?.reason);
        const wake = (): void => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        sleepers.push({ untilMs: nowMs + ms, wake });
        signal?.addEventListener('abort', onAbort);
      }),
  };
  /** Lets everything happen that can without time. */
  const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
  const advance = async (ms: number): Promise<void> => {
    nowMs += ms;
    const due = sleepers.filter(({ untilMs }) => untilMs <= nowMs);
    sleepers = sleepers.filter(({ untilMs }) => untilMs > nowMs);
    for (const { wake } of due) wake();
    await settle();
  };
  return { clock, settle, advance };
}

/** An L1 of which only the heads matter. A label without a number is not there. */
function scriptedHeads(numbers: { latest?: number; safe?: number; finalized?: number }) {
  const asked: string[] = [];
  let failure: SourceError | undefined;
  const source: L1HeadsOptions['source'] = {
    ref: async (id) => {
      const label = (id as { readonly label: L1Label }).label;
      asked.push(label);
      if (failure !== undefined) throw failure;
      const number = numbers[label];
      if (number === undefined) return undefined;
      const { hash, block } = CHAIN[number] as ServedBlock;
      const parentHash = block['parentHash'] as `0x${string}`;
      return { number: BigInt(number), hash, parentHash, timestamp: 0n };
    },
  };
  const fail = (error: SourceError | undefined): void => {
    failure = error;
  };
  return { source, numbers, asked, fail };
}

async function watch(
  numbers: { latest?: number; safe?: number; finalized?: number },
  options: Partial<L1HeadsOptions> = {},
) {
  const l1 = scriptedHeads(numbers);
  const time = manualClock();
  const waits = createWaits();
  const { source } = l1;
  const { clock } = time;
  const polls = { pollIntervalMs: 1_000, epochPollIntervalMs: 0 };
  const heads = createL1Heads({ source, waits, clock, ...polls, ...options });
  cleanups.push(heads.close);
  await time.settle();
  return { heads, waits, l1, ...time };
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
    const { heads, l1, advance } = await watch({ latest: 3 });
    expect(heads.head('latest')).toMatchObject({ number: 3n, hash: hashAt(3) });
    const told: bigint[] = [];
    heads.onChange((_, { number }) => told.push(number));
    l1.numbers.latest = 5;
    await advance(999);
    expect(told).toEqual([]);
    await advance(1);
    await advance(1_000);
    expect(told).toEqual([5n]);
  });

  test('behavior: safe and finalized together, at their own pace', async () => {
    const numbers = { latest: 9, safe: 8, finalized: 7 };
    const { heads, l1, advance } = await watch(numbers, { epochPollIntervalMs: 5_000 });
    expect(heads.head('safe')?.number).toBe(8n);
    expect(heads.head('finalized')?.number).toBe(7n);
    l1.asked.splice(0);
    l1.numbers.finalized = 9;
    await advance(4_999);
    expect(l1.asked).toEqual(['latest']);
    await advance(1);
    expect(l1.asked).toEqual(['latest', 'safe', 'finalized']);
    expect(heads.head('finalized')?.number).toBe(9n);
  });

  test('behavior: far behind the head it is asked for once a slot', async () => {
    const { heads, l1, advance } = await watch({ latest: 19 });
    heads.noteRead(2n);
    for (let second = 1; second < 12; second++) await advance(1_000);
    expect(l1.asked).toEqual(['latest']);
    await advance(1_000);
    expect(l1.asked).toEqual(['latest', 'latest']);
    heads.noteRead(3n);
    await advance(1_000);
    expect(l1.asked).toEqual(['latest', 'latest', 'latest']);
  });

  test('behavior: before the finalized block is read nobody asks for a later one', async () => {
    const numbers = { latest: 9, safe: 8, finalized: 7 };
    const { heads, l1, advance } = await watch(numbers, { epochPollIntervalMs: 2_000 });
    heads.noteRead(6n);
    await advance(2_000);
    expect(l1.asked.filter((label) => label === 'finalized')).toHaveLength(1);
    heads.noteRead(7n);
    await advance(2_000);
    expect(l1.asked.filter((label) => label === 'finalized')).toHaveLength(2);
  });

  test('behavior: a failed poll is listed and tried again', async () => {
    const { heads, l1, waits, advance } = await watch({ latest: 3 });
    l1.fail(new SourceError('timeout', 'late'));
    await advance(1_000);
    expect(waits.list()).toMatchObject([{ name: "the L1's latest block", lastError: 'late' }]);
    l1.fail(undefined);
    l1.numbers.latest = 4;
    await advance(100);
    expect(heads.head('latest')?.number).toBe(4n);
    expect(waits.list()).toEqual([]);
  });

  test('behavior: no latest block, or none any more, is a failure', async () => {
    const young = await watch({ latest: 1 }, { epochPollIntervalMs: 1_000 });
    expect(young.waits.list()).toEqual([]);
    delete young.l1.numbers.latest;
    await young.advance(1_000);
    expect(young.waits.list()).toMatchObject([{ name: "the L1's latest block" }]);
    const old = await watch({ latest: 3, safe: 2, finalized: 1 }, { epochPollIntervalMs: 1_000 });
    delete old.l1.numbers.finalized;
    await old.advance(1_000);
    expect(old.waits.list()).toMatchObject([{ name: "the L1's safe and finalized block" }]);
  });

  test('behavior: nothing more after close', async () => {
    const { heads, l1, advance } = await watch({ latest: 1 });
    heads.close();
    l1.numbers.latest = 5;
    await advance(1_000);
    expect(l1.asked).toEqual(['latest']);
    expect(heads.head('latest')?.number).toBe(1n);
  });
});

describe('subscribeNewHeads', () => {
  type Sockets = {
    readonly url: URL;
    readonly announce: (result: unknown) => void;
    /** Resolves when connections have been opened so many times. */
    readonly opened: (times: number) => Promise<void>;
  };

  async function startSockets(): Promise<Sockets> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((done) => server.once('listening', done));
    let times = 0;
    let told: (() => void) | undefined;
    let waiting: unknown[] = [];
    server.on('connection', (socket) => {
      times += 1;
      told?.();
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
      opened: (wanted) =>
        new Promise((resolve) => {
          told = () => void (times >= wanted && resolve());
          told();
        }),
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
    const subscribe = subscribeNewHeads({ url: sockets.url });
    const { heads } = await watch({ latest: 1 }, { subscribe });
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
    await sockets.opened(2);
    sockets.announce(header(5));
    await arrived;
    expect(seen).toEqual([5n]);
    expect(broken).toMatchObject([{ code: 'unverified' }]);
  });
});
