import type { ExecutionEngine } from './engine.ts';
import type { HeadChange } from './engineCore.ts';
import type { BlockRecord } from './store/records.ts';

/** Blocks by which two heads differ, oldest first. */
export type BlockDifference = {
  /** No longer canonical. */
  readonly removed: readonly BlockRecord[];
  readonly added: readonly BlockRecord[];
};

/**
 * What a move of the head took away and brought, each at most `limit` blocks, the newest.
 * A head that goes back brings nothing.
 */
export function newBlocks(
  engine: Pick<ExecutionEngine, 'block'>,
  { oldHead, head }: HeadChange,
  limit: number,
): BlockDifference {
  const removed: BlockRecord[] = [];
  const added: BlockRecord[] = [];
  let old: BlockRecord | undefined = oldHead;
  let fresh: BlockRecord | undefined = head;
  while (old !== undefined && fresh !== undefined && old.hash !== fresh.hash) {
    if (removed.length >= limit || added.length >= limit) break;
    const [oldNumber, freshNumber] = [old.header.number, fresh.header.number];
    if (oldNumber >= freshNumber) {
      removed.unshift(old);
      old = engine.block(old.header.parentHash);
    }
    if (freshNumber >= oldNumber) {
      added.unshift(fresh);
      fresh = engine.block(fresh.header.parentHash);
    }
  }
  return { removed, added };
}

/** What a move of the head changed. */
export type BlocksOf = (change: HeadChange) => BlockDifference;

/** `newBlocks`, worked out once for all who ask for the same move one after the other. */
export function sharedNewBlocks(engine: Pick<ExecutionEngine, 'block'>, limit: number): BlocksOf {
  let last: { readonly change: HeadChange; readonly difference: BlockDifference } | undefined;
  return (change) => {
    if (last?.change !== change) last = { change, difference: newBlocks(engine, change, limit) };
    return last.difference;
  };
}
