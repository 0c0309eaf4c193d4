import type { Address, Hash } from '../base/bytes.ts';
import { type Fork, isActive } from '../protocol/forks.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import type { Evm, EvmBlock, EvmLog } from './evm/port.ts';
import { type FeeParameters, readFeeParameters } from './fees.ts';
import type { WorldState } from './state/worldState.ts';

/** A block while its transactions run. */
export type BlockContext = {
  readonly config: ExecutionConfig;
  readonly evm: Evm;
  readonly state: WorldState;
  readonly block: EvmBlock;
  /** Gas that transactions may still reserve. */
  gasPool: bigint;
  /** Data availability footprint so far, in gas; from Jovian on. */
  daUsed: bigint;
  /** Read at the first transaction that is no deposit. */
  fees: FeeParameters | undefined;
};

/** True when the block has the rules of `fork`. */
export function hasFork(context: BlockContext, fork: Fork): boolean {
  return isActive(context.config.forkTimes, fork, context.block.timestamp);
}

/** Fee parameters of the block, as the deposits before the first other transaction left them. */
export function feesOf(context: BlockContext): FeeParameters {
  const { config, block, state } = context;
  context.fees ??= readFeeParameters(config, block.timestamp, state);
  return context.fees;
}

/** What running one transaction gave. Fees in wei. */
export type TxResult = {
  readonly hash: Hash;
  readonly type: number;
  readonly from: Address;
  readonly to: Address | undefined;
  readonly status: 'success' | 'failure';
  /** Why it failed, for people; empty on success. */
  readonly reason: string;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  readonly logs: readonly EvmLog[];
  /** Address of the contract that a creation is to make, failed or not. */
  readonly contractAddress: Address | undefined;
  readonly effectiveGasPrice: bigint;
  /** Of a deposit, from Regolith on: the sender's nonce before it. */
  readonly depositNonce: bigint | undefined;
  readonly l1Fee: bigint;
  readonly l1GasUsed: bigint;
  readonly operatorFee: bigint;
  /** In gas; from Jovian on. */
  readonly daFootprint: bigint;
};

/** A transaction that ran, or the reason why no block may hold it here. */
export type TxOutcome =
  | { readonly type: 'included'; readonly result: TxResult }
  | { readonly type: 'invalid'; readonly code: InvalidTx; readonly reason: string };

/** Why a transaction makes its block invalid. @spec protocol/execution.md 2.2 */
export type InvalidTx =
  | 'undecodable'
  | 'typeNotAllowed'
  | 'wrongChainId'
  | 'gasAboveCap'
  | 'nonceTooLow'
  | 'nonceTooHigh'
  | 'senderHasCode'
  | 'feeCapBelowBaseFee'
  | 'tipAboveFeeCap'
  | 'noAuthorizations'
  | 'setCodeCreation'
  | 'insufficientFunds'
  | 'blockGasExceeded'
  | 'gasBelowIntrinsic'
  | 'initCodeTooLong'
  | 'daFootprintExceeded'
  | 'notADeposit';
