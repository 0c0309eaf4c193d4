import type { JsonValue } from '../../base/json.ts';
import type { ExecutionEngine } from '../engine.ts';
import { newBlocks } from '../newBlocks.ts';
import type { TxPool } from '../pool/txPool.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { logsOf, readLogFilter } from './logFilter.ts';
import { type LogLimits, queryLogs } from './logMethods.ts';
import { readId, required } from './params.ts';

// Filters of callers that poll. Each collects what happens until it is asked; one that nobody asks
// is forgotten, so that callers who go away leave nothing behind.

const MAX_FILTERS = 512;
const MAX_FILTER_AGE_MS = 300_000;
const MAX_COLLECTED = 10_000;
const MAX_BLOCKS_PER_MOVE = 256;

type Filter = {
  /** The filter object, of one for logs. */
  readonly query: JsonValue | undefined;
  readonly end: () => void;
  collected: JsonValue[];
  askedAtMs: number;
};

/** Filters for polling. `nowMs` is a clock in milliseconds. */
export function filterMethods(
  engine: ExecutionEngine,
  pool: TxPool,
  limits: LogLimits,
  nowMs: () => number = Date.now,
): RpcMethods {
  const filters = new Map<string, Filter>();
  let last = 0;
  const add = (
    begin: (collect: (item: JsonValue) => void) => () => void,
    query?: JsonValue,
  ): string => {
    forgetOld(filters, nowMs());
    if (filters.size >= MAX_FILTERS) throw new RpcError('application', 'too many filters');
    const collect = (item: JsonValue): void => {
      filter.collected.push(item);
      if (filter.collected.length > MAX_COLLECTED) filter.collected.shift();
    };
    const filter: Filter = { query, end: begin(collect), collected: [], askedAtMs: nowMs() };
    last += 1;
    const id = `0x${last.toString(16)}`;
    filters.set(id, filter);
    return id;
  };
  const find = (params: readonly JsonValue[]): Filter => {
    const filter = filters.get(readId(params, 0));
    if (filter === undefined) throw new RpcError('application', 'filter not found');
    filter.askedAtMs = nowMs();
    return filter;
  };
  return {
    eth_newBlockFilter: () =>
      add((collect) =>
        engine.onHead((change) => {
          for (const { hash } of newBlocks(engine, change, MAX_BLOCKS_PER_MOVE).added)
            collect(hash);
        }),
      ),
    eth_newPendingTransactionFilter: () =>
      add((collect) => pool.onAdded(({ tx }) => collect(tx.hash))),
    eth_newFilter: (params) => {
      const filter = readLogFilter(required(params, 0), 0);
      return add(
        (collect) =>
          engine.onHead((change) => {
            const { removed, added } = newBlocks(engine, change, MAX_BLOCKS_PER_MOVE);
            for (const block of removed) logsOf(filter, block, true).forEach(collect);
            for (const block of added) logsOf(filter, block).forEach(collect);
          }),
        params[0],
      );
    },
    eth_getFilterChanges: (params) => {
      const filter = find(params);
      const { collected } = filter;
      filter.collected = [];
      return collected;
    },
    eth_getFilterLogs: (params, options) => {
      const { query } = find(params);
      if (query === undefined) throw new RpcError('application', 'filter not found');
      return queryLogs(engine, limits, query, options);
    },
    eth_uninstallFilter: (params) => {
      const id = readId(params, 0);
      filters.get(id)?.end();
      return filters.delete(id);
    },
  };
}

function forgetOld(filters: Map<string, Filter>, nowMs: number): void {
  for (const [id, filter] of filters) {
    if (nowMs - filter.askedAtMs < MAX_FILTER_AGE_MS) continue;
    filter.end();
    filters.delete(id);
  }
}
