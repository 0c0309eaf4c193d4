import type { Hash } from '../base/bytes.ts';
import { bytesToHex } from '../base/bytes.ts';
import { keccak256 } from '../base/hash.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { Receipt } from '../protocol/receipt.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { ProvenBlock } from '../protocol/rpcBlock.ts';
import { readQuantity, toQuantity } from '../protocol/rpcJson.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { Endpoint } from './endpoint.ts';
import { decoded, SourceError } from './errors.ts';
import type { Pool } from './pool.ts';
import {
  l1BlockOf,
  l1BlockRefFromRpc,
  mayHoldRollupLogs,
  provenL1Block,
  provenReceipts,
} from './verify.ts';

/** L1 block labels. */
export type L1Label = 'latest' | 'safe' | 'finalized';

/** An L1 block by number, hash or label. */
export type L1Selector =
  | { readonly number: bigint }
  | { readonly hash: Hash }
  | { readonly label: L1Label };

/**
 * The L1, behind one or several endpoints. Everything returned is proven by its own hash, and
 * by the hash it was asked by. One call here is one attempt at each endpoint that is well; who
 * calls decides whether and when to try again.
 *
 * All methods throw SourceError, or the signal's reason.
 */
export type L1Source = {
  readonly chainId: (options?: AbortOptions) => Promise<bigint>;
  /** Reference of a block; undefined when no endpoint has it. */
  readonly ref: (id: L1Selector, options?: AbortOptions) => Promise<L1BlockRef | undefined>;
  /**
   * Two blocks in a row, `number` and the next, as one endpoint has them at one time; undefined
   * when no endpoint has both. What tells a reorg from endpoints that stand at different places.
   */
  readonly pair: (
    number: bigint,
    options?: AbortOptions,
  ) => Promise<readonly [L1BlockRef, L1BlockRef] | undefined>;
  /**
   * The fact of a block, with its logs where the bloom allows any, blobs not filled in
   * (`data` undefined). Undefined when no endpoint has the block.
   */
  readonly block: (id: L1Selector, options?: AbortOptions) => Promise<L1Block | undefined>;
  /**
   * The same without logs: enough for the block that derivation begins with, whose deposits and
   * config updates the L2 has already. Receipts of a chain's first L1 block may be long gone.
   */
  readonly blockWithoutLogs: (
    id: L1Selector,
    options?: AbortOptions,
  ) => Promise<L1Block | undefined>;
  /** What each endpoint that is well says of one height; nothing where it is the only one. */
  readonly witnesses: (number: bigint, options?: AbortOptions) => Promise<readonly L1Witness[]>;
  readonly close: () => void;
};

/** The block that one endpoint has at a height. */
export type L1Witness = {
  /** Scheme, host and port of the endpoint. */
  readonly name: string;
  readonly ref: L1BlockRef;
};

/** The L1 that a pool of endpoints serves. */
export function createL1Source(config: RollupConfig, pool: Pool): L1Source {
  const withoutBlockReceipts = new WeakSet<Endpoint>();
  const provenBlock = (id: L1Selector, options: AbortOptions): Promise<ProvenBlock | undefined> =>
    pool.ask(async (endpoint) => {
      const json = await endpoint.call(...blockCall(id, true), options);
      return json === null ? undefined : checkedBlock(endpoint, id, json);
    }, options);
  return {
    chainId: async (options = {}) => {
      const found = await pool.ask(async (endpoint) => {
        const answer = await endpoint.call('eth_chainId', [], options);
        return decoded(endpoint, () => readQuantity({ answer }, 'answer'));
      }, options);
      return required(found, 'chain id');
    },
    ref: (id, options = {}) =>
      pool.ask(async (endpoint) => {
        const json = await endpoint.call(...blockCall(id, false), options);
        return json === null ? undefined : checkedRef(endpoint, id, json);
      }, options),
    pair: (number, options = {}) =>
      pool.ask((endpoint) => askPair(endpoint, number, options), options),
    block: async (id, options = {}) => {
      const proven = await provenBlock(id, options);
      if (proven === undefined) return undefined;
      if (!mayHoldRollupLogs(config, proven.header)) return l1BlockOf(config, proven, []);
      const receipts = await pool.ask(
        (endpoint) => askReceipts(endpoint, proven, withoutBlockReceipts, options),
        options,
      );
      return l1BlockOf(config, proven, required(receipts, `receipts of L1 block ${proven.hash}`));
    },
    blockWithoutLogs: async (id, options = {}) => {
      const proven = await provenBlock(id, options);
      return proven === undefined ? undefined : l1BlockOf(config, proven, []);
    },
    witnesses: async (number, options = {}) => {
      const well = pool.endpoints.filter(
        (endpoint) => endpoint.restMs() === 0 && !endpoint.isUnsure(),
      );
      // One alone has nobody to contradict it.
      if (well.length < 2) return [];
      const asked = well.map((endpoint) => askWitness(endpoint, number, options));
      return (await Promise.all(asked)).filter((witness) => witness !== undefined);
    },
    close: () => pool.close(),
  };
}

type BlockCall = readonly [method: string, params: readonly [string, boolean]];

function blockCall(id: L1Selector, full: boolean): BlockCall {
  if ('hash' in id) return ['eth_getBlockByHash', [id.hash, full]];
  return ['eth_getBlockByNumber', ['number' in id ? toQuantity(id.number) : id.label, full]];
}

function checkedRef(endpoint: Endpoint, id: L1Selector, json: unknown): L1BlockRef {
  return asAsked(endpoint, blockCall(id, false), () => {
    const ref = l1BlockRefFromRpc(json, 'hash' in id ? id.hash : undefined);
    assertNumber(id, ref.number);
    return ref;
  });
}

function checkedBlock(endpoint: Endpoint, id: L1Selector, json: unknown): ProvenBlock {
  return asAsked(endpoint, blockCall(id, true), () => {
    const block = provenL1Block(json, 'hash' in id ? id.hash : undefined);
    assertNumber(id, block.header.number);
    return block;
  });
}

/** `read()`; what is wrong with an answer is told with who gave it and what had been asked. */
function asAsked<T>(
  { name }: Endpoint,
  [method, [param]]: readonly [method: string, params: readonly unknown[]],
  read: () => T,
): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const message = `${method} ${String(param)}: ${name}: ${error.message}`;
    throw new SourceError(error.code, message, { cause: error });
  }
}

function assertNumber(id: L1Selector, found: bigint): void {
  if (!('number' in id) || id.number === found) return;
  throw new SourceError('unverified', `expected L1 block ${id.number}, found ${found}`);
}

async function askPair(
  endpoint: Endpoint,
  number: bigint,
  options: AbortOptions,
): Promise<readonly [L1BlockRef, L1BlockRef] | undefined> {
  const ids = [{ number }, { number: number + 1n }] as const;
  const [first, second] = await Promise.all([
    endpoint.call(...blockCall(ids[0], false), options),
    endpoint.call(...blockCall(ids[1], false), options),
  ]);
  if (first === null || second === null) return undefined;
  const pair = [checkedRef(endpoint, ids[0], first), checkedRef(endpoint, ids[1], second)] as const;
  if (pair[1].parentHash === pair[0].hash) return pair;
  const message = `${endpoint.name}: L1 blocks ${number} and ${number + 1n} do not link`;
  throw new SourceError('unverified', message);
}

async function askWitness(
  endpoint: Endpoint,
  number: bigint,
  options: AbortOptions,
): Promise<L1Witness | undefined> {
  try {
    const json = await endpoint.call(...blockCall({ number }, false), options);
    if (json === null) return undefined;
    return { name: endpoint.name, ref: checkedRef(endpoint, { number }, json) };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    return undefined;
  }
}

async function askReceipts(
  endpoint: Endpoint,
  block: ProvenBlock,
  withoutBlockReceipts: WeakSet<Endpoint>,
  options: AbortOptions,
): Promise<readonly Receipt[] | undefined> {
  if (!withoutBlockReceipts.has(endpoint)) {
    try {
      const call = ['eth_getBlockReceipts', [block.hash]] as const;
      const json = await endpoint.call(...call, options);
      if (json === null) return undefined;
      return asAsked(endpoint, call, () => provenReceipts(json, block));
    } catch (error) {
      if (!isUnknownMethod(error)) throw error;
      withoutBlockReceipts.add(endpoint);
    }
  }
  // One call for each transaction; the endpoint makes batches of them.
  const single = await Promise.all(
    block.transactions.map((raw) => {
      const hash = bytesToHex(keccak256(raw));
      return endpoint.call('eth_getTransactionReceipt', [hash], options);
    }),
  );
  if (single.includes(null)) return undefined;
  const call = ['eth_getTransactionReceipt', [`of block ${block.hash}`]] as const;
  return asAsked(endpoint, call, () => provenReceipts(single, block));
}

/** JSON-RPC codes for "no such method": the standard one, and EIP-1474's "not supported". */
const UNKNOWN_METHOD: ReadonlySet<number | undefined> = new Set([-32601, -32004]);

function isUnknownMethod(error: unknown): boolean {
  if (!(error instanceof SourceError)) return false;
  return error.cause instanceof TransportError && UNKNOWN_METHOD.has(error.cause.status);
}

function required<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new SourceError('notFound', `${what}: no endpoint has it`);
}
