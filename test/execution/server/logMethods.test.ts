import PQueue from 'p-queue';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToHex, type Hash, ZERO_HASH } from '../../../src/base/bytes.ts';
import { type ExecutionEngine, openEngine } from '../../../src/execution/engine.ts';
import { queryLogs } from '../../../src/execution/server/logMethods.ts';
import type { BlockRecord } from '../../../src/execution/store/records.ts';
import type { ReceiptLog } from '../../../src/protocol/receipt.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import { encodeDepositTx } from '../../../src/protocol/deposit.ts';
import { smallAttributes, smallGenesis } from '../../support/smallChain.ts';

const LOGGER = `0x${'10'.repeat(20)}` as const;
const OTHER = `0x${'20'.repeat(20)}` as const;
/** LOG2 with the block number and 7 as topics. */
const CODE = Uint8Array.of(0x60, 7, 0x43, 0x5f, 0x5f, 0xa2, 0);
const LIMITS = { maxBlocks: 5n, maxLogs: 8, maxBytes: 1000, queue: new PQueue() };

let engine: ExecutionEngine;
let hashes: Hash[];

beforeAll(async () => {
  const small = smallGenesis();
  const logger = { nonce: 1n, balance: 0n, code: CODE, storage: new Map() };
  const alloc = new Map([...small.alloc, [LOGGER, logger], [OTHER, logger]]);
  engine = await openEngine({ ...small, alloc }, memoryKeyValueStore());
  hashes = [engine.genesis.hash];
  for (let number = 1n; number <= 8n; number++) {
    const attributes = smallAttributes(number);
    // Block 8 has more than a query may find.
    const count = number === 8n ? 9 : 1;
    const calls = Array.from({ length: count }, (_, i) => callTx(number, i, LOGGER));
    const transactions = [...attributes.transactions, ...calls, callTx(number, 100, OTHER)];
    const outcome = await engine.build(hashes.at(-1) as Hash, { ...attributes, transactions });
    if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
    hashes.push(outcome.block.hash);
  }
  const head = hashes.at(-1) as Hash;
  await engine.setForkchoice({ head, safe: hashes[4] as Hash, finalized: ZERO_HASH });
});
afterAll(() => engine.close());

function callTx(number: bigint, index: number, to: `0x${string}`): Uint8Array {
  return encodeDepositTx({
    sourceHash: bytesToHex(bigintToBytes((number << 8n) + BigInt(index) + (1n << 64n), 32)),
    from: LOGGER,
    to,
    mint: 0n,
    value: 0n,
    gas: 50_000n,
    isSystemTx: false,
    data: new Uint8Array(0),
  });
}

const word = (value: bigint): Hash => bytesToHex(bigintToBytes(value, 32));

async function found(filter: Record<string, unknown>): Promise<readonly string[]> {
  const logs = await queryLogs(engine, LIMITS, filter as never);
  return logs.map(
    ({ blockNumber, logIndex, address }) =>
      `${Number(blockNumber)}.${Number(logIndex)} ${address === LOGGER ? 'logger' : 'other'}`,
  );
}

async function refusal(filter: unknown): Promise<unknown> {
  return queryLogs(engine, LIMITS, filter as never).catch((error: unknown) => error);
}

describe('queryLogs', () => {
  test('default: by address, within a range', async () => {
    const filter = { address: LOGGER, fromBlock: '0x2', toBlock: '0x3' };
    expect(await found(filter)).toEqual(['2.0 logger', '3.0 logger']);
    const both = { ...filter, address: [OTHER, LOGGER], toBlock: '0x2' };
    expect(await found(both)).toEqual(['2.0 logger', '2.1 other']);
    expect(await found({ ...filter, address: `0x${'99'.repeat(20)}` })).toEqual([]);
  });

  test('behavior: topics by position, alternatives, anything', async () => {
    const at = { fromBlock: '0x1', toBlock: '0x3', address: LOGGER };
    expect(await found({ ...at, topics: [word(2n)] })).toEqual(['2.0 logger']);
    expect(await found({ ...at, topics: [[word(1n), word(3n)]] })).toEqual([
      '1.0 logger',
      '3.0 logger',
    ]);
    expect(await found({ ...at, topics: [null, word(7n)] })).toHaveLength(3);
    expect(await found({ ...at, topics: [null, word(2n)] })).toEqual([]);
    expect(await found({ ...at, topics: [[]] })).toHaveLength(3);
    expect(await found({ ...at, topics: [null, null, null] })).toEqual([]);
  });

  test('behavior: by block hash, by labels, beyond the head', async () => {
    expect(await found({ blockHash: hashes[2] })).toEqual(['2.0 logger', '2.1 other']);
    const safe = { fromBlock: 'safe', toBlock: 'safe', address: OTHER };
    expect(await found(safe)).toEqual(['4.1 other']);
    expect(await found({ fromBlock: '0x64', toBlock: '0x65' })).toEqual([]);
    expect(await found({ fromBlock: '0x7', toBlock: '0x64', address: OTHER })).toEqual([
      '7.1 other',
      '8.9 other',
    ]);
  });

  test.each<readonly [string, unknown, RegExp]>([
    ['a range too long', { fromBlock: '0x1', toBlock: '0x6' }, /max block range 5/],
    ['too many logs', { fromBlock: '0x7', toBlock: '0x8' }, /max results 8, .* 7-7/],
    ['a range backwards', { fromBlock: '0x3', toBlock: '0x2' }, /invalid block range/],
    ['an unknown block', { blockHash: `0x${'aa'.repeat(32)}` }, /unknown block/],
    ['hash and range', { blockHash: ZERO_HASH, fromBlock: '0x1' }, /cannot specify both/],
    ['five topics', { topics: [null, null, null, null, null] }, /exceed max topics/],
    ['a short address', { address: '0x12' }, /invalid argument 0/],
    ['no object', 'logs', /invalid argument 0/],
    ['a label without a block', { fromBlock: 'finalized' }, /finalized block not found/],
  ])('error: %s', async (_, filter, message) => {
    const error = await refusal(filter);
    expect(error).toMatchObject({ name: 'RpcError' });
    expect((error as Error).message).toMatch(message);
  });

  /** An engine with 1,000 blocks, all the same, that tells when it is asked for one. */
  function longChain(look: (number: bigint) => void): ExecutionEngine {
    const block = engine.block(hashes[1] as Hash) as BlockRecord;
    return {
      ...engine,
      block: () => ({ ...block, header: { ...block.header, number: 1000n } }),
      blockByNumber: (number) => {
        look(number);
        return block;
      },
    };
  }
  const LONG = { ...LIMITS, maxBlocks: 2000n, maxLogs: 2000, maxBytes: 1e6 };

  test('behavior: ends soon when its caller leaves', async () => {
    const left = new AbortController();
    let looked = 0;
    const chain = longChain(() => {
      looked += 1;
      if (looked === 100) left.abort();
    });
    const filter = { fromBlock: '0x0', toBlock: '0x3e8', address: OTHER };
    await expect(queryLogs(chain, LONG, filter, left)).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(looked).toBe(128);
    expect(await queryLogs(chain, LONG, filter)).toHaveLength(1001);
  });

  test('error: more data than an answer may have', async () => {
    const block = engine.block(hashes[1] as Hash) as BlockRecord;
    const [first] = block.receipts.flatMap(({ logs }) => logs);
    const logs = [{ ...(first as ReceiptLog), data: new Uint8Array(600) }];
    const long = { ...block, receipts: [{ logs }] } as unknown as BlockRecord;
    const blocks = { ...engine, blockByNumber: () => long };
    const address = logs[0]?.address as `0x${string}`;
    expect(
      await queryLogs(blocks, LIMITS, { address, fromBlock: '0x1', toBlock: '0x1' }),
    ).toHaveLength(1);
    const message = 'query exceeds max bytes of data 1000, retry with the range 1-1';
    const query = { address, fromBlock: '0x1', toBlock: '0x3' };
    await expect(queryLogs(blocks, LIMITS, query)).rejects.toThrow(message);
  });

  test.each([1, 3])('behavior: no more than %d at a time', async (concurrency) => {
    let [running, most] = [0, 0];
    const chain = longChain((number) => {
      if (number === 0n) most = Math.max(most, ++running);
      if (number === 100n) running -= 1;
    });
    const limits = { ...LONG, queue: new PQueue({ concurrency }) };
    const query = { address: OTHER, fromBlock: '0x0', toBlock: '0x64' };
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => queryLogs(chain, limits, query)));
    expect(all.map((logs) => logs.length)).toEqual([101, 101, 101, 101, 101]);
    expect(most).toBe(concurrency);
  });

  test('error: one block with more logs than a query may find, or a call takes', async () => {
    const last = engine.block(hashes[8] as Hash) as BlockRecord;
    const [receipt] = last.receipts.filter(({ logs }) => logs.length > 0);
    const logs = Array.from({ length: 200_000 }, () => receipt?.logs[0] as ReceiptLog);
    const full = { ...last, receipts: [{ ...receipt, logs }] } as BlockRecord;
    const blocks = { ...engine, blockByNumber: () => full };
    const filter = { fromBlock: '0x8', toBlock: '0x8' };
    await expect(queryLogs(blocks, LIMITS, filter)).rejects.toThrow(
      'query exceeds max results 8, retry with a narrower filter',
    );
  });
});
