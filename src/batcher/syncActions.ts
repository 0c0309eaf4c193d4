import type { Hash } from '../base/bytes.ts';
import { ZERO_HASH } from '../base/bytes.ts';
import type { BlockId, L1BlockRef, L2BlockRef } from '../protocol/ids.ts';

/** What the batcher reads of `optimism_syncStatus`. */
export type BatcherSyncStatus = {
  readonly headL1: L1BlockRef;
  readonly currentL1: L1BlockRef;
  readonly unsafeL2: L2BlockRef;
  /** `local_safe_l2`: what L1 data alone makes safe, before any other chain is asked. */
  readonly localSafeL2: L2BlockRef;
};

/** What the batcher holds, oldest first. */
export type HeldData = {
  readonly blocks: readonly BlockId[];
  readonly channels: readonly HeldChannel[];
};

/** A channel as far as this decision needs it. */
export type HeldChannel = {
  readonly lastBlock: bigint;
  /** L1 block of its last confirmed transaction, once all are confirmed in time. */
  readonly fullyIncludedIn: bigint | undefined;
};

/** What to do before the next batch. `load` is an inclusive range of L2 blocks. */
export type SyncAction =
  | { readonly type: 'wait'; readonly reason: 'noHeads' | 'currentL1WentBack' }
  | {
      readonly type: 'startAfresh';
      readonly reason: StartReason;
      readonly load: BlockRange | undefined;
    }
  | {
      readonly type: 'advance';
      readonly pruneBlocks: number;
      readonly pruneChannels: number;
      readonly load: BlockRange | undefined;
    };

/** Why the batcher begins again from the safe head. */
export type StartReason =
  /** The safe head is below what is held: an L1 reorg took back what was safe. */
  | 'safeHeadBelow'
  /** The safe head is above what is held: someone else wrote it. */
  | 'safeHeadAbove'
  /** Another block is safe at a height that is held. */
  | 'safeBlockDiffers'
  /** All of a channel was read and its blocks did not become safe. */
  | 'channelNotAccepted';

/** Inclusive. */
export type BlockRange = { readonly first: bigint; readonly last: bigint };

/**
 * Decides how what is held must change to follow the node, first rule first.
 *
 * 1. A head is unknown, or the node reads L1 again from further back: nothing can be said.
 * 2. Nothing is held: load what is unsafe.
 * 3. to 5. The safe head is below, above or beside what is held: start afresh.
 * 6. A channel is wholly on L1 and read, and its blocks are not safe: start afresh.
 * 7. Drop what is safe, load what is new.
 *
 * @spec protocol/batcher.md 3
 */
export function syncAction(
  status: BatcherSyncStatus,
  previousCurrentL1: L1BlockRef | undefined,
  held: HeldData,
): SyncAction {
  const { headL1, currentL1, unsafeL2, localSafeL2: safe } = status;
  if ([headL1, currentL1, unsafeL2, safe].some(isUnknown)) {
    return { type: 'wait', reason: 'noHeads' };
  }
  if (previousCurrentL1 !== undefined && currentL1.number < previousCurrentL1.number) {
    return { type: 'wait', reason: 'currentL1WentBack' };
  }
  const unsafeRange = range(safe.number + 1n, unsafeL2.number);
  const oldest = held.blocks[0];
  const newest = held.blocks.at(-1);
  if (oldest === undefined || newest === undefined) {
    return { type: 'advance', pruneBlocks: 0, pruneChannels: 0, load: unsafeRange };
  }
  const afresh = (reason: StartReason): SyncAction => ({
    type: 'startAfresh',
    reason,
    load: unsafeRange,
  });
  if (safe.number + 1n < oldest.number) return afresh('safeHeadBelow');
  if (safe.number > newest.number) return afresh('safeHeadAbove');
  const pruneBlocks = Number(safe.number + 1n - oldest.number);
  const sameHeight = held.blocks[pruneBlocks - 1];
  if (sameHeight !== undefined && sameHeight.hash !== safe.hash) return afresh('safeBlockDiffers');
  if (held.channels.some((channel) => isNotAccepted(channel, currentL1.number, safe.number))) {
    return afresh('channelNotAccepted');
  }
  const firstKept = held.channels.findIndex((channel) => channel.lastBlock > safe.number);
  return {
    type: 'advance',
    pruneBlocks,
    pruneChannels: firstKept < 0 ? held.channels.length : firstKept,
    load: range(newest.number + 1n, unsafeL2.number),
  };
}

/**
 * Heads are zero while a node starts. Only the hash tells: a devnet may well be at block 0.
 */
function isUnknown(ref: { readonly hash: Hash }): boolean {
  return ref.hash === ZERO_HASH;
}

function isNotAccepted(channel: HeldChannel, currentL1: bigint, safe: bigint): boolean {
  const included = channel.fullyIncludedIn;
  return included !== undefined && currentL1 > included && safe < channel.lastBlock;
}

function range(first: bigint, last: bigint): BlockRange | undefined {
  return first > last ? undefined : { first, last };
}
