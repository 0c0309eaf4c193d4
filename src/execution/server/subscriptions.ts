import { encodeJsonExact, type JsonValue } from '../../base/json.ts';
import type { ExecutionEngine } from '../engine.ts';
import { newBlocks } from '../newBlocks.ts';
import type { TxPool } from '../pool/txPool.ts';
import { toHeaderJson } from './blockJson.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { logsOf, readLogFilter } from './logFilter.ts';
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
  readonly close: () => void;
};

const MAX_SUBSCRIPTIONS = 128;

/** Blocks that one move of the head tells of, the newest. */
const MAX_BLOCKS_PER_MOVE = 256;

/** Subscriptions to heads, logs and pooled transactions (`eth_subscribe`). */
export function createSubscriptions(engine: ExecutionEngine, pool: TxPool): Subscriptions {
  let last = 0;
  return {
    open: (send) => {
      const open = new Map<string, () => void>();
      return {
        methods: {
          eth_subscribe: (params) => {
            if (open.size >= MAX_SUBSCRIPTIONS) {
              throw new RpcError('application', `at most ${MAX_SUBSCRIPTIONS} subscriptions`);
            }
            last += 1;
            const id = `0x${last.toString(16).padStart(32, '0')}`;
            const notify = (result: JsonValue): void => {
              const told = { subscription: id, result };
              send(encodeJsonExact({ jsonrpc: '2.0', method: 'eth_subscription', params: told }));
            };
            open.set(id, subscribe(engine, pool, params, notify));
            return id;
          },
          eth_unsubscribe: (params) => {
            const id = readId(params, 0);
            const end = open.get(id);
            if (end === undefined) throw new RpcError('application', 'subscription not found');
            end();
            return open.delete(id);
          },
        },
        close: () => {
          for (const end of open.values()) end();
          open.clear();
        },
      };
    },
  };
}

/** Begins one subscription. @returns ends it. */
function subscribe(
  engine: ExecutionEngine,
  pool: TxPool,
  params: readonly JsonValue[],
  notify: (result: JsonValue) => void,
): () => void {
  const name = required(params, 0);
  if (typeof name !== 'string') {
    throw new RpcError('invalidParams', 'expected subscription name as first argument');
  }
  switch (name) {
    case 'newHeads':
      return engine.onHead((change) => {
        const { added } = newBlocks(engine, change, MAX_BLOCKS_PER_MOVE);
        for (const block of added) notify(toHeaderJson(block));
      });
    case 'logs': {
      const filter = readLogFilter(params[1], 1);
      return engine.onHead((change) => {
        const { removed, added } = newBlocks(engine, change, MAX_BLOCKS_PER_MOVE);
        for (const block of removed) logsOf(filter, block, true).forEach(notify);
        for (const block of added) logsOf(filter, block).forEach(notify);
      });
    }
    case 'newPendingTransactions': {
      const isFull = readFlag(params, 1);
      return pool.onAdded(({ raw, tx }) => notify(isFull ? toPendingJson(raw, tx) : tx.hash));
    }
    // The engine follows its driver and never syncs by itself: there is nothing to tell.
    case 'syncing':
      return () => undefined;
    default:
      throw new RpcError(
        'methodNotFound',
        `no "${name.slice(0, 64)}" subscription in eth namespace`,
      );
  }
}
