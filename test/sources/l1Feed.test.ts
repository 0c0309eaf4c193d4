import { afterEach, describe, expect, test } from 'vitest';
import type { Hash } from '../../src/base/bytes.ts';
import { CONFIG_UPDATE_TOPIC } from '../../src/protocol/systemConfigLogs.ts';
import { createEndpoint } from '../../src/sources/endpoint.ts';
import { followL1, type L1FeedItem, type L1FeedOptions } from '../../src/sources/l1Feed.ts';
import { createL1Heads } from '../../src/sources/l1Heads.ts';
import { createL1Memory } from '../../src/sources/l1Memory.ts';
import { createL1Source } from '../../src/sources/l1Source.ts';
import { createPool } from '../../src/sources/pool.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { makeL1Chain, type ServedBlock } from '../support/l1Chain.ts';
import { type L1Server, type L1ServerOptions, startL1Server } from '../support/l1Server.ts';
import { L1_TEST_CONFIG as CONFIG } from '../support/l1TestConfig.ts';
import { type WatchedWaits, watchWaits } from '../support/watchedWaits.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const CONFIG_LOG = {
  address: CONFIG.l1SystemConfigAddress,
  topics: [CONFIG_UPDATE_TOPIC],
  data: new Uint8Array(0),
};
const CHAIN = makeL1Chain({ count: 60, logsAt: (n) => (n % 3n === 0n ? [CONFIG_LOG] : []) });
const GENESIS = CHAIN[0] as ServedBlock;

type Feed = {
  readonly feed: AsyncGenerator<L1FeedItem, void, void>;
  readonly servers: readonly L1Server[];
  readonly waits: WatchedWaits;
  readonly stop: AbortController;
};

async function follow(
  servers: readonly Partial<L1ServerOptions>[],
  options: Partial<L1FeedOptions> = {},
  onRead: (number: bigint) => void = () => {},
): Promise<Feed> {
  const started = await Promise.all(
    servers.map((server) => startL1Server({ chain: CHAIN, ...server })),
  );
  const waits = watchWaits();
  const pool = createPool(
    started.map(({ url }) => createEndpoint({ url, timeoutMs: 300 })),
    createWaits(),
  );
  const source = createL1Source(CONFIG, pool);
  const polled = createL1Heads({ source, waits, pollIntervalMs: 5, epochPollIntervalMs: 0 });
  const noteRead = (number: bigint): void => {
    polled.noteRead(number);
    onRead(number);
  };
  const heads = { ...polled, noteRead };
  const stop = new AbortController();
  const feed = followL1(
    {
      source,
      heads,
      waits,
      memory: createL1Memory(),
      blobs: { blobs: () => Promise.reject(new Error('no blobs here')) },
      after: GENESIS,
      batcherAddr: CONFIG.genesis.systemConfig.batcherAddr,
      nextBatcher: (before) => before,
      blobsSince: 0n,
      confirmations: 0n,
      readAhead: 16,
      ...options,
    },
    { signal: stop.signal },
  );
  cleanups.push(
    () => stop.abort(),
    heads.close,
    source.close,
    ...started.map(({ close }) => close),
  );
  return { feed, servers: started, waits, stop };
}

/** Hashes of blocks up to a number; stops early at a reorg. */
async function readTo({ feed }: Feed, last: bigint): Promise<readonly L1FeedItem[]> {
  const items: L1FeedItem[] = [];
  for (;;) {
    const { value, done } = await feed.next();
    if (done === true || value === undefined) return items;
    items.push(value);
    if (value.type === 'block' && value.block.ref.number === last) return items;
  }
}

const hashesOf = (items: readonly L1FeedItem[]): readonly Hash[] =>
  items.map((item) => (item.type === 'block' ? item.block.ref.hash : item.found.hash));
const EXPECTED = CHAIN.slice(1).map(({ hash }) => hash);

describe('followL1', () => {
  test('default: every block once, in order, with few calls', async () => {
    const running = await follow([{}]);
    expect(hashesOf(await readTo(running, 59n))).toEqual(EXPECTED);
    const calls = (running.servers[0] as L1Server).calls.filter(
      ({ params }) => params[0] !== 'latest',
    );
    // 59 blocks, of which 19 have a log that counts.
    expect(calls.length).toBe(59 + 19);
  });

  test('behavior: what was read before is fetched again only where L1 has left it', async () => {
    const memory = createL1Memory();
    await readTo(await follow([{}], { memory }), 59n);
    const fork = makeL1Chain({ parent: CHAIN[50] as ServedBlock, count: 9, salt: 9 });
    const other = await follow([{ chain: [...CHAIN.slice(0, 51), ...fork] }], { memory });
    const hashes = [...EXPECTED.slice(0, 50), ...fork.map(({ hash }) => hash)];
    expect(hashesOf(await readTo(other, 59n))).toEqual(hashes);
    const same = await follow([{}], { memory: createL1Memory() });
    await readTo(same, 59n);
    const calls = (running: Feed): number =>
      (running.servers[0] as L1Server).calls.filter(({ params }) => params[0] !== 'latest').length;
    // Nine new blocks, and seven questions of where the branches part.
    expect(calls(other)).toBeLessThanOrEqual(9 + 7);
    expect(calls(same)).toBe(59 + 19);
  });

  test('behavior: waits at the head, and says so', async () => {
    const running = await follow([{ head: 10n }]);
    await readTo(running, 10n);
    const next = running.feed.next();
    await running.waits.until(({ name }) => name === 'L1 block 11');
    (running.servers[0] as L1Server).head = 11n;
    expect((await next).value).toMatchObject({ block: { ref: { number: 11n } } });
    expect(running.waits.list()).toEqual([]);
  });

  test('behavior: keeps its distance from the head', async () => {
    const running = await follow([{ head: 10n }], { confirmations: 4n });
    await readTo(running, 6n);
    const next = running.feed.next();
    await running.waits.until(({ name }) => name === 'L1 block 7');
    (running.servers[0] as L1Server).head = 11n;
    expect((await next).value).toMatchObject({ block: { ref: { number: 7n } } });
  });

  test('behavior: heads are told how far a head would be read', async () => {
    const told: bigint[] = [];
    const running = await follow([{ head: 40n }], { confirmations: 30n }, (number) => {
      told.push(number);
    });
    await readTo(running, 3n);
    expect(told).toEqual([30n, 31n, 32n, 33n]);
  });

  test.each([
    ['below', 8],
    ['at', 10],
  ])('behavior: tells a reorg %s the last block while it waits', async (_, common) => {
    const running = await follow([{ head: 10n }]);
    await readTo(running, 10n);
    const parent = CHAIN[common - 1] as ServedBlock;
    const fork = makeL1Chain({ parent, count: 20, salt: 9 });
    const server = running.servers[0] as L1Server;
    server.chain = [...CHAIN.slice(0, common), ...fork];
    const items = await readTo(running, 999n);
    expect(items).toMatchObject([{ type: 'reorg', last: { number: 10n, hash: EXPECTED[9] } }]);
    expect((await running.feed.next()).done).toBe(true);
  });

  test('behavior: tells a reorg at the next block', async () => {
    const running = await follow([{ head: 10n }], { readAhead: 1 });
    await readTo(running, 5n);
    const fork = makeL1Chain({ parent: CHAIN[3] as ServedBlock, count: 20, salt: 9 });
    (running.servers[0] as L1Server).chain = [...CHAIN.slice(0, 4), ...fork];
    const items = await readTo(running, 999n);
    expect(items.at(-1)).toMatchObject({
      type: 'reorg',
      found: { hash: (fork[1] as ServedBlock).hash },
    });
  });

  test('behavior: a block ahead that belongs to another fork is fetched again', async () => {
    const fork = makeL1Chain({ parent: CHAIN[19] as ServedBlock, count: 20, salt: 9 });
    let strays = 1;
    const running = await follow([
      {
        spoil: ({ method, params }, result) => {
          const isStray =
            method === 'eth_getBlockByNumber' && params[0] === '0x18' && params[1] === true;
          return isStray && strays-- > 0 ? (fork[4] as ServedBlock).block : result;
        },
      },
    ]);
    expect(hashesOf(await readTo(running, 59n))).toEqual(EXPECTED);
  });

  test.each<[string, L1ServerOptions['spoil']]>([
    ['null', () => null],
    ['a wrong hash', (_, result) => ({ ...(result as object), hash: EXPECTED[0] })],
    ['a wrong field', (_, result) => ({ ...(result as object), stateRoot: EXPECTED[0] })],
    ['nonsense', () => 'nonsense'],
  ])('behavior: %s in every fifth answer changes nothing', async (_, spoil) => {
    let calls = 0;
    const running = await follow([
      { spoil: (call, result) => (++calls % 5 === 0 ? spoil?.(call, result) : result) },
    ]);
    expect(hashesOf(await readTo(running, 59n))).toEqual(EXPECTED);
  });

  test.each<[string, NonNullable<L1ServerOptions['fault']>]>([
    ['HTTP 500', () => ({ type: 'status', status: 500 })],
    ['HTTP 429', () => ({ type: 'status', status: 429 })],
    ['half an answer', () => ({ type: 'truncate' })],
    ['no answer', () => ({ type: 'hang' })],
  ])('behavior: %s to every fourth request changes nothing', async (_, fault) => {
    let requests = 0;
    const running = await follow([
      { fault: (calls, request) => (++requests % 4 === 0 ? fault(calls, request) : undefined) },
    ]);
    expect(hashesOf(await readTo(running, 20n))).toEqual(EXPECTED.slice(0, 20));
  });

  test('behavior: a second endpoint stands in for one that lies', async () => {
    const liar = makeL1Chain({ count: 60, salt: 7 });
    const spoil: L1ServerOptions['spoil'] = (_, result) =>
      result !== null && typeof result === 'object'
        ? { ...result, hash: (liar[1] as ServedBlock).hash }
        : result;
    const running = await follow([{ spoil }, {}]);
    expect(hashesOf(await readTo(running, 59n))).toEqual(EXPECTED);
  });

  test('behavior: what cannot be had is listed with its last error', async () => {
    const running = await follow([
      { spoil: ({ params }, result) => (params[0] === '0x3' ? 'nonsense' : result) },
    ]);
    await readTo(running, 2n);
    const next = running.feed.next().catch((error: unknown) => error);
    await running.waits.until(({ tries }) => tries > 1);
    const wait = running.waits.list().find(({ name }) => name === 'L1 block 3');
    expect(wait).toMatchObject({
      lastError: expect.stringContaining('expected'),
      nextAction: 'try again',
    });
    running.stop.abort(new Error('enough'));
    expect(await next).toMatchObject({ message: 'enough' });
    expect(running.waits.list()).toEqual([]);
  });

  test('behavior: does not pass a height on which two endpoints disagree', async () => {
    const long = makeL1Chain({ count: 200 });
    const fork = makeL1Chain({ parent: long[99] as ServedBlock, count: 100, salt: 3 });
    const other = [...long.slice(0, 100), ...fork];
    const running = await follow([{ chain: long }, { chain: other }], {
      after: long[0] as ServedBlock,
    });
    await readTo(running, 127n);
    const next = running.feed.next();
    await running.waits.until(({ name }) => name.includes('agreement'));
    expect(running.waits.list()[0]?.lastError).toContain('disagree on L1 block 128');
    (running.servers[1] as L1Server).chain = long;
    expect((await next).value).toMatchObject({ block: { ref: { number: 128n } } });
  });

  test('error: gives up at the deadline', async () => {
    const running = await follow(
      [{ spoil: ({ params }, result) => (params[0] === '0x3' ? null : result) }],
      { deadlineMs: 100 },
    );
    await expect(readTo(running, 9n)).rejects.toMatchObject({ code: 'deadline' });
  });

  test('error: an abort ends it at the head', async () => {
    const running = await follow([{ head: 4n }]);
    await readTo(running, 4n);
    const next = running.feed.next();
    running.stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    expect((await running.feed.next()).done).toBe(true);
  });
});
