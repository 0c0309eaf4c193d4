import { type Hash, ZERO_HASH } from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import { headerHash } from '../protocol/header.ts';
import { outputRoot } from '../protocol/outputRoot.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { payloadHeader } from '../protocol/payloadHeader.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { type BlockTree, createBlockTree } from './blockTree.ts';
import type { BlockBuilder } from './buildBlock.ts';
import type { CandidateTxs } from './candidateTxs.ts';
import { createInterpreter } from './evm/interpreter/createEvm.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import { applyGenesis, type Genesis } from './genesis.ts';
import { attributesOf, headerDifference } from './payloadBlock.ts';
import { recoverSendersAhead } from './sendersAhead.ts';
import { openState, type WorldState } from './state/worldState.ts';
import {
  createStateKeeper,
  type EngineBlockOutcome,
  MAX_STATES,
  type StateKeeper,
} from './stateKeeper.ts';
import {
  canonicalChange,
  type ChainStore,
  firstHeads,
  type Heads,
  headsChange,
  identityChange,
  openChainStore,
} from './store/chainStore.ts';
import type { KeyValueStore } from './store/keyValueStore.ts';
import type { BlockRecord } from './store/records.ts';

/**
 * The embedded execution engine: builds, checks and keeps the blocks of one chain, in process.
 *
 * Calls that change something run one after the other, in the order they were made. Anything a
 * payload can contain ends in a returned verdict; a throw is a fault of the store or of the engine
 * and says nothing about the payload.
 */
export type ExecutionEngine = {
  readonly config: ExecutionConfig;
  readonly genesis: BlockRecord;

  /**
   * Executes `attributes` on a known block and seals the result. The block is known from then on,
   * but not canonical and not stored until `setForkchoice` names it or a descendant. Whoever
   * sequences gives `candidates`, which stand behind the transactions of the attributes.
   */
  readonly build: (
    parentHash: Hash,
    attributes: PayloadAttributes,
    candidates?: CandidateTxs,
  ) => Promise<EngineBuildOutcome>;

  /** Executes and stores a block that was built elsewhere. It does not become the head. */
  readonly insert: (envelope: PayloadEnvelope) => Promise<InsertOutcome>;

  /**
   * Makes `head` the canonical head, whether it is ahead, behind or on another branch, and stores
   * blocks, canonical numbers and heads in one batch. Zero hashes leave safe and finalized alone.
   */
  readonly setForkchoice: (heads: Heads) => Promise<ForkchoiceVerdict>;

  /** The heads as last stored; zero hashes for those never set. */
  readonly heads: () => Heads;

  /** A known block, canonical or not. */
  readonly block: (hash: Hash) => BlockRecord | undefined;

  /** The canonical block of that number. */
  readonly blockByNumber: (number: bigint) => BlockRecord | undefined;

  /** Storage root of L2ToL1MessagePasser after a known block. */
  readonly messagePasserStorageRoot: (blockHash: Hash) => Hash | undefined;

  /** Output root of a known block. */
  readonly outputRoot: (blockHash: Hash) => Hash | undefined;

  /** State after a known block, for reading with the functions of state/worldState.ts. */
  readonly stateAfter: (blockHash: Hash) => Promise<WorldState | undefined>;

  /**
   * A state after a known block that the caller alone has: it may be changed, and stays as it is
   * while blocks are built. Undefined for an unknown block.
   *
   * @throws PrunedStateError
   */
  readonly openState: (blockHash: Hash) => Promise<WorldState | undefined>;

  /** Number of the canonical block that has a transaction. The block must still be looked at. */
  readonly blockNumberOfTx: (txHash: Hash) => bigint | undefined;

  /**
   * Calls `listener` after each forkchoice that moved the head. It must be quick and not throw.
   *
   * @returns ends it.
   */
  readonly onHead: (listener: (change: HeadChange) => void) => () => void;

  /** Waits for running calls and closes the store. */
  readonly close: () => Promise<void>;
};

/** A move of the head: forward, back, or to another branch. */
export type HeadChange = { readonly oldHead: BlockRecord; readonly head: BlockRecord };

/** What became of attributes. `sealed` has the block with its results per transaction. */
export type EngineBuildOutcome = EngineBlockOutcome | { readonly type: 'unknownParent' };

/** Verdict on a block that was built elsewhere. */
export type InsertOutcome =
  | { readonly type: 'valid'; readonly block: BlockRecord }
  | {
      readonly type: 'invalid';
      readonly reason: string;
      readonly latestValidHash: Hash | undefined;
    }
  | { readonly type: 'unknownParent' };

/**
 * Verdict on a forkchoice. With `inconsistent` the head has been applied, safe and finalized not.
 */
export type ForkchoiceVerdict =
  | { readonly type: 'updated'; readonly head: BlockRecord }
  | { readonly type: 'unknownHead' }
  | { readonly type: 'inconsistent'; readonly reason: string };

/** Choices of whoever opens an engine. */
export type EngineOptions = {
  /** Blocks between two stored states; what a crash makes execute again. Default 100. */
  readonly flushIntervalBlocks?: number;
  /** Blocks below the head whose states stay at hand. `archive` keeps all. Default 1024. */
  readonly keepStateBlocks?: number | 'archive';
  /** Trie nodes in memory from which on it is given back; 400 bytes each. Default 250,000. */
  readonly maxResidentNodes?: number;
};

/**
 * Opens the engine on `store`, which is empty or holds the same chain. What a crash left
 * unexecuted is executed before this returns.
 *
 * @throws ConfigError when the store belongs to another chain or has another format.
 * @throws DamagedRecordError when a record that is read is damaged.
 */
export async function openEngine(
  genesis: Genesis,
  store: KeyValueStore,
  options: EngineOptions = {},
): Promise<ExecutionEngine> {
  const { config } = genesis;
  const chain = openChainStore(store);
  const tree = createBlockTree(chain);
  const builder: BlockBuilder = { config, evm: createInterpreter(config.chainId) };
  const keepStates = options.keepStateBlocks ?? 1024;
  const maxStates =
    keepStates === 'archive' ? MAX_STATES : Math.min(MAX_STATES, Math.max(1, keepStates));
  const keeper = createStateKeeper(builder, tree, chain, maxStates, options.maxResidentNodes);
  const first = await openGenesis(genesis, store, chain, tree, keeper);
  const heads = chain.heads() ?? firstHeads(first.hash);
  const flushInterval = BigInt(options.flushIntervalBlocks ?? 100);
  const core: EngineCore = {
    store,
    chain,
    tree,
    keeper,
    config,
    flushInterval,
    keepStates,
    flushedAt: 0n,
    heads,
    listeners: new Set(),
  };
  const head = tree.block(heads.head);
  if (head === undefined) throw new ConfigError('data directory', heads.head, 'the head block');
  core.flushedAt = chain.storedStates().at(-1)?.number ?? 0n;
  await keeper.stateAfter(head);
  return facade(core, first);
}

type EngineCore = {
  readonly store: KeyValueStore;
  readonly chain: ChainStore;
  readonly tree: BlockTree;
  readonly keeper: StateKeeper;
  readonly config: ExecutionConfig;
  readonly flushInterval: bigint;
  readonly keepStates: number | 'archive';
  /** Number of the last block whose state was stored on purpose. */
  flushedAt: bigint;
  heads: Heads;
  readonly listeners: Set<(change: HeadChange) => void>;
};

function facade(core: EngineCore, genesis: BlockRecord): ExecutionEngine {
  const { tree, keeper, config } = core;
  // Executing changes the one working state, so calls must not overlap.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(call: () => Promise<T>): Promise<T> => {
    const turn = last.then(call, call);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    config,
    genesis,
    build: (parentHash, attributes, candidates) => {
      recoverSendersAhead(attributes.transactions);
      return inTurn(async () => {
        const parent = tree.block(parentHash);
        if (parent === undefined) return UNKNOWN_PARENT;
        return keeper.build(parent, attributes, candidates);
      });
    },
    insert: (envelope) => {
      recoverSendersAhead(envelope.executionPayload.transactions);
      return inTurn(() => insert(core, envelope));
    },
    setForkchoice: (heads) => inTurn(() => setForkchoice(core, heads)),
    heads: () => core.heads,
    block: tree.block,
    blockByNumber: (number) => {
      const hash = tree.canonicalHash(number);
      return hash === undefined ? undefined : tree.block(hash);
    },
    messagePasserStorageRoot: (hash) => tree.block(hash)?.messagePasserStorageRoot,
    outputRoot: (hash) => {
      const block = tree.block(hash);
      if (block === undefined) return undefined;
      const { messagePasserStorageRoot, header } = block;
      const { stateRoot } = header;
      return outputRoot({ stateRoot, messagePasserStorageRoot, blockHash: hash });
    },
    stateAfter: (hash) =>
      inTurn(async () => {
        const block = tree.block(hash);
        return block === undefined ? undefined : keeper.stateAfter(block);
      }),
    openState: async (hash) => {
      const block = tree.block(hash);
      if (block === undefined) return undefined;
      if (keeper.isFull()) await inTurn(() => releaseMemory(core));
      return keeper.openCopy(block);
    },
    blockNumberOfTx: core.chain.blockNumberOfTx,
    onHead: (listener) => {
      core.listeners.add(listener);
      return () => void core.listeners.delete(listener);
    },
    close: () => inTurn(() => core.store.close()),
  };
}

const UNKNOWN_PARENT = { type: 'unknownParent' } as const;

async function openGenesis(
  genesis: Genesis,
  store: KeyValueStore,
  chain: ChainStore,
  tree: BlockTree,
  keeper: StateKeeper,
): Promise<BlockRecord> {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const made = applyGenesis(genesis, state);
  const block: BlockRecord = { ...made, transactions: [], receipts: [] };
  const { chainId } = genesis.config;
  const found = chain.identity();
  if (found === undefined) {
    tree.add(block, state.newCode);
    keeper.adopt(block.hash, state);
    await store.write([
      identityChange({ chainId, genesisHash: block.hash }),
      headsChange(firstHeads(block.hash)),
      canonicalChange(block.header.number, block.hash),
      ...tree.unstored(block.hash),
      ...keeper.flush(block),
    ]);
    tree.stored(block.hash);
    return block;
  }
  if (found.chainId !== chainId || found.genesisHash !== block.hash) {
    const accepted = `the data of chain ${chainId} with genesis \`${block.hash}\``;
    const other = `that of chain ${found.chainId} with genesis \`${found.genesisHash}\``;
    throw new ConfigError('data directory', other, accepted);
  }
  return block;
}

async function insert(core: EngineCore, envelope: PayloadEnvelope): Promise<InsertOutcome> {
  const { tree, keeper, config, store } = core;
  const { executionPayload: payload } = envelope;
  const header = payloadHeader(config, envelope);
  const hash = headerHash(header);
  if (hash !== payload.blockHash) {
    const reason = `block hash: fields give \`${hash}\`, payload says \`${payload.blockHash}\``;
    return { type: 'invalid', reason, latestValidHash: undefined };
  }
  const known = tree.block(hash);
  if (known !== undefined) {
    // Built here, perhaps, and stored nowhere yet: who is told that it is good may count on it.
    const changes = tree.unstored(known.hash);
    if (changes.length > 0) await store.write(changes);
    tree.stored(known.hash);
    return { type: 'valid', block: known };
  }
  const parent = tree.block(payload.parentHash);
  if (parent === undefined) return UNKNOWN_PARENT;
  const latestValidHash = parent.hash;
  const attributes = attributesOf(config, header, payload.transactions);
  const outcome = await keeper.build(parent, attributes);
  if (outcome.type === 'invalid')
    return { type: 'invalid', reason: outcome.reason, latestValidHash };
  const { block } = outcome;
  if (block.hash !== hash) {
    const reason = headerDifference(block.header, header) ?? 'another block hash';
    return { type: 'invalid', reason, latestValidHash };
  }
  await store.write(tree.unstored(hash));
  tree.stored(hash);
  return { type: 'valid', block };
}

async function setForkchoice(core: EngineCore, wanted: Heads): Promise<ForkchoiceVerdict> {
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
async function releaseMemory({ tree, keeper, store, heads }: EngineCore): Promise<void> {
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
  for (let i = 0; i < 2; i++) {
    const changes = keeper.prune(keepFrom, finalized);
    if (changes.length === 0) return;
    await store.write(changes);
  }
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
