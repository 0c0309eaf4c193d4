import { setMaxListeners } from 'node:events';
import type { Address, Hash } from '../base/bytes.ts';
import type { BlockId, L1BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { Waits } from '../transport/waits.ts';
import { crossCheck, isCrossChecked } from './crossCheck.ts';
import { fillBlobs, wantedBlobs } from './batcherBlobs.ts';
import type { BlobSource } from './blobSource.ts';
import type { L1Heads } from './l1Heads.ts';
import { canonicalPart, type L1Memory } from './l1Memory.ts';
import { createReadAhead, type ReadAhead } from './l1ReadAhead.ts';
import type { L1Source } from './l1Source.ts';
import { retrying } from './retrying.ts';

/**
 * What the feed says next. Blocks come in order, each the child of the one before, blobs of the
 * batcher filled in.
 */
export type L1FeedItem =
  | { readonly type: 'block'; readonly block: L1Block }
  /**
   * The L1 has left `last`, the block given before (or the one the feed began after). `found` is
   * another block than was given out at its height, which is that of `last` or lower. The feed is
   * at its end: begin another one after a block that is still canonical.
   */
  | { readonly type: 'reorg'; readonly last: BlockId; readonly found: L1BlockRef };

/** Where the feed begins, and what it reads from. */
export type L1FeedOptions = {
  readonly source: L1Source;
  readonly heads: L1Heads;
  readonly blobs: BlobSource;
  readonly waits: Waits;
  /** What was read before, in another feed. */
  readonly memory: L1Memory;
  /** The block that has been read: the feed begins with its child. */
  readonly after: BlockId;
  /** Batcher after `after`: whose blobs are fetched ahead of being asked for. */
  readonly batcherAddr: Address;
  /**
   * Batcher after a block, given the one before it: the SystemConfig logs of that block applied.
   * It already holds for the block's own transactions.
   */
  readonly nextBatcher: (before: Address, block: L1Block) => Address;
  /** L1 time in seconds from which blobs count (Ecotone); undefined: never. */
  readonly blobsSince: bigint | undefined;
  /** Blocks kept away from the L1 head. */
  readonly confirmations: bigint;
  /** Blocks fetched ahead of the one being read, at most. */
  readonly readAhead: number;
  /** For one block, or its blobs, below the head. */
  readonly deadlineMs?: number;
};

const DEADLINE_MS = 60_000;

/**
 * Blocks given out that a head signal is compared with. Deeper reorgs are seen at the next block.
 */
const RECENT_BLOCKS = 256;

/**
 * The L1 as an ordered stream of proven facts. Waits at the head for new blocks; ends after a
 * `reorg` item. Begin no more than one `next()` at a time.
 *
 * With several endpoints they are compared now and then; a contradiction is waited out, not passed.
 *
 * @throws SourceError `deadline` when one block could not be had or proven in time: begin again.
 * @throws The signal's reason.
 */
export async function* followL1(
  options: L1FeedOptions,
  { signal }: AbortOptions = {},
): AsyncGenerator<L1FeedItem, void, void> {
  const stop = new AbortController();
  const abort = {
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  };
  // Every request in flight listens to it.
  setMaxListeners(0, abort.signal);
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const recent = new Map<bigint, Hash>([[options.after.number, options.after.hash]]);
  let last = options.after;
  let batcher = options.batcherAddr;
  options.heads.noteRead(last.number + options.confirmations);
  let known = await canonicalPart(options.source, options.memory.after(last.hash), abort);
  const ahead = createReadAhead({ ...options, deadlineMs, batcher: () => batcher }, abort);
  try {
    for (;;) {
      const reorg = await headBeyond(options, last, recent, abort);
      if (reorg !== undefined) return yield reorg;

      const held = known[Number(last.number - options.after.number)];
      const block = held ?? (await ahead.block(last.number + 1n));
      if (block.ref.parentHash !== last.hash) {
        const [found, child] = await linkedPair(options, last, deadlineMs, abort);
        if (found.hash !== last.hash) return yield { type: 'reorg', last, found };
        // Ours is canonical; what was fetched belongs to another fork.
        ahead.refetch(child);
        continue;
      }
      if (isCrossChecked(block.ref.number, options.heads.head('latest'))) {
        await agreed(options, block.ref, deadlineMs, abort);
      }
      const batcherThen = options.nextBatcher(batcher, block);
      const complete = await withBlobs(options, ahead, batcherThen, block, abort);
      if (complete === undefined) {
        known = [];
        ahead.forget();
        continue;
      }
      batcher = batcherThen;
      last = { number: block.ref.number, hash: block.ref.hash };
      recent.set(last.number, last.hash);
      recent.delete(last.number - BigInt(RECENT_BLOCKS));
      ahead.drop(last.number);
      options.heads.noteRead(last.number + options.confirmations);
      options.memory.remember(complete);
      yield { type: 'block', block: complete };
    }
  } finally {
    stop.abort();
    ahead.close();
  }
}

/**
 * Waits until the head allows the block after `last`.
 *
 * @returns A reorg, when a head signal shows another block where we have given one out.
 */
async function headBeyond(
  { heads, source, waits, confirmations }: L1FeedOptions,
  last: BlockId,
  recent: ReadonlyMap<bigint, Hash>,
  abort: { readonly signal: AbortSignal },
): Promise<L1FeedItem | undefined> {
  const isBeyond = (head: L1BlockRef | undefined): boolean =>
    head !== undefined && head.number >= last.number + 1n + confirmations;
  let seen: L1BlockRef | undefined;
  if (isBeyond(heads.head('latest'))) return undefined;
  const wait = waits.begin(`L1 block ${last.number + 1n}`, 'ask for the L1 head');
  try {
    for (;;) {
      const head = heads.head('latest');
      if (isBeyond(head)) return undefined;
      if (head !== undefined && head !== seen && contradicts(head, recent)) {
        // A signal is not proof: ask for the block at our own height.
        const found = await source.ref({ number: head.number }, abort).catch(() => undefined);
        abort.signal.throwIfAborted();
        if (found !== undefined && contradicts(found, recent)) {
          return { type: 'reorg', last, found };
        }
      }
      seen = head;
      if (heads.head('latest') === seen) await nextHead(heads, abort.signal);
    }
  } finally {
    wait.end();
  }
}

function contradicts(ref: L1BlockRef, recent: ReadonlyMap<bigint, Hash>): boolean {
  const ours = recent.get(ref.number);
  return ours !== undefined && ours !== ref.hash;
}

function nextHead(heads: L1Heads, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = heads.onChange((label) => {
      if (label === 'latest') settle(resolve);
    });
    const onAbort = (): void => settle(() => reject(signal.reason));
    const settle = (finish: () => void): void => {
      stop();
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Waits until no endpoint contradicts a block. */
function agreed(
  { source, waits }: L1FeedOptions,
  block: L1BlockRef,
  deadlineMs: number,
  abort: AbortOptions,
): Promise<true> {
  const name = `agreement of the endpoints on L1 block ${block.number}`;
  return retrying((once) => crossCheck(source, block, once), { waits, name, deadlineMs, ...abort });
}

/** The blocks at the height of `last` and above it, as one endpoint has them; they link. */
function linkedPair(
  { source, waits }: L1FeedOptions,
  { number }: BlockId,
  deadlineMs: number,
  abort: AbortOptions,
): Promise<readonly [L1BlockRef, L1BlockRef]> {
  const name = `L1 blocks ${number} and ${number + 1n}, which do not link`;
  return retrying((once) => source.pair(number, once), { waits, name, deadlineMs, ...abort });
}

/**
 * The block with the blobs of the batcher's transactions.
 *
 * @returns Undefined when nobody has them because the block is no longer canonical.
 */
async function withBlobs(
  options: L1FeedOptions,
  ahead: ReadAhead,
  batcher: Address,
  block: L1Block,
  abort: AbortOptions,
): Promise<L1Block | undefined> {
  const { source, waits } = options;
  const { ref } = block;
  const hashes = wantedBlobs(options.blobsSince, batcher, block);
  if (hashes.length === 0) return block;
  const found = await retrying(
    async () => {
      try {
        return await ahead.blobs(ref, hashes);
      } catch (error) {
        const canonical = await source.ref({ number: ref.number }, abort).catch(() => undefined);
        if (canonical !== undefined && canonical.hash !== ref.hash) return 'orphaned' as const;
        throw error;
      }
    },
    {
      waits,
      name: `${hashes.length} blobs of L1 block ${ref.number}`,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      ...abort,
    },
  );
  return found === 'orphaned' ? undefined : fillBlobs(block, found);
}
