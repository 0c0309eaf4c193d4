import type { Hash } from '../base/bytes.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { channelTimeout } from './parameters.ts';

/** A question about a chain that a walk needs answered. */
export type ChainQuestion =
  | { readonly type: 'l1ByNumber'; readonly number: bigint }
  | { readonly type: 'l1ByHash'; readonly hash: Hash }
  | { readonly type: 'l2ByHash'; readonly hash: Hash };

/** The block asked for, or undefined where the chain has none. Failures are thrown by the asker. */
export type ChainAnswer = L1BlockRef | L2BlockRef | undefined;

/** A walk that asks one question at a time, so that it runs over any source, async or not. */
export type Walk<T> = Generator<ChainQuestion, T, ChainAnswer>;

/** L2 heads by trust. */
export type Heads = {
  readonly unsafe: L2BlockRef;
  readonly safe: L2BlockRef;
  readonly finalized: L2BlockRef;
};

/** Why no sync start can be had. `wrongChain` and `finalizedReorg` need an operator. */
export type SyncStartFailure =
  | 'wrongChain'
  | 'finalizedReorg'
  | 'reorgTooDeep'
  | 'brokenChain'
  | 'blockMissing';

/** Heads to start from, or why there are none; `message` says what was found and what to do. */
export type SyncStart =
  | { readonly type: 'heads'; readonly heads: Heads }
  | { readonly type: 'failed'; readonly reason: SyncStartFailure; readonly message: string };

const MAX_REORG_SEQ_WINDOWS = 5n;

/**
 * Walks back from the engine's unsafe head to heads that the current L1 supports: the unsafe head
 * becomes the highest block whose origin is canonical or not visible yet, the safe head a block
 * with a full sequencing window of canonical L1 behind the highest, or the finalized one.
 *
 * @spec protocol/derivation-2-attributes-engine.md 10.6
 */
export function* findHeads(config: RollupConfig, engine: Heads): Walk<SyncStart> {
  const { finalized } = engine;
  let n = engine.unsafe;
  let unsafe: L2BlockRef | undefined = engine.unsafe;
  let highest: L2BlockRef | undefined;
  let l1: L1BlockRef | undefined;
  let ready = false;
  for (;;) {
    if (n.l1Origin.hash !== l1?.hash || l1 === undefined) l1 = yield* originOf(n, l1);
    const refusal = whyUnusable(config, engine, n, l1);
    if (refusal !== undefined) return refusal;
    if (unsafe === undefined) {
      unsafe = n;
      const depth = MAX_REORG_SEQ_WINDOWS * config.seqWindowSize;
      if (n.l1Origin.number + depth < engine.unsafe.l1Origin.number) return tooDeep(engine, n);
    }
    if (l1 === undefined) {
      highest = undefined;
    } else if (l1.hash === n.l1Origin.hash) {
      highest ??= n;
    } else {
      // Nothing above was canonical either.
      unsafe = undefined;
    }
    const windowEnd = n.l1Origin.number + config.seqWindowSize;
    const isCovered = highest !== undefined && windowEnd < highest.l1Origin.number;
    if (n.number <= engine.safe.number && isCovered && n.sequenceNumber === 0n) ready = true;
    if (n.number === finalized.number) return found(unsafe ?? n, n, finalized);
    const parent = (yield { type: 'l2ByHash', hash: n.parentHash }) as L2BlockRef | undefined;
    if (parent === undefined) {
      return failed('blockMissing', `L2 block ${n.parentHash}, parent of ${n.number}, is missing`);
    }
    const broken = whyNotParent(n, parent, l1);
    if (broken !== undefined) return failed('brokenChain', broken);
    n = parent;
    if (ready) return found(unsafe ?? n, n, finalized);
  }
}

function found(unsafe: L2BlockRef, safe: L2BlockRef, finalized: L2BlockRef): SyncStart {
  return { type: 'heads', heads: { unsafe, safe, finalized } };
}

function failed(reason: SyncStartFailure, message: string): SyncStart {
  return { type: 'failed', reason, message };
}

/** The canonical L1 block at the height of an L2 block's origin; undefined when L1 is not there. */
function* originOf(n: L2BlockRef, above: L1BlockRef | undefined): Walk<L1BlockRef | undefined> {
  const { hash, number } = n.l1Origin;
  const isParent = above !== undefined && above.parentHash === hash;
  const block = yield isParent ? { type: 'l1ByHash', hash } : { type: 'l1ByNumber', number };
  return block as L1BlockRef | undefined;
}

function whyUnusable(
  config: RollupConfig,
  { finalized }: Heads,
  n: L2BlockRef,
  l1: L1BlockRef | undefined,
): SyncStart | undefined {
  const { genesis } = config;
  if (n.number === genesis.l2.number) {
    if (n.hash !== genesis.l2.hash) {
      return failed(
        'wrongChain',
        `the engine's L2 genesis is ${n.hash}, the rollup config's is ${genesis.l2.hash}: ` +
          'start the engine with the genesis of this chain',
      );
    }
    if (l1 !== undefined && l1.hash !== genesis.l1.hash) {
      return failed(
        'wrongChain',
        `L1 block ${genesis.l1.number} is ${l1.hash}, the rollup config says ${genesis.l1.hash}: ` +
          'point the node at the L1 of this chain',
      );
    }
  }
  if (n.number === finalized.number && n.hash !== finalized.hash) {
    return failed(
      'finalizedReorg',
      `L2 block ${n.number} is ${n.hash}, but ${finalized.hash} was finalized at that height`,
    );
  }
  return undefined;
}

function tooDeep({ unsafe }: Heads, n: L2BlockRef): SyncStart {
  return failed(
    'reorgTooDeep',
    `L2 block ${n.number} is the highest on the current L1, with origin ${n.l1Origin.number}; ` +
      `the unsafe head's is ${unsafe.l1Origin.number}, more than ${MAX_REORG_SEQ_WINDOWS} ` +
      'sequencing windows later: check that L1 and engine belong together',
  );
}

function whyNotParent(
  n: L2BlockRef,
  parent: L2BlockRef,
  l1: L1BlockRef | undefined,
): string | undefined {
  const where = `L2 block ${n.number} ${n.hash}`;
  if (parent.l1Origin.hash === n.l1Origin.hash) {
    return parent.sequenceNumber + 1n === n.sequenceNumber
      ? undefined
      : `${where} has sequence number ${n.sequenceNumber}, its parent ${parent.sequenceNumber}`;
  }
  if (parent.l1Origin.number + 1n !== n.l1Origin.number) {
    return `${where} has L1 origin ${n.l1Origin.number}, its parent ${parent.l1Origin.number}`;
  }
  if (n.sequenceNumber !== 0n) {
    return `${where} begins an epoch with sequence number ${n.sequenceNumber}`;
  }
  const isCanonical = l1 !== undefined && l1.hash === n.l1Origin.hash;
  return isCanonical && l1.parentHash !== parent.l1Origin.hash
    ? `${where} has an L1 origin that does not follow its parent's`
    : undefined;
}

/**
 * The L2 block whose L1 origin derivation must begin with, so that every channel that can matter
 * for the blocks after `safe` is read from its first frame.
 *
 * Choice: L1 blocks read before are read again with a later safe head, as in op-node. From Holocene
 * on a batch refused there for coming before its parent counts now, so that a batcher which sends
 * two different batches for a block, one of them too early, parts resumed nodes from others
 * (op-node's issue 12695). Refusing it here would part them from op-node's instead.
 *
 * @returns  That block and its origin; undefined when an ancestor or its origin is missing.
 * @spec     protocol/derivation-2-attributes-engine.md 10.5
 */
export function* findBase(
  config: RollupConfig,
  safe: L2BlockRef,
): Walk<{ readonly l1: L1BlockRef; readonly l2: L2BlockRef } | undefined> {
  let l2 = safe;
  for (;;) {
    const l1 = (yield { type: 'l1ByHash', hash: l2.l1Origin.hash }) as L1BlockRef | undefined;
    if (l1 === undefined) return undefined;
    const reach = l1.number + channelTimeout(config, l1.timestamp);
    const isFarEnough = reach <= safe.l1Origin.number;
    const isGenesis = l1.number <= config.genesis.l1.number;
    if (isFarEnough || isGenesis) return { l1, l2 };
    const parent = (yield { type: 'l2ByHash', hash: l2.parentHash }) as L2BlockRef | undefined;
    if (parent === undefined) return undefined;
    l2 = parent;
  }
}
