import { type Hash, ZERO_HASH } from '../base/bytes.ts';
import type { BlockTree } from './blockTree.ts';
import type { EngineCore } from './engineCore.ts';
import { type Heads, headsChange } from './store/chainStore.ts';
import type { BlockRecord } from './store/records.ts';

/**
 * Verdict on a forkchoice. With `inconsistent` the head has been applied, safe and finalized not.
 */
export type ForkchoiceVerdict =
  | { readonly type: 'updated'; readonly head: BlockRecord }
  | { readonly type: 'unknownHead' }
  | { readonly type: 'inconsistent'; readonly reason: string };

/**
 * Makes `wanted.head` the canonical head and stores what that takes in one batch: blocks, canonical
 * numbers, heads, and the state when it is due. Zero hashes leave safe and finalized alone.
 */
export async function setForkchoice(core: EngineCore, wanted: Heads): Promise<ForkchoiceVerdict> {
  const { tree, keeper, store } = core;
  const head = tree.block(wanted.head);
  const oldHead = tree.block(core.heads.head);
  if (head === undefined || oldHead === undefined) return { type: 'unknownHead' };
  const problem =
    notAncestor(tree, head, wanted.finalized, 'finalized') ??
    notAncestor(tree, head, wanted.safe, 'safe');
  const { safe, finalized } = problem === undefined ? wanted : core.heads;
  const heads: Heads = {
    head: head.hash,
    safe: safe === ZERO_HASH ? core.heads.safe : safe,
    finalized: finalized === ZERO_HASH ? core.heads.finalized : finalized,
  };
  const { number } = head.header;
  if (number < core.flushedAt) core.flushedAt = number;
  const isFlushDue = number >= core.flushedAt + core.flushInterval;
  await store.write([
    ...tree.unstored(head.hash),
    ...tree.canonicalChanges(head, oldHead),
    ...(isFlushDue ? keeper.flush(head) : []),
    headsChange(heads),
  ]);
  tree.stored(head.hash);
  if (isFlushDue) keeper.release();
  core.heads = heads;
  if (head.hash !== oldHead.hash)
    for (const listener of core.listeners) listener({ oldHead, head });
  if (isFlushDue) {
    core.flushedAt = number;
    await pruneStates(core, head);
  }
  return problem === undefined
    ? { type: 'updated', head }
    : { type: 'inconsistent', reason: problem };
}

/**
 * Stores the state after the head and lets go of trie nodes in memory: whoever reads much brings as
 * many there as the chain has, and no block need come meanwhile.
 */
export async function releaseMemory({ tree, keeper, store, heads }: EngineCore): Promise<void> {
  const head = tree.block(heads.head);
  if (head === undefined || !keeper.isFull()) return;
  const changes = keeper.flush(head);
  if (changes.length > 0) await store.write([...tree.unstored(head.hash), ...changes]);
  tree.stored(head.hash);
  keeper.release();
}

/** At most two states per call, so that a long list is worked off without a pause. */
async function pruneStates(core: EngineCore, head: BlockRecord): Promise<void> {
  const { keepStates, keeper, store, tree, heads } = core;
  if (keepStates === 'archive') return;
  const keepFrom = head.header.number - BigInt(keepStates);
  const finalized = tree.block(heads.finalized)?.header.number ?? 0n;
  const pruned = { states: 0, nodes: 0, below: keepFrom };
  for (let i = 0; i < 2; i++) {
    const changes = keeper.prune(keepFrom, finalized);
    if (changes.length === 0) break;
    await store.write(changes);
    pruned.states += 1;
    // Two changes are of the state itself and of the list of states.
    pruned.nodes += changes.length - 2;
  }
  if (pruned.states > 0) core.onPruned?.(pruned);
}

function notAncestor(
  tree: BlockTree,
  head: BlockRecord,
  hash: Hash,
  name: string,
): string | undefined {
  if (hash === ZERO_HASH) return undefined;
  const block = tree.block(hash);
  if (block === undefined) return `the ${name} block \`${hash}\` is not known`;
  if (tree.ancestorHash(head, block.header.number) === hash) return undefined;
  return `the ${name} block \`${hash}\` is no ancestor of the head`;
}
