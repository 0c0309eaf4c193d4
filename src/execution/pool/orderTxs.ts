import type { Address } from '../../base/bytes.ts';
import type { CandidateTxs, PooledTx } from '../candidateTxs.ts';

/** A pooled transaction and when it came: smaller is earlier. */
export type Arrival = PooledTx & { readonly order: number };

/** What a transaction gives the block's maker per gas, in wei; negative when it cannot be in. */
export function effectiveTip({ tx }: PooledTx, baseFee: bigint): bigint {
  const room = tx.maxFeePerGas - baseFee;
  return tx.maxPriorityFeePerGas < room ? tx.maxPriorityFeePerGas : room;
}

/**
 * Candidates for a block, the highest tip first, an earlier arrival before a later one of the same
 * tip, and each sender's in the order of nonces. The same pool gives the same order.
 *
 * After a fault the sender is left alone, except that a used nonce makes place for the next.
 *
 * @param bySender Lists in the order of nonces.
 * @param baseFee  Of the block, in wei.
 */
export function orderTxs(
  bySender: ReadonlyMap<Address, readonly Arrival[]>,
  baseFee: bigint,
): CandidateTxs {
  const lines = [...bySender.values()].map((txs): Line => ({ txs, at: 0 }));
  let given: Line | undefined;
  return {
    next: () => {
      given = undefined;
      let tip = -1n;
      for (const line of lines) {
        const first = line.txs[line.at];
        if (first === undefined) continue;
        const offered = effectiveTip(first, baseFee);
        if (offered < 0n || offered < tip) continue;
        const rival = given?.txs[given.at];
        if (offered === tip && rival !== undefined && rival.order < first.order) continue;
        [given, tip] = [line, offered];
      }
      return given?.txs[given.at];
    },
    tell: (fault) => {
      if (given === undefined) return;
      const isUsed = fault === undefined || fault === 'nonceTooLow';
      given.at = isUsed ? given.at + 1 : given.txs.length;
    },
  };
}

/** What one sender has, and how far it has been tried. */
type Line = { readonly txs: readonly Arrival[]; at: number };
