import type { BlockId } from '../protocol/ids.ts';
import type { SafeHeadRecord } from './safeHeads.ts';

/** What finality is decided from. */
export type FinalityFacts = {
  /** The last signal of L1. */
  readonly finalizedL1: BlockId;
  /** The newest record at or below that L1 block. */
  readonly record: SafeHeadRecord | undefined;
  readonly finalizedL2: BlockId;
  readonly safeL2: BlockId;
  /** Hash of the canonical L1 block at the height of the signal, and at that of the record. */
  readonly canonical: {
    readonly atSignal: string | undefined;
    readonly atRecord: string | undefined;
  };
};

/** What follows for the finalized head. */
export type FinalityVerdict =
  | { readonly type: 'nothing'; readonly because: string }
  | { readonly type: 'finalize'; readonly l2: BlockId }
  /** What we derived from is not what L1 has: the heads must be found again. */
  | { readonly type: 'reset'; readonly message: string };

/**
 * What a finalized L1 block finalizes of L2: the last block that was safe after reading it. By the
 * L1 block a batch was read in, not by the L2 block's L1 origin.
 *
 * @spec protocol/derivation-2-attributes-engine.md 10.7
 */
export function decideFinality(facts: FinalityFacts): FinalityVerdict {
  const { finalizedL1, record, finalizedL2, safeL2, canonical } = facts;
  if (record === undefined || record.l2.number <= finalizedL2.number) {
    return { type: 'nothing', because: 'no L2 block was derived from finalized L1 since' };
  }
  if (record.l2.number > safeL2.number) {
    return { type: 'nothing', because: 'the safe head has not come back to it' };
  }
  if (canonical.atSignal === undefined || canonical.atRecord === undefined) {
    return { type: 'nothing', because: 'the L1 does not have the blocks to check it' };
  }
  if (canonical.atSignal !== finalizedL1.hash) {
    const message = `L1 block ${finalizedL1.number} was signalled final as \`${finalizedL1.hash}\``;
    return { type: 'nothing', because: `${message}, but is \`${canonical.atSignal}\`` };
  }
  if (canonical.atRecord !== record.l1.hash) {
    const { number, hash } = record.l1;
    const from = `derived from L1 block ${number} \`${hash}\``;
    return { type: 'reset', message: `${from}, but \`${canonical.atRecord}\` is final` };
  }
  return { type: 'finalize', l2: record.l2 };
}
