import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToHex, type Hash } from '../../src/base/bytes.ts';
import { logEngine } from '../../src/cli/engineLog.ts';
import type { ExecutionEngine } from '../../src/execution/engine.ts';
import type { HeadChange } from '../../src/execution/engineCore.ts';
import type { BlockRecord } from '../../src/execution/store/records.ts';
import { type LogFields, SILENT_LOG } from '../../src/transport/log.ts';

const hashOf = (number: number, branch = 0): Hash =>
  bytesToHex(bigintToBytes(BigInt(number * 16 + branch), 32));

/** Blocks have 2 transactions and 10 Mgas, and take 100 ms; one each 2 s from 1970 on. */
function scene(startMs: number) {
  const known = new Map<Hash, BlockRecord>();
  const blockOf = (number: number, branch = 0): BlockRecord => {
    const hash = hashOf(number, branch);
    const block = known.get(hash) ?? {
      hash,
      header: {
        number: BigInt(number),
        parentHash: hashOf(number - 1, number === 3 ? 0 : branch),
        timestamp: BigInt(number * 2),
        gasUsed: 10_000_000n,
      },
      transactions: [new Uint8Array(1), new Uint8Array(1)],
    };
    known.set(hash, block as BlockRecord);
    return block as BlockRecord;
  };
  let nowMs = startMs;
  let timers: { readonly atMs: number; readonly callback: () => void }[] = [];
  const lines: (readonly [string, LogFields])[] = [];
  const listeners = new Set<(change: HeadChange) => void>();
  const write = (message: string, fields: LogFields = {}) => void lines.push([message, fields]);
  const engine = {
    block: (hash: Hash) => known.get(hash),
    onHead: (listener: (change: HeadChange) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    build: async () => ({ type: 'invalid', reason: 'no such fork' }),
    insert: async (block: BlockRecord) => {
      nowMs += 100;
      return 'hash' in block ? { type: 'valid', block } : { type: 'invalid', reason: 'no gas' };
    },
  };
  const clock = {
    nowMs: () => nowMs,
    later: (ms: number, callback: () => void) => {
      const timer = { atMs: nowMs + ms, callback };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
  };
  const logged = logEngine(
    engine as unknown as ExecutionEngine,
    { ...SILENT_LOG, info: write, warn: write },
    clock,
  );
  let oldHead = blockOf(1);
  return {
    logged,
    lines: () => lines.splice(0),
    listeners: () => listeners.size,
    pass: (ms: number) => {
      nowMs += ms;
      const due = timers.filter(({ atMs }) => atMs <= nowMs);
      timers = timers.filter(({ atMs }) => atMs > nowMs);
      for (const { callback } of due) callback();
    },
    move: async (number: number, branch = 0) => {
      for (let i = 1; i <= number; i++) blockOf(i, i < 3 ? 0 : branch);
      const head = blockOf(number, branch);
      await logged.engine.insert(head as never);
      for (const listener of listeners) listener({ oldHead, head });
      oldHead = head;
    },
  };
}

describe('logEngine', () => {
  test('default: a line for each head of a chain that grows', async () => {
    const { move, lines, pass } = scene(4000);
    await move(2);
    const line = { number: 2n, hash: hashOf(2), blocks: 1, txs: 2, mgas: '10.000' };
    const expected = { ...line, elapsed: '100ms', mgasps: '100.000' };
    expect(lines()).toEqual([['imported blocks', expected]]);
    pass(2000);
    await move(3);
    expect(lines()).toMatchObject([['imported blocks', { number: 3n, blocks: 1 }]]);
  });

  test('behavior: one line each 8 s while it is behind, and none is forgotten', async () => {
    const { move, lines, pass } = scene(1e9);
    let [count, blocks] = [0, 0];
    for (let number = 2; number < 402; number++) {
      await move(number);
      for (const [, fields] of lines()) {
        count += 1;
        blocks += Number(fields['blocks']);
        expect(fields['age']).toMatch(/^277h/);
      }
    }
    // 400 blocks of 100 ms: the first is told at once.
    expect(count).toBe(5);
    pass(8000);
    const [[, last]] = lines() as [readonly [string, LogFields]];
    expect(last).toMatchObject({ number: 401n, elapsed: `${(400 - blocks) / 10}s` });
    expect(blocks + Number(last['blocks'])).toBe(400);
  });

  test('behavior: a head that leaves its branch is told at once', async () => {
    const { move, lines } = scene(4000);
    await move(4);
    lines();
    await move(5, 1);
    expect(lines()).toEqual([
      [
        'head left its branch',
        { dropped: 2, added: 3, from: `4:${hashOf(4)}`, to: `5:${hashOf(5, 1)}` },
      ],
    ]);
    await move(2);
    expect(lines()).toMatchObject([['head left its branch', { dropped: 3, added: 0 }]]);
  });

  test('behavior: a refused block is told with the reason', async () => {
    const { logged, lines } = scene(4000);
    const executionPayload = { blockNumber: 9n, blockHash: hashOf(9) };
    await logged.engine.insert({ executionPayload } as never);
    const fields = { number: 9n, hash: hashOf(9), reason: 'no gas' };
    expect(lines()).toEqual([['block refused', fields]]);
  });

  test('behavior: refused attributes are told with the reason', async () => {
    const { logged, lines } = scene(4000);
    const outcome = await logged.engine.build(hashOf(8), { timestamp: 18n } as never);
    expect(outcome).toEqual({ type: 'invalid', reason: 'no such fork' });
    const fields = { parentHash: hashOf(8), timestamp: 18n, reason: 'no such fork' };
    expect(lines()).toEqual([['attributes refused', fields]]);
  });

  test('behavior: pruned states are told once in a minute', () => {
    const { logged, lines, pass } = scene(4000);
    for (let i = 1; i <= 3; i++) logged.onPruned({ states: 1, nodes: 10, below: BigInt(i) });
    expect(lines()).toEqual([['pruned states', { states: 1, nodes: 10, below: 1n }]]);
    pass(59_999);
    expect(lines()).toEqual([]);
    pass(1);
    expect(lines()).toEqual([['pruned states', { states: 2, nodes: 20, below: 3n }]]);
  });

  test('behavior: what was not told yet is told at the end', async () => {
    const { move, lines, logged, listeners } = scene(1e9);
    await move(2);
    await move(3);
    expect(lines()).toHaveLength(1);
    logged.stop();
    expect(lines()).toMatchObject([['imported blocks', { number: 3n, blocks: 1 }]]);
    expect(listeners()).toBe(0);
    logged.stop();
    expect(lines()).toEqual([]);
  });

  test('behavior: nothing waits after the end', () => {
    const { logged, lines } = scene(4000);
    logged.onPruned({ states: 1, nodes: 10, below: 1n });
    logged.stop();
    lines();
    logged.onPruned({ states: 2, nodes: 20, below: 2n });
    expect(lines()).toEqual([['pruned states', { states: 2, nodes: 20, below: 2n }]]);
  });
});
