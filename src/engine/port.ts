import type { Address, Hash, Hex } from '../base/bytes.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { AbortOptions } from '../transport/abort.ts';

/**
 * An execution engine as the node drives it: over HTTP, or in the same process.
 *
 * Every method may throw EngineError and nothing else, but for the signal's own reason. A status
 * (valid, invalid, syncing) is an answer, never an error. Calls are made one after the other by
 * one owner; reads may overlap with them.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.7, 10.2
 */
export type EnginePort = {
  /**
   * Makes `state.headBlockHash` the head, and starts a build on it when attributes are given.
   * Attributes that cannot be built are answered by an invalid status or by the error
   * `invalidAttributes`: engines differ.
   *
   * @throws EngineError `invalidForkchoiceState`, `invalidAttributes` among others.
   */
  readonly forkchoiceUpdated: (
    state: ForkchoiceState,
    attributes: PayloadAttributes | undefined,
    options?: AbortOptions,
  ) => Promise<ForkchoiceOutcome>;

  /**
   * The payload of a build that `forkchoiceUpdated` started.
   *
   * @throws EngineError `unknownPayload` when the engine has forgotten it.
   */
  readonly getPayload: (build: PayloadBuild, options?: AbortOptions) => Promise<PayloadEnvelope>;

  /** Has the engine execute and keep a payload. Does not make it the head. */
  readonly newPayload: (
    envelope: PayloadEnvelope,
    options?: AbortOptions,
  ) => Promise<PayloadStatus>;

  /**
   * A block: canonical by number or label, any known one by hash. Undefined when the engine has
   * none; labels other than `latest` are undefined until they have been set.
   */
  readonly block: (
    id: BlockSelector,
    options?: AbortOptions,
  ) => Promise<PayloadEnvelope | undefined>;

  /** Storage root of an account after a block: what output roots need before Isthmus. */
  readonly storageRoot: (
    address: Address,
    blockHash: Hash,
    options?: AbortOptions,
  ) => Promise<Hash>;

  readonly chainId: (options?: AbortOptions) => Promise<bigint>;

  /**
   * Tells of transactions that blocks to come will hold, so that their senders are recovered while
   * other work goes on. A hint: whatever they are, and whatever becomes of them, nothing changes.
   */
  readonly expectTransactions?: (transactions: readonly Uint8Array[]) => void;

  /**
   * Whether the Engine API is served there at all: the public port of an engine has `eth_` methods
   * only. An engine without this has it.
   */
  readonly hasEngineApi?: (options?: AbortOptions) => Promise<boolean>;

  /** Lets go of connections and timers. Calls after it fail. */
  readonly close: () => Promise<void>;
};

/** Heads as the Engine API names them. Zero hashes are allowed for safe and finalized. */
export type ForkchoiceState = {
  readonly headBlockHash: Hash;
  readonly safeBlockHash: Hash;
  readonly finalizedBlockHash: Hash;
};

/** Verdict of the engine on a block. */
export type PayloadStatus =
  | { readonly type: 'valid' }
  /** INVALID or INVALID_BLOCK_HASH. */
  | {
      readonly type: 'invalid';
      /** The engine's own words, for people. */
      readonly validationError: string;
      readonly latestValidHash: Hash | undefined;
    }
  /** SYNCING or ACCEPTED: the engine lacks an ancestor and cannot tell yet. */
  | { readonly type: 'syncing' };

/** Answer to a forkchoice update. `build` is there when attributes were given and accepted. */
export type ForkchoiceOutcome = {
  readonly status: PayloadStatus;
  readonly build: PayloadBuild | undefined;
};

/** A payload being built. `timestamp` (seconds, of the attributes) picks the method version. */
export type PayloadBuild = { readonly id: Hex; readonly timestamp: bigint };

/** A block number, or one of the three labels, or a hash. */
export type BlockSelector =
  | { readonly number: bigint }
  | { readonly hash: Hash }
  | { readonly label: 'latest' | 'safe' | 'finalized' };
