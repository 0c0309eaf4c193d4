import { isActivationBlock, isActive } from '../protocol/forks.ts';
import { DEPOSIT_TX_TYPE } from '../protocol/deposit.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { POST_EXEC_TX_TYPE, SET_CODE_TX_TYPE } from '../protocol/spanBatchTxs.ts';
import type { BatchDropReason } from './dropped.ts';

/**
 * What the rules say of a batch.
 *
 * `past`: skip it alone (Holocene). `future`: keep it for later. `undecided`: an L1 block that it
 * depends on is not read yet. `needL2Block`: the block of that number is needed to tell.
 */
export type BatchVerdict =
  | { readonly type: 'accept' }
  | { readonly type: 'drop'; readonly reason: BatchDropReason }
  | { readonly type: 'past' }
  | { readonly type: 'future' }
  | { readonly type: 'undecided' }
  | { readonly type: 'needL2Block'; readonly number: bigint };

/** The verdicts without a reason. */
export const ACCEPT: BatchVerdict = { type: 'accept' };
export const PAST: BatchVerdict = { type: 'past' };
export const FUTURE: BatchVerdict = { type: 'future' };
export const UNDECIDED: BatchVerdict = { type: 'undecided' };

/** Refusal for a reason. */
export function drop(reason: BatchDropReason): BatchVerdict {
  return { type: 'drop', reason };
}

/**
 * Why one of a batch's transactions makes the whole block unacceptable, if any does. Nothing but
 * the first byte is looked at; all else is left to the engine.
 *
 * Rules in order: empty; deposit; set-code before Isthmus (by the L2 time `timestamp`); post-exec,
 * which no known fork allows.
 *
 * @spec protocol/derivation.md 7.2 rule 11; protocol/changes-v1.19.6.md 1.2
 */
export function whyTransactionsRefused(
  config: RollupConfig,
  transactions: readonly Uint8Array[],
  timestamp: bigint,
): BatchDropReason | undefined {
  for (const transaction of transactions) {
    switch (transaction[0]) {
      case undefined:
        return 'emptyTransaction';
      case DEPOSIT_TX_TYPE:
        return 'depositTransaction';
      case SET_CODE_TX_TYPE:
        if (!isActive(config.forkTimes, 'isthmus', timestamp)) return 'setCodeBeforeIsthmus';
        break;
      case POST_EXEC_TX_TYPE:
        return 'postExecTransaction';
      default:
    }
  }
  return undefined;
}

/**
 * True when the L2 block of this time must be empty of user transactions: the activation blocks of
 * Jovian and Karst, and of no older fork.
 *
 * @spec protocol/derivation.md 7.2 rule 9
 */
export function mustBeEmpty(config: RollupConfig, timestamp: bigint): boolean {
  const { forkTimes, blockTime } = config;
  return (
    isActivationBlock(forkTimes, 'jovian', timestamp, blockTime) ||
    isActivationBlock(forkTimes, 'karst', timestamp, blockTime)
  );
}
