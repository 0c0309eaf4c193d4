import { setImmediate } from 'node:timers/promises';
import type PQueue from 'p-queue';
import { isObject, type JsonValue } from '../../base/json.ts';
import type { AbortOptions } from '../../transport/abort.ts';
import type { ExecutionEngine } from '../engine.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { dataBytesOf, type LogSearch, logsOf, readLogFilter, toLogSearch } from './logFilter.ts';
import { type BlockTag, invalidParam, required, toBlockTag, toFixedHex } from './params.ts';
import { headBlock, requireBlock, selectBlock } from './selectBlock.ts';
import type { JsonObject } from './transactionJson.ts';

/** What one query of logs may cost. */
export type LogLimits = {
  readonly maxBlocks: bigint;
  readonly maxLogs: number;
  /** Data of all logs that are found. */
  readonly maxBytes: number;
  /** What runs at the same time: each query holds all that it has found. */
  readonly queue: PQueue;
};

/** Blocks between two pauses in which others get their turn. */
const BLOCKS_PER_TURN = 64n;

/** Searches for logs. */
export function logMethods(engine: ExecutionEngine, limits: LogLimits): RpcMethods {
  return {
    eth_getLogs: (params, options) => queryLogs(engine, limits, required(params, 0), options),
  };
}

/** Logs of the blocks that a filter object names. @throws RpcError, or the signal's reason. */
export async function queryLogs(
  engine: ExecutionEngine,
  limits: LogLimits,
  json: JsonValue,
  options: AbortOptions = {},
): Promise<readonly JsonObject[]> {
  const wanted = toLogSearch(readLogFilter(json, 0));
  const { blockHash, fromBlock, toBlock } = isObject(json) ? json : {};
  if (blockHash !== undefined && blockHash !== null) {
    if ((fromBlock ?? null) !== null || (toBlock ?? null) !== null) {
      const reason = 'cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other';
      throw invalidParam(0, reason);
    }
    const block = engine.block(toFixedHex(blockHash, 32, 0));
    if (block === undefined) throw new RpcError('application', 'unknown block');
    return logsOf(wanted, block);
  }
  const head = headBlock(engine).header.number;
  const from = numberOf(engine, fromBlock ?? 'latest');
  const to = numberOf(engine, toBlock ?? 'latest');
  if (from > to) throw new RpcError('invalidParams', 'invalid block range params');
  if (from > head) return [];
  const last = to < head ? to : head;
  return limits.queue.add(() => search(engine, limits, wanted, [from, last], options));
}

async function search(
  engine: ExecutionEngine,
  { maxBlocks, maxLogs, maxBytes }: LogLimits,
  wanted: LogSearch,
  [from, to]: readonly [bigint, bigint],
  { signal }: AbortOptions,
): Promise<readonly JsonObject[]> {
  if (to - from >= maxBlocks) {
    const message = `query exceeds max block range ${maxBlocks}`;
    throw new RpcError('invalidParams', message);
  }
  const found: JsonObject[] = [];
  let bytes = 0;
  for (let number = from; number <= to; number++) {
    // Also while it waited for its turn.
    if ((number - from) % BLOCKS_PER_TURN === 0n) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    const block = engine.blockByNumber(number);
    if (block === undefined) break;
    // One by one: a block may have more than a call takes arguments.
    for (const log of logsOf(wanted, block)) {
      found.push(log);
      bytes += dataBytesOf(log);
    }
    if (found.length <= maxLogs && bytes <= maxBytes) continue;
    const smaller = number > from ? `the range ${from}-${number - 1n}` : 'a narrower filter';
    const most = found.length > maxLogs ? `results ${maxLogs}` : `bytes of data ${maxBytes}`;
    throw new RpcError('invalidParams', `query exceeds max ${most}, retry with ${smaller}`);
  }
  return found;
}

function numberOf(engine: ExecutionEngine, value: JsonValue): bigint {
  if (value === 'pending') throw new RpcError('invalidParams', 'pending logs are not supported');
  const tag: BlockTag = toBlockTag(value, 0);
  if ('number' in tag) return tag.number;
  return (selectBlock(engine, tag) ?? requireBlock(engine, tag)).header.number;
}
