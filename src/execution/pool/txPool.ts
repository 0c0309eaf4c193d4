import type { Address, Hash } from '../../base/bytes.ts';
import { DecodeError } from '../../base/errors.ts';
import { DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import type { CandidateTxs, PooledTx } from '../candidateTxs.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { HeadChange } from '../engineCore.ts';
import { txSize } from '../fees.ts';
import { accountOf, balanceOf } from '../state/worldState.ts';
import type { BlockRecord } from '../store/records.ts';
import { decodeSignedTx, type SignedTx } from '../transaction.ts';
import {
  checkPooledTx,
  insufficientFunds,
  MAX_POOLED_TX_BYTES,
  mostCost,
  type PoolHead,
  poolHead,
} from './checkPooledTx.ts';
import { type Arrival, type DaLimits, effectiveTip, NO_DA_LIMITS, orderTxs } from './orderTxs.ts';
import { newBlocks } from '../newBlocks.ts';

/**
 * Transactions that wait for a sequencer's block. It is bounded, holds one transaction for each
 * sender and nonce, and forgets what the chain has made useless.
 */
export type TxPool = {
  /** Checks a transaction against the head and keeps it. */
  readonly add: (raw: Uint8Array) => Promise<AddOutcome>;
  readonly byHash: (hash: Hash) => PooledTx | undefined;
  /** The first nonce from `nonce` on that no transaction of `sender` has. */
  readonly nextNonce: (sender: Address, nonce: bigint) => bigint;
  /** What a block with this base fee (wei) may take, best first. */
  readonly candidates: (baseFee: bigint) => CandidateTxs;
  /** Bounds what blocks take from now on: a batcher that falls behind asks for it. */
  readonly setDaLimits: (limits: DaLimits) => void;
  /** All transactions by sender, in the order of nonces. */
  readonly content: () => ReadonlyMap<Address, readonly PooledTx[]>;
  /** Calls `listener` for each transaction that is added. @returns ends it. */
  readonly onAdded: (listener: (tx: PooledTx) => void) => () => void;
  readonly size: () => number;
  /** Stops to follow the chain. */
  readonly close: () => void;
};

/** What became of a transaction. `reason` is in op-geth's words. */
export type AddOutcome =
  | { readonly type: 'added'; readonly hash: Hash }
  | { readonly type: 'refused'; readonly reason: string };

/** Limits of a pool. */
export type TxPoolOptions = {
  /** Default 5120. */
  readonly maxTxs?: number;
  /** Default 64. */
  readonly maxTxsPerSender?: number;
  /** Least tip in wei per gas. Default 1. */
  readonly minTip?: bigint;
};

/** A pool over the head of `engine`. */
export function createTxPool(engine: ExecutionEngine, options: TxPoolOptions = {}): TxPool {
  const pool: Pool = {
    engine,
    maxTxs: options.maxTxs ?? 5120,
    maxTxsPerSender: options.maxTxsPerSender ?? 64,
    minTip: options.minTip ?? 1n,
    bySender: new Map(),
    byHash: new Map(),
    listeners: new Set(),
    arrivals: 0,
    daLimits: NO_DA_LIMITS,
    head: undefined,
  };
  const stop = engine.onHead((change) => follow(pool, change));
  return {
    add: (raw) => add(pool, raw),
    byHash: (hash) => pool.byHash.get(hash),
    nextNonce: (sender, nonce) => {
      const nonces = new Set(pool.bySender.get(sender)?.map(({ tx }) => tx.nonce));
      let next = nonce;
      while (nonces.has(next)) next++;
      return next;
    },
    candidates: (baseFee) => orderTxs(new Map(pool.bySender), baseFee, pool.daLimits),
    setDaLimits: (limits) => {
      pool.daLimits = limits;
    },
    content: () => pool.bySender,
    onAdded: (listener) => {
      pool.listeners.add(listener);
      return () => void pool.listeners.delete(listener);
    },
    size: () => pool.byHash.size,
    close: stop,
  };
}

type Pool = {
  readonly engine: ExecutionEngine;
  readonly maxTxs: number;
  readonly maxTxsPerSender: number;
  readonly minTip: bigint;
  /** Lists in the order of nonces; replaced, never changed. */
  readonly bySender: Map<Address, readonly Arrival[]>;
  readonly byHash: Map<Hash, Arrival>;
  readonly listeners: Set<(tx: PooledTx) => void>;
  arrivals: number;
  daLimits: DaLimits;
  /** Opened when the first transaction needs it. */
  head: Promise<PoolHead> | undefined;
};

async function add(pool: Pool, raw: Uint8Array): Promise<AddOutcome> {
  const decoded = decode(raw);
  if (typeof decoded === 'string') return { type: 'refused', reason: decoded };
  const pooled: PooledTx = { raw, tx: decoded, size: txSize(raw) };
  const head = await openHead(pool);
  // From here on nothing waits, so that what was checked is what is kept.
  const reason =
    (pool.byHash.has(decoded.hash) ? 'already known' : undefined) ??
    checkPooledTx(head, pooled, pool.minTip) ??
    checkOthers(pool, head, pooled);
  if (reason !== undefined) return { type: 'refused', reason };
  keep(pool, pooled);
  for (const listener of pool.listeners) listener(pooled);
  return { type: 'added', hash: decoded.hash };
}

function decode(raw: Uint8Array): SignedTx | string {
  if (raw.length > MAX_POOLED_TX_BYTES) {
    return `oversized data: transaction size ${raw.length}, limit ${MAX_POOLED_TX_BYTES}`;
  }
  if (raw[0] === DEPOSIT_TX_TYPE || raw[0] === BLOB_TX_TYPE) {
    return 'transaction type not supported';
  }
  try {
    return decodeSignedTx(raw);
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

function openHead(pool: Pool): Promise<PoolHead> {
  pool.head ??= (async () => {
    const { engine } = pool;
    const { head } = engine.heads();
    const [block, state] = [engine.block(head), await engine.openState(head)];
    if (block === undefined || state === undefined) throw new Error('the head has no state');
    return poolHead(engine.config, block, state);
  })();
  return pool.head;
}

/** Whether there is a place for it beside what waits already; makes one where it can. */
function checkOthers(pool: Pool, head: PoolHead, pooled: PooledTx): string | undefined {
  const { tx } = pooled;
  const line = pool.bySender.get(tx.from) ?? [];
  const rival = line.find((other) => other.tx.nonce === tx.nonce);
  if (rival !== undefined && !outbids(tx, rival.tx)) return 'replacement transaction underpriced';
  let spent = mostCost(head, pooled);
  for (const other of line) if (other !== rival) spent += mostCost(head, other);
  const balance = balanceOf(head.state, tx.from);
  if (spent > balance) return insufficientFunds(balance, spent);
  if (rival !== undefined) return undefined;
  if (line.length >= pool.maxTxsPerSender) return 'account limit exceeded';
  return pool.byHash.size < pool.maxTxs ? undefined : makePlace(pool, head, pooled);
}

/** A replacement offers a tenth more, in both fees. */
function outbids(tx: SignedTx, rival: SignedTx): boolean {
  const isMore = (offer: bigint, old: bigint): boolean => offer * 10n >= old * 11n && offer > old;
  return (
    isMore(tx.maxFeePerGas, rival.maxFeePerGas) &&
    isMore(tx.maxPriorityFeePerGas, rival.maxPriorityFeePerGas)
  );
}

/** Drops the last transaction of whoever offers least, when that is less than the new one's. */
function makePlace(pool: Pool, head: PoolHead, pooled: PooledTx): string | undefined {
  const baseFee = head.block.header.baseFeePerGas ?? 0n;
  const tipOf = (tx: PooledTx): bigint => effectiveTip(tx, baseFee);
  let worst: Arrival | undefined;
  for (const line of pool.bySender.values()) {
    const last = line.at(-1) as Arrival;
    if (last.tx.from === pooled.tx.from) continue;
    if (worst === undefined || tipOf(last) < tipOf(worst)) worst = last;
  }
  if (worst === undefined || tipOf(worst) >= tipOf(pooled)) return 'txpool is full';
  drop(pool, worst);
  return undefined;
}

function keep(pool: Pool, pooled: PooledTx): void {
  const { tx } = pooled;
  const line = pool.bySender.get(tx.from) ?? [];
  const rival = line.find((other) => other.tx.nonce === tx.nonce);
  if (rival !== undefined) pool.byHash.delete(rival.tx.hash);
  const arrival: Arrival = { ...pooled, order: pool.arrivals++ };
  const others = line.filter((other) => other !== rival);
  const sorted = [...others, arrival].toSorted((a, b) => (a.tx.nonce < b.tx.nonce ? -1 : 1));
  pool.bySender.set(tx.from, sorted);
  pool.byHash.set(tx.hash, arrival);
}

function drop(pool: Pool, gone: Arrival): void {
  pool.byHash.delete(gone.tx.hash);
  const line = pool.bySender.get(gone.tx.from)?.filter((other) => other !== gone) ?? [];
  if (line.length === 0) pool.bySender.delete(gone.tx.from);
  else pool.bySender.set(gone.tx.from, line);
}

/** Blocks that a reorganisation took away are looked for no further back than this. */
const MAX_RETURNING_BLOCKS = 64;

function follow(pool: Pool, { oldHead, head }: HeadChange): void {
  pool.head = undefined;
  const { removed } = newBlocks(pool.engine, { oldHead, head }, MAX_RETURNING_BLOCKS);
  if (pool.byHash.size === 0 && removed.length === 0) return;
  // A fault of the store shows itself to the next caller.
  void refresh(pool, removed).catch(() => undefined);
}

/** Drops what is used or cannot be paid any more, and takes back what a reorganisation set free. */
async function refresh(pool: Pool, removed: readonly BlockRecord[]): Promise<void> {
  const head = await openHead(pool);
  for (const line of pool.bySender.values()) {
    for (const arrival of line) {
      const { tx } = arrival;
      const account = accountOf(head.state, tx.from);
      const isUsed = tx.nonce < (account?.nonce ?? 0n);
      if (isUsed || mostCost(head, arrival) > (account?.balance ?? 0n)) drop(pool, arrival);
    }
  }
  for (const { transactions } of removed) {
    for (const raw of transactions) if (raw[0] !== DEPOSIT_TX_TYPE) await add(pool, raw);
  }
}

const BLOB_TX_TYPE = 0x03;
