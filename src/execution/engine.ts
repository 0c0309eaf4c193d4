import type { Hash } from '../base/bytes.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { outputRoot } from '../protocol/outputRoot.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { createBlockTree } from './blockTree.ts';
import type { BlockBuilder } from './buildBlock.ts';
import type { CandidateTxs } from './candidateTxs.ts';
import type { EngineCore, EngineParts, HeadChange, PrunedStates } from './engineCore.ts';
import { createInterpreter } from './evm/interpreter/createEvm.ts';
import type { Pause } from './evm/port.ts';
import { withOptions } from './evm/withOptions.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import { type ForkchoiceVerdict, releaseMemory, setForkchoice } from './forkchoice.ts';
import type { Genesis } from './genesis.ts';
import { type InsertOutcome, insertBlock } from './insertBlock.ts';
import { openGenesis } from './openGenesis.ts';
import { recoverSendersAhead } from './sendersAhead.ts';
import type { WorldState } from './state/worldState.ts';
import { createStateKeeper, type EngineBlockOutcome, MAX_STATES } from './stateKeeper.ts';
import { firstHeads, type Heads, openChainStore, otherData } from './store/chainStore.ts';
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
   * @throws PrunedStateError, as do reads of the state when it is pruned meanwhile. The signal's
   *   reason, where blocks had to be executed for it.
   */
  readonly openState: (blockHash: Hash, options?: AbortOptions) => Promise<WorldState | undefined>;

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

/** What became of attributes. `sealed` has the block with its results per transaction. */
export type EngineBuildOutcome = EngineBlockOutcome | { readonly type: 'unknownParent' };

/** Choices of whoever opens an engine. */
export type EngineOptions = {
  /** Blocks between two stored states; what a crash makes execute again. Default 100. */
  readonly flushIntervalBlocks?: number;
  /** Blocks below the head whose states stay at hand. `archive` keeps all. Default 1024. */
  readonly keepStateBlocks?: number | 'archive';
  /** Trie nodes in memory from which on it is given back; 400 bytes each. Default 250,000. */
  readonly maxResidentNodes?: number;
  /** Told of states that were pruned. It must be quick and not throw. */
  readonly onPruned?: (pruned: PrunedStates) => void;
  /** Asked while blocks are executed again for whoever reads an old state: it may take minutes. */
  readonly pause?: Pause;
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
  const paused = { ...builder, evm: withOptions(builder.evm, { pause: options.pause }) };
  const { maxResidentNodes } = options;
  const keeper = createStateKeeper(builder, tree, chain, maxStates, maxResidentNodes, paused);
  const parts: EngineParts = { config, store, chain, tree, keeper };
  const first = await openGenesis(genesis, parts);
  const heads = chain.heads() ?? firstHeads(first.hash);
  const core: EngineCore = {
    ...parts,
    flushInterval: BigInt(options.flushIntervalBlocks ?? 100),
    keepStates,
    flushedAt: 0n,
    heads,
    listeners: new Set(),
    onPruned: options.onPruned,
  };
  const head = tree.block(heads.head);
  if (head === undefined) throw otherData(store, `the head block \`${heads.head}\``, 'none');
  core.flushedAt = chain.storedStates().at(-1)?.number ?? 0n;
  await keeper.stateAfter(head);
  return facade(core, first);
}

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
        if (parent === undefined) return { type: 'unknownParent' } as const;
        return keeper.build(parent, attributes, candidates);
      });
    },
    insert: (envelope) => {
      recoverSendersAhead(envelope.executionPayload.transactions);
      return inTurn(() => insertBlock(core, envelope));
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
      return block === undefined ? undefined : outputRootOf(block);
    },
    stateAfter: (hash) =>
      inTurn(async () => {
        const block = tree.block(hash);
        return block === undefined ? undefined : keeper.stateAfter(block);
      }),
    openState: async (hash, options) => {
      const block = tree.block(hash);
      if (block === undefined) return undefined;
      if (keeper.isFull()) await inTurn(() => releaseMemory(core));
      return keeper.openCopy(block, options);
    },
    blockNumberOfTx: core.chain.blockNumberOfTx,
    onHead: (listener) => {
      core.listeners.add(listener);
      return () => void core.listeners.delete(listener);
    },
    close: () => inTurn(() => core.store.close()),
  };
}

/** Output root of a block that was executed. */
export function outputRootOf({ hash, header, messagePasserStorageRoot }: BlockRecord): Hash {
  return outputRoot({ stateRoot: header.stateRoot, messagePasserStorageRoot, blockHash: hash });
}
