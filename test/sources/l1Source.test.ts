import { afterEach, describe, expect, test } from 'vitest';
import type { Hash } from '../../src/base/bytes.ts';
import { DEPOSIT_TOPIC } from '../../src/protocol/depositLog.ts';
import type { ReceiptLog } from '../../src/protocol/receipt.ts';
import { createEndpoint } from '../../src/sources/endpoint.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { createL1Source, type L1Source } from '../../src/sources/l1Source.ts';
import { createPool } from '../../src/sources/pool.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { makeL1Chain, type ServedBlock } from '../support/l1Chain.ts';
import { type L1Server, type L1ServerOptions, startL1Server } from '../support/l1Server.ts';
import { L1_TEST_CONFIG as CONFIG } from '../support/l1TestConfig.ts';
import { CallError } from '../support/rpcServer.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const DEPOSIT: ReceiptLog = {
  address: CONFIG.depositContractAddress,
  topics: [DEPOSIT_TOPIC],
  data: new Uint8Array(32),
};
const CHAIN = makeL1Chain({
  count: 8,
  logsAt: (number) => (number === 5n ? [DEPOSIT] : []),
});

async function connect(
  ...servers: readonly Partial<L1ServerOptions>[]
): Promise<readonly [L1Source, readonly L1Server[]]> {
  const started = await Promise.all(
    servers.map((server) => startL1Server({ chain: CHAIN, ...server })),
  );
  const endpoints = started.map(({ url }) => createEndpoint({ url, timeoutMs: 200 }));
  const source = createL1Source(CONFIG, createPool(endpoints, createWaits()));
  cleanups.push(source.close, ...started.map(({ close }) => close));
  return [source, started];
}

const hashAt = (number: number): Hash => (CHAIN[number] as ServedBlock).hash;
const methodsOf = (server: L1Server | undefined) => server?.calls.map(({ method }) => method);

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SourceError);
  return (error as SourceError).code;
}

describe('block', () => {
  test('default: one call where no log counts', async () => {
    const [source, [server]] = await connect({});
    const block = await source.block({ number: 3n });
    expect(block?.ref).toMatchObject({ number: 3n, hash: hashAt(3), parentHash: hashAt(2) });
    expect(methodsOf(server)).toEqual(['eth_getBlockByNumber']);
  });

  test('behavior: receipts where the bloom allows a deposit', async () => {
    const [source, [server]] = await connect({});
    const block = await source.block({ hash: hashAt(5) });
    expect(block?.logs).toEqual([{ ...DEPOSIT, logIndex: 0, txIndex: 0 }]);
    expect(methodsOf(server)).toEqual(['eth_getBlockByHash', 'eth_getBlockReceipts']);
  });

  test('behavior: single receipts where the server has no eth_getBlockReceipts', async () => {
    const [source, [server]] = await connect({
      spoil: ({ method }, result) => {
        if (method === 'eth_getBlockReceipts') throw new CallError(-32601, 'no such method');
        return result;
      },
    });
    expect((await source.block({ number: 5n }))?.logs.length).toBe(1);
    expect((await source.block({ number: 5n }))?.logs.length).toBe(1);
    // It is not asked again for what it does not have.
    expect(methodsOf(server)?.filter((name) => name === 'eth_getBlockReceipts').length).toBe(1);
  });

  test('behavior: undefined above the head', async () => {
    const [source] = await connect({});
    expect(await source.block({ number: 8n })).toBeUndefined();
  });

  test('behavior: the next endpoint has what the first lacks', async () => {
    const [source, servers] = await connect({ head: 2n }, {});
    expect((await source.block({ number: 3n }))?.ref.hash).toBe(hashAt(3));
    await source.block({ number: 4n });
    // The first one lags, so it is left alone for a moment.
    expect(servers[0]?.calls.length).toBe(1);
  });

  const ALTERED: readonly (readonly [string, (block: ServedBlock['block']) => unknown])[] = [
    ['stateRoot', (block) => ({ ...block, stateRoot: hashAt(1) })],
    ['hash', (block) => ({ ...block, hash: hashAt(1) })],
    ['number', (block) => ({ ...block, number: '0x1' })],
    ['transactions', (block) => ({ ...block, transactions: [] })],
    ['another block', () => (CHAIN[6] as ServedBlock).block],
  ];
  test.each(ALTERED)('error: an answer with a wrong %s is never taken', async (_, alter) => {
    const spoil: L1ServerOptions['spoil'] = ({ method }, result) =>
      method === 'eth_getBlockByNumber' && result !== null
        ? alter(result as ServedBlock['block'])
        : result;
    const [alone] = await connect({ spoil });
    expect(await codeOf(alone.block({ number: 5n }))).toBe('unverified');
    const [source] = await connect({ spoil }, {});
    expect((await source.block({ number: 5n }))?.ref.hash).toBe(hashAt(5));
  });

  const SPOILT_RECEIPTS: readonly (readonly [
    string,
    string,
    (receipts: readonly object[]) => unknown,
  ])[] = [
    ['missing', 'unverified', () => []],
    ['altered', 'unverified', (receipts) => [{ ...receipts[0], cumulativeGasUsed: '0x1' }]],
    ['null', 'notFound', () => null],
    ['no receipts', 'badAnswer', () => [{}]],
  ];
  test.each(SPOILT_RECEIPTS)('error: receipts that are %s', async (_, code, alter) => {
    const spoil: L1ServerOptions['spoil'] = ({ method }, result) =>
      method === 'eth_getBlockReceipts' ? alter(result as readonly object[]) : result;
    const [alone] = await connect({ spoil });
    expect(await codeOf(alone.block({ number: 5n }))).toBe(code);
    const [source] = await connect({ spoil }, {});
    expect((await source.block({ number: 5n }))?.logs.length).toBe(1);
  });

  test.each([{}, [], 1, 'x', { transactions: null }])('error: %j is no block', async (answer) => {
    const [source] = await connect({ spoil: () => answer });
    expect(await codeOf(source.block({ number: 5n }))).toBe('badAnswer');
  });
});

describe('ref', () => {
  test('default: by number, hash and label', async () => {
    const [source] = await connect({});
    const ref = await source.ref({ number: 2n });
    expect(ref).toMatchObject({ number: 2n, hash: hashAt(2), parentHash: hashAt(1) });
    expect(await source.ref({ hash: hashAt(2) })).toEqual(ref);
    expect((await source.ref({ label: 'latest' }))?.number).toBe(7n);
  });

  test('error: what is wrong is told with its place, who gave it, and what was asked', async () => {
    const [source, [server]] = await connect({
      spoil: (_, result) => {
        const block = result as { readonly transactions: readonly object[] };
        return { ...block, transactions: block.transactions.map((tx) => ({ ...tx, to: 'x' })) };
      },
    });
    const name = server?.url.origin;
    await expect(source.block({ number: 5n })).rejects.toThrow(
      `eth_getBlockByNumber 0x5: ${name}: transaction 0: field \`to\``,
    );
  });

  test('error: another block than the one asked for by hash', async () => {
    const [source] = await connect({ spoil: () => (CHAIN[1] as ServedBlock).block });
    expect(await codeOf(source.ref({ hash: hashAt(2) }))).toBe('unverified');
  });
});

describe('pair', () => {
  test('default', async () => {
    const [source, [server]] = await connect({});
    const pair = await source.pair(4n);
    expect(pair?.map(({ hash }) => hash)).toEqual([hashAt(4), hashAt(5)]);
    expect(server?.requests).toEqual([2]);
  });

  test('behavior: undefined when the second is not there yet', async () => {
    const [source] = await connect({});
    expect(await source.pair(7n)).toBeUndefined();
  });

  test('error: two blocks that do not link', async () => {
    const fork = makeL1Chain({ count: 8, salt: 1 });
    const [source] = await connect({
      spoil: ({ params }, result) =>
        params[0] === '0x5' ? (fork[5] as ServedBlock).block : result,
    });
    expect(await codeOf(source.pair(4n))).toBe('unverified');
  });
});
