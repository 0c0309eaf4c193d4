import { keccak256Hex } from '../../base/hash.ts';
import { encodeJsonExact, type JsonValue } from '../../base/json.ts';
import type { ExecutionEngine } from '../engine.ts';
import { type BlocksOf, sharedNewBlocks } from '../newBlocks.ts';
import type { TxPool } from '../pool/txPool.ts';
import { toHeaderJson } from './blockJson.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import {
  filterSize,
  type LogFilter,
  logsOf,
  MAX_FILTER_ITEMS,
  readLogFilter,
  toLogSearch,
} from './logFilter.ts';
import { readFlag, readId, required } from './params.ts';
import { toPendingJson } from './transactionJson.ts';

/** What connections can be told of. */
export type Subscriptions = {
  /** Methods of one connection, which sends notifications through `send` until `close`. */
  readonly open: (send: (text: string) => void) => ConnectionSubscriptions;
};

/** Subscriptions of one connection. */
export type ConnectionSubscriptions = {
  readonly methods: RpcMethods;
  /** Of those that are open. */
  readonly count: () => number;
  readonly close: () => void;
};

const MAX_SUBSCRIPTIONS = 128;

/** Of all connections together: each costs a message at every head. */
const MAX_SUBSCRIPTIONS_IN_ALL = 4096;

/** Blocks that one move of the head tells of, the newest. */
const MAX_BLOCKS_PER_MOVE = 256;

/**
 * Subscriptions to heads, logs and pooled transactions (`eth_subscribe`). The limits are of all
 * connections that have these together.
 */
export function createSubscriptions(engine: ExecutionEngine, pool: TxPool): Subscriptions {
  const feeds: Feeds = new Map();
  const events = { engine, pool, blocksOf: sharedNewBlocks(engine, MAX_BLOCKS_PER_MOVE) };
  let last = 0;
  let inAll = 0;
  let items = 0;
  return {
    open: (send) => {
      const open = new Map<string, { readonly end: () => void; readonly size: number }>();
      let isClosed = false;
      const leave = (id: string): void => {
        const { end, size = 0 } = open.get(id) ?? {};
        end?.();
        open.delete(id);
        inAll -= 1;
        items -= size;
      };
      return {
        methods: {
          eth_subscribe: (params) => {
            // A batch goes on when its connection is gone.
            if (isClosed) throw new RpcError('application', 'connection closed');
            if (open.size >= MAX_SUBSCRIPTIONS) {
              throw new RpcError('limitExceeded', `at most ${MAX_SUBSCRIPTIONS} subscriptions`);
            }
            if (inAll >= MAX_SUBSCRIPTIONS_IN_ALL) {
              const most = `at most ${MAX_SUBSCRIPTIONS_IN_ALL} subscriptions of all connections`;
              throw new RpcError('limitExceeded', most);
            }
            const source = sourceOf(events, params);
            if (items + source.size > MAX_FILTER_ITEMS) {
              const most = `at most ${MAX_FILTER_ITEMS} addresses and topics of all connections`;
              throw new RpcError('limitExceeded', most);
            }
            last += 1;
            inAll += 1;
            items += source.size;
            const id = `0x${last.toString(16).padStart(32, '0')}`;
            const end = join(feeds, source, (result) => send(notification(id, result)));
            open.set(id, { end, size: source.size });
            return id;
          },
          eth_unsubscribe: (params) => {
            const id = readId(params, 0);
            if (!open.has(id)) throw new RpcError('application', 'subscription not found');
            leave(id);
            return true;
          },
        },
        count: () => open.size,
        close: () => {
          isClosed = true;
          for (const id of open.keys()) leave(id);
        },
      };
    },
  };
}

/** The text of a notification, of the text of its result. */
function notification(id: string, result: string): string {
  const params = `{"subscription":"${id}","result":${result}}`;
  return `{"jsonrpc":"2.0","method":"eth_subscription","params":${params}}`;
}

/** What can be told of. Sources with the same key tell the same. */
type Source = {
  readonly key: string;
  /** Addresses and topics that it looks for. */
  readonly size: number;
  /** Begins to tell. @returns ends it. */
  readonly begin: (tell: (result: JsonValue) => void) => () => void;
};

/** A source that somebody listens to, and all who do. */
type Feed = {
  readonly listeners: Set<(result: string) => void>;
  readonly end: () => void;
};

type Feeds = Map<string, Feed>;

/** Lets `listener` hear a source, encoded once for all who hear it. @returns ends it. */
function join(
  feeds: Feeds,
  { key, begin }: Source,
  listener: (result: string) => void,
): () => void {
  const feed = feeds.get(key) ?? createFeed(begin);
  feeds.set(key, feed);
  feed.listeners.add(listener);
  return () => {
    feed.listeners.delete(listener);
    if (feed.listeners.size > 0) return;
    feed.end();
    feeds.delete(key);
  };
}

function createFeed(begin: Source['begin']): Feed {
  const listeners: Feed['listeners'] = new Set();
  const end = begin((result) => {
    const text = encodeJsonExact(result);
    for (const listener of listeners) listener(text);
  });
  return { listeners, end };
}

/** What happens, for sources to tell of. */
type Events = {
  readonly engine: ExecutionEngine;
  readonly pool: TxPool;
  readonly blocksOf: BlocksOf;
};

/** The source that a subscription names. @throws RpcError */
function sourceOf(events: Events, params: readonly JsonValue[]): Source {
  const { engine, pool, blocksOf } = events;
  const name = required(params, 0);
  if (typeof name !== 'string') {
    throw new RpcError('invalidParams', 'expected subscription name as first argument');
  }
  switch (name) {
    case 'newHeads':
      return {
        key: name,
        size: 0,
        begin: (tell) =>
          engine.onHead((change) => {
            for (const block of blocksOf(change).added) tell(toHeaderJson(block));
          }),
      };
    case 'logs':
      return logSource(events, readLogFilter(params[1], 1));
    case 'newPendingTransactions': {
      const isFull = readFlag(params, 1);
      return {
        size: 0,
        key: isFull ? 'pending, in full' : 'pending',
        begin: (tell) =>
          pool.onAdded(({ raw, tx }) => tell(isFull ? toPendingJson(raw, tx) : tx.hash)),
      };
    }
    // The engine follows its driver and never syncs by itself: there is nothing to tell.
    case 'syncing':
      return { key: name, size: 0, begin: () => () => undefined };
    default: {
      const message = `no "${name.slice(0, 64)}" subscription in eth namespace`;
      throw new RpcError('methodNotFound', message);
    }
  }
}

function logSource({ engine, blocksOf }: Events, filter: LogFilter): Source {
  const text = JSON.stringify([filter.addresses, filter.topics]);
  // A digest, because a filter may be long.
  const key = keccak256Hex(new TextEncoder().encode(text));
  return {
    key,
    size: filterSize(filter),
    begin: (tell) => {
      const search = toLogSearch(filter);
      return engine.onHead((change) => {
        const { removed, added } = blocksOf(change);
        for (const block of removed) logsOf(search, block, true).forEach(tell);
        for (const block of added) logsOf(search, block).forEach(tell);
      });
    },
  };
}
