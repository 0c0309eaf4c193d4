import type { Address, Hash } from '../../base/bytes.ts';
import type { Fork } from '../../protocol/forks.ts';
import type { WorldState } from '../state/worldState.ts';

/**
 * What the engine needs of an EVM: run the outermost message of a transaction on a state.
 *
 * The host has charged for the transaction, bumped the caller's nonce and applied
 * authorizations; it pays fees, deletes what self-destructed and ends the transaction. The EVM
 * moves `value`, runs code, and undoes its own changes when the message fails.
 */
export type Evm = {
  /**
   * Runs `message` in `block`. A failing message is a result; a throw is a fault of the EVM or of
   * the store under `state`, and no verdict on the transaction.
   */
  readonly run: (
    state: WorldState,
    block: EvmBlock,
    message: EvmMessage,
    options?: RunOptions,
  ) => EvmResult | Promise<EvmResult>;

  /** Addresses that are warm from the start because code runs there that no account holds. */
  readonly precompiles: (fork: EvmFork) => readonly Address[];
};

/** What may be wanted of a run beside its result. */
export type RunOptions = {
  /** Told of the calls of the message. */
  readonly observer?: CallObserver | undefined;
  /** Of a run that must not keep all else waiting. Blocks are run without. */
  readonly pause?: Pause | undefined;
};

/**
 * Asked every 50,000 gas, and where calls begin and end: what it gives is waited for, and what
 * it throws ends the run, whose state is of no use then.
 */
export type Pause = () => Promise<void> | undefined;

/** Newest fork of the block: picks opcodes, gas schedule, precompiles and their limits. */
export type EvmFork = Fork | 'bedrock';

/** What code can see of the block it runs in. */
export type EvmBlock = {
  readonly fork: EvmFork;
  readonly chainId: bigint;
  readonly number: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly coinbase: Address;
  readonly prevRandao: Hash;
  readonly gasLimit: bigint;
  /** Wei. */
  readonly baseFeePerGas: bigint;
  /** Hash of one of the 256 blocks before this one; undefined when it is not known. */
  readonly blockHash: (number: bigint) => Hash | undefined;
};

/** The outermost call or creation of a transaction. */
export type EvmMessage = {
  /** Sender; also the origin. */
  readonly caller: Address;
  /** Undefined creates a contract at the address of the caller's nonce minus 1. */
  readonly to: Address | undefined;
  /** Wei; the caller has it. */
  readonly value: bigint;
  readonly data: Uint8Array;
  /** Without the intrinsic part. */
  readonly gasLimit: bigint;
  /** Effective price in wei. */
  readonly gasPrice: bigint;
  readonly warmAddresses: readonly Address[];
  readonly warmSlots: readonly (readonly [Address, bigint])[];
};

/** How a message ended. */
export type EvmResult = {
  /** `halt` covers every end that takes all gas. */
  readonly status: 'success' | 'revert' | 'halt';
  /** Why it failed, for people; empty on success. */
  readonly reason: string;
  readonly gasUsed: bigint;
  /** Refund counter; 0 unless successful. Not yet limited. */
  readonly gasRefund: bigint;
  readonly output: Uint8Array;
  readonly logs: readonly EvmLog[];
  /** Accounts that the host must delete. */
  readonly selfDestructs: readonly Address[];
};

/** Told of the calls and creations below a message, the outermost first, as they begin and end. */
export type CallObserver = {
  readonly enter: (call: ObservedCall) => void;
  /** The call that was entered last and has not ended. */
  readonly exit: (end: ObservedEnd) => void;
  readonly log: (log: EvmLog) => void;
};

/** A call, a creation, or a self-destruction, which counts as one. */
export type ObservedCall = {
  readonly type: CallType;
  readonly from: Address;
  /** The account whose code runs; of a creation, its new address. */
  readonly to: Address;
  readonly input: Uint8Array;
  readonly gas: number;
  /** Wei; none in a static call. */
  readonly value: bigint | undefined;
};

/** Opcodes that begin a call. */
export type CallType =
  | 'CALL'
  | 'CALLCODE'
  | 'DELEGATECALL'
  | 'STATICCALL'
  | 'CREATE'
  | 'CREATE2'
  | 'SELFDESTRUCT';

/** How a call ended. */
export type ObservedEnd = {
  readonly status: 'success' | 'revert' | 'halt';
  /** Why it failed; empty on success. */
  readonly reason: string;
  readonly gasLeft: number;
  readonly output: Uint8Array;
};

/** A log in the order of emission. Topics are 32 bytes each, at most 4. */
export type EvmLog = {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Uint8Array;
};
