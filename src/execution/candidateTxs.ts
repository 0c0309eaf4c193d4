import type { BlockContext, InvalidTx, TxResult } from './blockContext.ts';
import { executeSignedTx } from './executeSignedTx.ts';
import type { TxSize } from './fees.ts';
import { LEAST_TX_GAS } from './intrinsicGas.ts';
import { endTransaction } from './state/worldState.ts';
import type { SignedTx } from './transaction.ts';

/** A signed transaction that waits to get into a block. */
export type PooledTx = {
  /** Encoded. */
  readonly raw: Uint8Array;
  readonly tx: SignedTx;
  readonly size: TxSize;
};

/**
 * What a sequencer's block may hold beyond its forced list, best first. The order is the caller's;
 * the block takes what is valid where it comes.
 */
export type CandidateTxs = {
  /** The next one to try; undefined when none is left. */
  readonly next: () => PooledTx | undefined;
  /** What became of the one that `next` gave last: the fault, or undefined when it was taken. */
  readonly tell: (fault: InvalidTx | undefined) => void;
};

/** Candidates that a block took, and what running them gave. */
export type TakenTxs = {
  readonly transactions: readonly Uint8Array[];
  readonly results: readonly TxResult[];
};

/** Runs candidates until the block is full or none is left. One that is invalid changes nothing. */
export async function takeCandidates(
  context: BlockContext,
  candidates: CandidateTxs,
): Promise<TakenTxs> {
  const transactions: Uint8Array[] = [];
  const results: TxResult[] = [];
  while (context.gasPool >= LEAST_TX_GAS) {
    const next = candidates.next();
    if (next === undefined) break;
    const outcome = await executeSignedTx(context, next.tx, next.size);
    candidates.tell(outcome.type === 'invalid' ? outcome.code : undefined);
    if (outcome.type === 'invalid') continue;
    endTransaction(context.state);
    transactions.push(next.raw);
    results.push(outcome.result);
  }
  return { transactions, results };
}
