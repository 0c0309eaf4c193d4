import type { Hash } from '../base/bytes.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { EngineBuildOutcome, ExecutionEngine } from './engine.ts';

/** Where a block's transactions come from when the attributes leave room for some. */
export type TxSource = {
  /** Encoded transactions for a block on `parentHash`, in order. Asked again after a refusal. */
  readonly pick: (
    parentHash: Hash,
    attributes: PayloadAttributes,
  ) => Promise<readonly Uint8Array[]> | readonly Uint8Array[];
  /** A picked transaction cannot be in that block. Picking it again for it is pointless. */
  readonly refused: (txHash: Hash, reason: string) => void;
};

/** Transactions of one block that may turn out invalid; after that it goes without any. */
const MAX_REFUSALS = 16;

/**
 * Builds a block of `attributes` with transactions from `source` behind theirs. One that turns out
 * invalid is left out; the attributes' own being invalid is the outcome.
 */
export async function fillBlock(
  engine: Pick<ExecutionEngine, 'build'>,
  parentHash: Hash,
  attributes: PayloadAttributes,
  source: TxSource,
): Promise<EngineBuildOutcome> {
  const own = attributes.transactions;
  for (let refusals = 0; refusals < MAX_REFUSALS; refusals++) {
    const picked = await source.pick(parentHash, attributes);
    const transactions = [...own, ...picked];
    const outcome = await engine.build(parentHash, { ...attributes, transactions });
    if (outcome.type !== 'invalid') return outcome;
    const { transaction, reason } = outcome;
    if (transaction === undefined || transaction.index < own.length) return outcome;
    source.refused(transaction.hash, reason);
  }
  return engine.build(parentHash, attributes);
}
