import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { bytesToHex, type Hash } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import type { AbortOptions } from '../../transport/abort.ts';
import type { ExecutionEngine } from '../engine.ts';
import { newBlocks } from '../newBlocks.ts';
import type { TxPool } from '../pool/txPool.ts';
import { createJournal, type Journal } from './journal.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import {
  dataBytesOf,
  filterSize,
  type LogSearch,
  logsOf,
  MAX_FILTER_ITEMS,
  readLogFilter,
  toLogSearch,
} from './logFilter.ts';
import { type LogLimits, queryLogs } from './logMethods.ts';
import { readId, required } from './params.ts';

// Filters of callers that poll. What happens is noted once for all of them, and each remembers how
// far it has been told. One that nobody asks is forgotten, so that callers who go away leave
// nothing behind.

const MAX_FILTERS = 512;
const MAX_FILTER_AGE_MS = 300_000;
/** Blocks, and pooled transactions, that a filter may be behind. */
const MAX_BEHIND = 10_000;
const MAX_BLOCKS_PER_MOVE = 256;
/** Blocks between two pauses in which others get their turn. */
const BLOCKS_PER_TURN = 64;

/** A block that became canonical, or is no longer. */
type BlockMove = { readonly hash: Hash; readonly isRemoved: boolean };

type Filter = FilterKind & {
  /** Place in its journal up to which its caller has been told. */
  toldTo: number;
  askedAtMs: number;
};

type FilterKind =
  | { readonly type: 'blocks' }
  | { readonly type: 'pooled' }
  | {
      readonly type: 'logs';
      readonly search: LogSearch;
      readonly size: number;
      /** The filter object. */
      readonly query: JsonValue;
    };

/** Filters for polling. `nowMs` is a clock in milliseconds. */
export function filterMethods(
  engine: ExecutionEngine,
  pool: TxPool,
  limits: LogLimits,
  nowMs: () => number = Date.now,
): RpcMethods {
  const filters = new Map<string, Filter>();
  const { moves, pooled, listenWhile } = createJournals(engine, pool);
  const remove = (id: string): boolean => {
    const wasThere = filters.delete(id);
    listenWhile(filters.size > 0);
    return wasThere;
  };
  const add = (kind: FilterKind): string => {
    for (const [id, { askedAtMs }] of filters) {
      if (nowMs() - askedAtMs >= MAX_FILTER_AGE_MS) remove(id);
    }
    if (filters.size >= MAX_FILTERS) throw new RpcError('application', 'too many filters');
    const items = [kind, ...filters.values()].reduce((sum, one) => sum + sizeOf(one), 0);
    if (items > MAX_FILTER_ITEMS) {
      const message = `too many filters: at most ${MAX_FILTER_ITEMS} addresses and topics in all`;
      throw new RpcError('application', message);
    }
    const toldTo = (kind.type === 'pooled' ? pooled : moves).end();
    // At random: whoever knows another's could take what it waits for.
    const id = bytesToHex(randomBytes(16));
    filters.set(id, { ...kind, toldTo, askedAtMs: nowMs() });
    listenWhile(true);
    return id;
  };
  const find = (params: readonly JsonValue[]): Filter => {
    const filter = filters.get(readId(params, 0));
    if (filter === undefined) throw new RpcError('application', 'filter not found');
    filter.askedAtMs = nowMs();
    return filter;
  };
  return {
    eth_newBlockFilter: () => add({ type: 'blocks' }),
    eth_newPendingTransactionFilter: () => add({ type: 'pooled' }),
    eth_newFilter: (params) => {
      const query = required(params, 0);
      const filter = readLogFilter(query, 0);
      return add({ type: 'logs', search: toLogSearch(filter), size: filterSize(filter), query });
    },
    eth_getFilterChanges: (params, options) => {
      const filter = find(params);
      switch (filter.type) {
        case 'pooled':
          return takeUntold(filter, pooled);
        case 'blocks':
          return takeUntold(filter, moves).flatMap(({ hash, isRemoved }) =>
            isRemoved ? [] : [hash],
          );
        case 'logs':
          return limits.queue.add(() => takeLogs(engine, limits, filter, moves, options));
      }
    },
    eth_getFilterLogs: (params, options) => {
      const filter = find(params);
      if (filter.type !== 'logs') throw new RpcError('application', 'filter not found');
      return queryLogs(engine, limits, filter.query, options);
    },
    eth_uninstallFilter: (params) => remove(readId(params, 0)),
  };
}

function sizeOf(filter: FilterKind): number {
  return filter.type === 'logs' ? filter.size : 0;
}

/** What filters tell of, noted while `listenWhile` says that somebody has one. */
function createJournals(engine: ExecutionEngine, pool: TxPool) {
  const moves = createJournal<BlockMove>(MAX_BEHIND);
  const pooled = createJournal<Hash>(MAX_BEHIND);
  let ends: readonly (() => void)[] = [];
  const listen = (): readonly (() => void)[] => [
    pool.onAdded(({ tx }) => pooled.add(tx.hash)),
    engine.onHead((change) => {
      const { removed, added } = newBlocks(engine, change, MAX_BLOCKS_PER_MOVE);
      for (const { hash } of removed) moves.add({ hash, isRemoved: true });
      for (const { hash } of added) moves.add({ hash, isRemoved: false });
    }),
  ];
  const listenWhile = (isWanted: boolean): void => {
    if (isWanted === ends.length > 0) return;
    for (const end of ends) end();
    ends = isWanted ? listen() : [];
  };
  return { moves, pooled, listenWhile };
}

/** What happened since the caller of `filter` was told last. It counts as told now. */
function takeUntold<T>(filter: Filter, journal: Journal<T>): readonly T[] {
  const { toldTo } = filter;
  filter.toldTo = journal.end();
  return journal.since(toldTo);
}

/** Wanted logs of untold blocks; what are too many for one answer are left for the next. */
async function takeLogs(
  engine: ExecutionEngine,
  { maxLogs, maxBytes }: LogLimits,
  filter: Filter & { readonly type: 'logs' },
  moves: Journal<BlockMove>,
  { signal }: AbortOptions,
): Promise<readonly JsonValue[]> {
  // Only now that it is its turn: an earlier poll of the same filter may have left something.
  signal?.throwIfAborted();
  const behind = takeUntold(filter, moves);
  const end = filter.toldTo;
  const found: JsonValue[] = [];
  let bytes = 0;
  for (const [i, { hash, isRemoved }] of behind.entries()) {
    if (found.length >= maxLogs || bytes >= maxBytes) {
      filter.toldTo = end - (behind.length - i);
      break;
    }
    const block = engine.block(hash);
    const logs = block === undefined ? [] : logsOf(filter.search, block, isRemoved);
    for (const log of logs) {
      found.push(log);
      bytes += dataBytesOf(log);
    }
    if (i % BLOCKS_PER_TURN !== BLOCKS_PER_TURN - 1) continue;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return found;
}
