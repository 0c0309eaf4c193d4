import PQueue from 'p-queue';
import { afterEach, describe, expect, test } from 'vitest';
import { type Address, bigintToBytes, bytesToHex, type Hash } from '../../../src/base/bytes.ts';
import type { JsonValue } from '../../../src/base/json.ts';
import type { ExecutionEngine } from '../../../src/execution/engine.ts';
import type { HeadChange } from '../../../src/execution/engineCore.ts';
import type { TxPool } from '../../../src/execution/pool/txPool.ts';
import { filterMethods } from '../../../src/execution/server/filterMethods.ts';
import type { BlockRecord } from '../../../src/execution/store/records.ts';
import { logsBloom } from '../../../src/protocol/bloom.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

let served: ServedEngine | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

describe('filterMethods', () => {
  test.each(['eth_getFilterChanges', 'eth_getFilterLogs', 'eth_uninstallFilter'])(
    'error: %s of what is no id',
    async (method) => {
      served = await serveEngine(smallGenesis());
      for (const [id, kind] of [
        [{}, 'object'],
        [[], 'array'],
        [1, 'number'],
      ] as const) {
        const { error } = await served.call(method, id);
        const reason = `json: cannot unmarshal ${kind} into Go value of type rpc.ID`;
        expect(error).toEqual({ code: -32_602, message: `invalid argument 0: ${reason}` });
      }
    },
  );

  test('behavior: an id that nobody has', async () => {
    served = await serveEngine(smallGenesis());
    expect((await served.call('eth_getFilterChanges', '0x1')).error?.code).toBe(-32_000);
    expect((await served.call('eth_uninstallFilter', '0x1')).result).toBe(false);
  });
});

const word = (value: number): Hash => bytesToHex(bigintToBytes(BigInt(value), 32));
const LOGGER: Address = `0x${'ab'.repeat(20)}`;

/** Block `number` of a branch with so many logs. */
function blockOf(number: number, branch = 0, count = 1): BlockRecord {
  const logs = Array.from({ length: count }, (_, i) => ({
    address: LOGGER,
    topics: [word(i)],
    data: new Uint8Array(0),
  }));
  const parentHash = word((number - 1) * 16 + (number === 3 ? 0 : branch));
  const { header } = smallGenesis();
  const bloom = logsBloom(logs);
  return {
    hash: word(number * 16 + branch),
    header: { ...header, number: BigInt(number), parentHash, logsBloom: bloom },
    transactions: [Uint8Array.of(0x7e, number)],
    receipts: [{ logs }],
  } as unknown as BlockRecord;
}

/** Filters of an engine that knows blocks 1 to 6, and two of another branch from 3 on. */
function scene(maxLogs = 100, perBlock = 1, queue = new PQueue()) {
  const blocks = [1, 2, 3, 4, 5, 6].map((number) => blockOf(number, 0, perBlock));
  const others = [blockOf(3, 1), blockOf(4, 1)];
  const known = new Map([...blocks, ...others].map((block) => [block.hash, block]));
  const heads = new Set<(change: HeadChange) => void>();
  const pooled = new Set<(tx: { readonly tx: { readonly hash: Hash } }) => void>();
  const listen =
    <T>(listeners: Set<T>) =>
    (listener: T) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    };
  const engine = { block: (hash: Hash) => known.get(hash), onHead: listen(heads) };
  const pool = { onAdded: listen(pooled) };
  let nowMs = 0;
  const methods = filterMethods(
    engine as unknown as ExecutionEngine,
    pool as unknown as TxPool,
    { maxBlocks: 100n, maxLogs, maxBytes: 1e6, queue },
    () => nowMs,
  );
  let head = blocks[0] as BlockRecord;
  return {
    listeners: () => heads.size + pooled.size,
    pass: (ms: number) => void (nowMs += ms),
    call: async (name: string, ...params: JsonValue[]) => methods[name]?.(params, {}),
    callWith: async (signal: AbortSignal, name: string, ...params: JsonValue[]) =>
      methods[name]?.(params, { signal }),
    move: (number: number, branch = 0) => {
      const next = known.get(word(number * 16 + branch)) as BlockRecord;
      for (const listener of heads) listener({ oldHead: head, head: next });
      head = next;
    },
    send: (hash: Hash) => pooled.forEach((listener) => listener({ tx: { hash } })),
  };
}

describe('eth_getFilterChanges', () => {
  test('default: blocks, transactions and logs since it was asked last', async () => {
    const { call, move, send } = scene();
    const ids = [
      await call('eth_newBlockFilter'),
      await call('eth_newPendingTransactionFilter'),
      await call('eth_newFilter', { address: LOGGER }),
      await call('eth_newFilter', { address: `0x${'cd'.repeat(20)}` }),
    ] as string[];
    const changes = () => Promise.all(ids.map((id) => call('eth_getFilterChanges', id)));
    move(2);
    send(word(1000));
    const log = { blockHash: word(32), removed: false };
    expect(await changes()).toMatchObject([[word(32)], [word(1000)], [log], []]);
    move(4);
    const later = [48, 64].map((hash) => ({ blockHash: word(hash) }));
    expect(await changes()).toMatchObject([[word(48), word(64)], [], later, []]);
    expect(await changes()).toEqual([[], [], [], []]);
  });

  test('behavior: blocks that are canonical no longer', async () => {
    const { call, move } = scene();
    move(4);
    const [blocks, logs] = [await call('eth_newBlockFilter'), await call('eth_newFilter', {})];
    move(4, 1);
    const fresh = [word(49), word(65)];
    expect(await call('eth_getFilterChanges', blocks as string)).toEqual(fresh);
    const found = [
      ...[48, 64].map((hash) => ({ blockHash: word(hash), removed: true })),
      ...fresh.map((blockHash) => ({ blockHash, removed: false })),
    ];
    expect(await call('eth_getFilterChanges', logs as string)).toMatchObject(found);
  });

  test('behavior: logs that are too many for one answer come with the next', async () => {
    const { call, move } = scene(5, 3);
    const id = (await call('eth_newFilter', {})) as string;
    move(6);
    const numbers = async () =>
      ((await call('eth_getFilterChanges', id)) as { blockNumber: string }[]).map((log) =>
        Number(log.blockNumber),
      );
    expect(await numbers()).toEqual([2, 2, 2, 3, 3, 3]);
    expect(await numbers()).toEqual([4, 4, 4, 5, 5, 5]);
    expect(await numbers()).toEqual([6, 6, 6]);
    expect(await numbers()).toEqual([]);
  });

  test('behavior: polls that wait for their turn take nothing from each other', async () => {
    const queue = new PQueue({ concurrency: 1, autoStart: false });
    const { call, callWith, move } = scene(5, 3, queue);
    const id = (await call('eth_newFilter', {})) as string;
    const left = new AbortController();
    const numbers = async (answer: Promise<JsonValue | undefined>) =>
      ((await answer) as { blockNumber: string }[]).map((log) => Number(log.blockNumber));
    move(4);
    const gone = callWith(left.signal, 'eth_getFilterChanges', id);
    const first = call('eth_getFilterChanges', id);
    move(6);
    const second = call('eth_getFilterChanges', id);
    left.abort(new Error('left'));
    queue.start();
    await expect(gone).rejects.toThrow('left');
    expect(await numbers(first)).toEqual([2, 2, 2, 3, 3, 3]);
    expect(await numbers(second)).toEqual([4, 4, 4, 5, 5, 5]);
    expect(await numbers(call('eth_getFilterChanges', id))).toEqual([6, 6, 6]);
  });

  test('behavior: a filter that nobody asks is forgotten, and nobody listens for it', async () => {
    const { call, pass, listeners } = scene();
    const first = (await call('eth_newBlockFilter')) as string;
    expect(listeners()).toBe(2);
    pass(299_999);
    const second = (await call('eth_newBlockFilter')) as string;
    pass(1);
    const third = (await call('eth_newBlockFilter')) as string;
    await expect(call('eth_getFilterChanges', first)).rejects.toThrow('filter not found');
    expect(await call('eth_getFilterChanges', second)).toEqual([]);
    expect(await call('eth_uninstallFilter', second)).toBe(true);
    expect(await call('eth_uninstallFilter', second)).toBe(false);
    expect(listeners()).toBe(2);
    expect(await call('eth_uninstallFilter', third)).toBe(true);
    expect(listeners()).toBe(0);
  });
});

describe('eth_newFilter', () => {
  test('behavior: nobody can guess the id of another', async () => {
    const { call } = scene();
    const ids = [await call('eth_newFilter', {}), await call('eth_newFilter', {})] as string[];
    for (const id of ids) expect(id).toMatch(/^0x[0-9a-f]{32}$/);
    expect(ids[0]?.slice(0, 18)).not.toBe(ids[1]?.slice(0, 18));
  });

  test('error: more filters, or more in them, than are kept', async () => {
    const { call } = scene();
    const address = Array.from({ length: 1000 }, (_, i) => word(i).slice(0, 42));
    const ids: string[] = [];
    for (let i = 0; i < 100; i++) ids.push((await call('eth_newFilter', { address })) as string);
    await expect(call('eth_newFilter', { address: LOGGER })).rejects.toThrow(
      'too many filters: at most 100000 addresses and topics in all',
    );
    for (let i = 100; i < 512; i++) await call('eth_newFilter', {});
    await expect(call('eth_newFilter', {})).rejects.toThrow('too many filters');
    await call('eth_uninstallFilter', ids[0] as string);
    expect(await call('eth_newFilter', { address })).toMatch(/^0x/);
  });
});
