import type { BlockTree } from './blockTree.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import type { StateKeeper } from './stateKeeper.ts';
import type { ChainStore, Heads } from './store/chainStore.ts';
import type { KeyValueStore } from './store/keyValueStore.ts';
import type { BlockRecord } from './store/records.ts';

/** What an open engine is made of: the same things as long as it is open. */
export type EngineParts = {
  readonly config: ExecutionConfig;
  readonly store: KeyValueStore;
  readonly chain: ChainStore;
  readonly tree: BlockTree;
  readonly keeper: StateKeeper;
};

/** An open engine: its parts, and the heads that forkchoices move. */
export type EngineCore = EngineParts & {
  /** Blocks between two stored states. */
  readonly flushInterval: bigint;
  /** Blocks below the head whose states stay at hand. */
  readonly keepStates: number | 'archive';
  /** Number of the last block whose state was stored on purpose. */
  flushedAt: bigint;
  heads: Heads;
  readonly listeners: Set<(change: HeadChange) => void>;
  readonly onPruned: ((pruned: PrunedStates) => void) | undefined;
};

/** A move of the head: forward, back, or to another branch. */
export type HeadChange = { readonly oldHead: BlockRecord; readonly head: BlockRecord };

/** Stored states that were removed, with the trie nodes that no other state has. */
export type PrunedStates = {
  readonly states: number;
  readonly nodes: number;
  /** States of blocks from this one on are kept. */
  readonly below: bigint;
};
