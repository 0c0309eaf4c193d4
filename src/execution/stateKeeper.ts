import { type Hash, hexToBytes } from '../base/bytes.ts';
import { InvariantError } from '../base/errors.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { MESSAGE_PASSER } from '../protocol/predeploys.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { BlockTree } from './blockTree.ts';
import {
  type BlockBuilder,
  type BuildOutcome,
  buildBlock,
  type ExecutedBlock,
  type InvalidPayload,
} from './buildBlock.ts';
import type { CandidateTxs } from './candidateTxs.ts';
import { attributesOf } from './payloadBlock.ts';
import { EMPTY_TRIE_ROOT, storeNewNodes } from './state/trie.ts';
import { type TrieLink, unreadNode } from './state/trieNode.ts';
import { openState, type StateSource, storageRootOf, type WorldState } from './state/worldState.ts';
import { deadNodes } from './state/pruneState.ts';
import type { BlockId } from '../protocol/ids.ts';
import {
  type ChainStore,
  nodeChange,
  nodeRemoval,
  stateRootChange,
  stateRootRemoval,
  storedStatesChange,
} from './store/chainStore.ts';
import type { KeyValueChange } from './store/keyValueStore.ts';
import type { BlockRecord } from './store/records.ts';

/**
 * States after blocks. Recent ones are in memory and share what they have in common; every so
 * often one is stored whole; any other is had by executing blocks again from the nearest of these.
 */
export type StateKeeper = {
  /** Executes `attributes` on `parent`; a sealed block is added to the tree. */
  readonly build: (
    parent: BlockRecord,
    attributes: PayloadAttributes,
    candidates?: CandidateTxs,
  ) => Promise<EngineBlockOutcome>;
  /** State after `block`, for reading. */
  readonly stateAfter: (block: BlockRecord) => Promise<WorldState>;
  /**
   * A state after `block` that nobody else uses and that may be changed at will. Whatever must be
   * executed for it, one call at a time, leaves the states that blocks are built on alone.
   *
   * @throws PrunedStateError, as do reads of the state when it is pruned meanwhile. The signal's
   *   reason: nobody waits for what is executed.
   */
  readonly openCopy: (block: BlockRecord, options?: AbortOptions) => Promise<WorldState>;
  /** Adopts a state that was made elsewhere: that of genesis. */
  readonly adopt: (hash: Hash, state: WorldState) => void;
  /** Changes that store the whole state after `block`; empty when it is stored or not at hand. */
  readonly flush: (block: BlockRecord) => readonly KeyValueChange[];
  /** True when more trie nodes are in memory than should be; readers of states bring them there. */
  readonly isFull: () => boolean;
  /** Gives memory back when there is too much of it. States that are not stored go with it. */
  readonly release: () => void;
  /**
   * Changes that remove one stored state that is no longer needed, with all that no other stored
   * state has; empty when there is none. Needed are the states from which those of the blocks
   * from `keepFrom` on, and that of block `finalized`, are had by executing.
   */
  readonly prune: (keepFrom: bigint, finalized: bigint) => readonly KeyValueChange[];
};

/** A sealed block, with its results per transaction, or why there is none. */
export type EngineBlockOutcome =
  | { readonly type: 'sealed'; readonly block: BlockRecord & ExecutedBlock }
  | InvalidPayload;

/** States in memory, beside those that are stored, unless fewer are kept at all. */
export const MAX_STATES = 256;

/** Trie nodes read or made after which memory is given back; 400 bytes each. */
const MAX_RESIDENT_NODES = 250_000;

/**
 * A keeper of the states of the blocks in `tree`, at most `maxStates` of them in memory, and about
 * `maxResidentNodes` trie nodes. Copies of states are executed by `copyBuilder`, which may pause.
 */
export function createStateKeeper(
  builder: BlockBuilder,
  tree: BlockTree,
  store: ChainStore,
  maxStates = MAX_STATES,
  maxResidentNodes = MAX_RESIDENT_NODES,
  copyBuilder = builder,
): StateKeeper {
  const states = new Map<Hash, TrieLink>();
  const source: StateSource = {
    readNode: (hash, owner) => {
      core.resident++;
      return store.readNode(hash, owner);
    },
    readCode: (codeHash) => tree.pendingCode(codeHash) ?? store.readCode(codeHash),
  };
  const core: KeeperCore = {
    builder,
    copyBuilder,
    tree,
    store,
    maxStates,
    source,
    states,
    resident: 0,
    prunedBelow: 0n,
    working: undefined,
    copied: undefined,
    lastCopy: Promise.resolve(),
  };
  return {
    build: async (parent, attributes, candidates) => {
      const state = await stateAfter(core, parent);
      return execute(core, parent, state, attributes, candidates);
    },
    stateAfter: (block) => stateAfter(core, block),
    openCopy: async (block, { signal } = {}) => {
      const root = rootAfter(core, block);
      if (root !== 'unknown') return openState(root, copySource(core, block));
      const turn = core.lastCopy.then(() => executeCopy(core, block, signal));
      core.lastCopy = turn.catch(() => undefined);
      return turn;
    },
    adopt: (hash, state) => void states.set(hash, state.trie.root),
    flush: (block) => flush(core, block),
    isFull: () => core.resident > maxResidentNodes,
    release: () => {
      if (core.resident > maxResidentNodes) release(core);
    },
    prune: (keepFrom, finalized) => {
      const changes = pruneOne(store, keepFrom, finalized);
      if (changes.length > 0) forgetBefore(core, keepFrom);
      return changes;
    },
  };
}

type KeeperCore = {
  readonly builder: BlockBuilder;
  readonly copyBuilder: BlockBuilder;
  readonly tree: BlockTree;
  readonly store: ChainStore;
  readonly maxStates: number;
  readonly source: StateSource;
  readonly states: Map<Hash, TrieLink>;
  /** Trie nodes that came to memory since it was last given back. */
  resident: number;
  /** Of blocks below this one, states that somebody still has may have lost nodes. */
  prunedBelow: bigint;
  /** The state that the last build left, with its caches. */
  working: { readonly hash: Hash; readonly state: WorldState } | undefined;
  /** Trie that was executed last for a copy: who reads an old block mostly reads it again. */
  copied: { readonly hash: Hash; readonly root: TrieLink } | undefined;
  lastCopy: Promise<unknown>;
};

function rootAfter({ states, store }: KeeperCore, block: BlockRecord): TrieLink | 'unknown' {
  if (states.has(block.hash)) return states.get(block.hash);
  const root = store.stateRoot(block.header.number, block.hash);
  return root === undefined ? 'unknown' : linkTo(root);
}

function linkTo(root: Hash): TrieLink {
  return root === EMPTY_TRIE_ROOT ? undefined : unreadNode(hexToBytes(root));
}

async function execute(
  core: KeeperCore,
  parent: BlockRecord,
  state: WorldState,
  attributes: PayloadAttributes,
  candidates?: CandidateTxs,
): Promise<EngineBlockOutcome> {
  const { tree, states } = core;
  // Whatever goes wrong below leaves a state that must not be used again.
  core.working = undefined;
  const blockHash = (number: bigint) => tree.ancestorHash(parent, number);
  const { builder } = core;
  const outcome = await buildBlock(builder, parent, attributes, state, blockHash, candidates);
  if (outcome.type === 'invalid') {
    core.working = { hash: parent.hash, state };
    return outcome;
  }
  const messagePasserStorageRoot = storageRootOf(state, MESSAGE_PASSER);
  const block = { ...outcome.block, messagePasserStorageRoot };
  tree.add(block, state.newCode);
  state.newCode = new Map();
  states.set(block.hash, state.trie.root);
  if (states.size > core.maxStates) states.delete(states.keys().next().value as Hash);
  core.working = { hash: block.hash, state };
  return { type: 'sealed', block };
}

async function stateAfter(core: KeeperCore, block: BlockRecord): Promise<WorldState> {
  const { working, builder } = core;
  if (working?.hash === block.hash) return working.state;
  const { root, base, missing } = wayTo(core, block);
  const state = openState(root, core.source);
  let at = base;
  for (const next of missing) {
    const attributes = attributesOf(builder.config, next.header, next.transactions);
    assertSame(next, await execute(core, at, state, attributes));
    at = next;
  }
  return state;
}

/** The same for a copy: nothing that is made on the way is kept but the last trie. */
async function executeCopy(
  core: KeeperCore,
  block: BlockRecord,
  signal?: AbortSignal,
): Promise<WorldState> {
  const { tree, copyBuilder: builder, copied } = core;
  const source = copySource(core, block);
  if (copied?.hash === block.hash) return openState(copied.root, source);
  const { root, base, missing } = wayTo(core, block);
  const state = openState(root, source);
  let at = base;
  for (const next of missing) {
    signal?.throwIfAborted();
    const attributes = attributesOf(builder.config, next.header, next.transactions);
    const parent = at;
    const blockHash = (number: bigint) => tree.ancestorHash(parent, number);
    assertSame(next, await buildBlock(builder, parent, attributes, state, blockHash));
    at = next;
  }
  core.copied = { hash: block.hash, root: state.trie.root };
  return state;
}

/** Whoever has a copy may still read it when what it is made of is pruned. */
function copySource(core: KeeperCore, { header: { number } }: BlockRecord): StateSource {
  const { readNode, readCode } = core.source;
  return {
    readCode,
    readNode: (hash, owner) => {
      const node = readNode(hash, owner);
      if (node === undefined && number < core.prunedBelow) throw new PrunedStateError(number);
      return node;
    },
  };
}

/** The nearest state before `block`, and the blocks from there to it, oldest first. */
function wayTo(
  core: KeeperCore,
  block: BlockRecord,
): { readonly root: TrieLink; readonly base: BlockRecord; readonly missing: BlockRecord[] } {
  const missing: BlockRecord[] = [];
  let base = block;
  let root = rootAfter(core, base);
  while (root === 'unknown') {
    missing.unshift(base);
    const parent = core.tree.block(base.header.parentHash);
    if (parent === undefined) throw new PrunedStateError(block.header.number);
    base = parent;
    root = rootAfter(core, base);
  }
  return { root, base, missing };
}

function assertSame(block: BlockRecord, outcome: BuildOutcome): void {
  if (outcome.type === 'sealed' && outcome.block.hash === block.hash) return;
  throw new InvariantError(`block \`${block.hash}\` gave another result when executed again`);
}

function flush(core: KeeperCore, { hash, header }: BlockRecord): readonly KeyValueChange[] {
  const { states, store } = core;
  const root = states.get(hash);
  if (root === undefined || store.stateRoot(header.number, hash) !== undefined) return [];
  const changes: KeyValueChange[] = [
    stateRootChange(header.number, hash, header.stateRoot),
    storedStatesChange([...store.storedStates(), { number: header.number, hash }]),
  ];
  storeNewNodes(root, (node) => {
    core.resident++;
    changes.push(nodeChange(node));
  });
  return changes;
}

function release(core: KeeperCore): void {
  core.resident = 0;
  core.states.clear();
  core.working = undefined;
  core.copied = undefined;
}

/** Drops states in memory that may count on stored nodes that now go. */
function forgetBefore(core: KeeperCore, keepFrom: bigint): void {
  const { states, tree, working, copied } = core;
  if (keepFrom > core.prunedBelow) core.prunedBelow = keepFrom;
  const isOld = (hash: Hash): boolean => (tree.block(hash)?.header.number ?? 0n) < keepFrom;
  for (const hash of states.keys()) if (isOld(hash)) states.delete(hash);
  if (working !== undefined && isOld(working.hash)) core.working = undefined;
  if (copied !== undefined && isOld(copied.hash)) core.copied = undefined;
}

/** The state asked for has been pruned, and so has every one it could be executed from. */
export class PrunedStateError extends Error {
  override readonly name = 'PrunedStateError';

  constructor(number: bigint) {
    super(`the state after block ${number} has been pruned; an archive keeps all states`);
  }
}

function pruneOne(
  store: ChainStore,
  keepFrom: bigint,
  finalized: bigint,
): readonly KeyValueChange[] {
  const stored = store.storedStates();
  const isBase = (state: BlockId, number: bigint): boolean =>
    state.number <= number &&
    !stored.some((other) => other.number > state.number && other.number <= number);
  const dead = stored.find(
    (state) => state.number < keepFrom && !isBase(state, keepFrom) && !isBase(state, finalized),
  );
  if (dead === undefined) return [];
  const kept = stored.filter((state) => state !== dead);
  const changes: KeyValueChange[] = [stateRootRemoval(dead), storedStatesChange(kept)];
  const linkOf = ({ number, hash }: BlockId): TrieLink =>
    linkTo(store.stateRoot(number, hash) ?? EMPTY_TRIE_ROOT);
  deadNodes(linkOf(dead), kept.map(linkOf), store.readNode, (node) => {
    changes.push(nodeRemoval(node));
  });
  return changes;
}
