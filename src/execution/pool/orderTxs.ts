import type { Address } from '../../base/bytes.ts';
import type { CandidateTxs, PooledTx } from '../candidateTxs.ts';

/** A pooled transaction and when it came: smaller is earlier. */
export type Arrival = PooledTx & { readonly order: number };

/** Most that pooled transactions may take on L1, in estimated bytes; 0 is no limit. */
export type DaLimits = { readonly maxTxBytes: bigint; readonly maxBlockBytes: bigint };

/** As much as there is. */
export const NO_DA_LIMITS: DaLimits = { maxTxBytes: 0n, maxBlockBytes: 0n };

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
 * @param limits   A sender whose next transaction is beyond them is left alone.
 */
export function orderTxs(
  bySender: ReadonlyMap<Address, readonly Arrival[]>,
  baseFee: bigint,
  limits: DaLimits = NO_DA_LIMITS,
): CandidateTxs {
  const lines = [...bySender.values()].map((txs): Line => ({ txs, at: 0 }));
  let given: Line | undefined;
  let daBytes = 0n;
  return {
    next: () => {
      given = undefined;
      let tip = -1n;
      for (const line of lines) {
        const first = line.txs[line.at];
        if (first === undefined) continue;
        if (!fits(limits, daBytes, first)) {
          line.at = line.txs.length;
          continue;
        }
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
      const tx = given.txs[given.at];
      if (fault === undefined && tx !== undefined) daBytes += daSize(tx);
      const isUsed = fault === undefined || fault === 'nonceTooLow';
      given.at = isUsed ? given.at + 1 : given.txs.length;
    },
  };
}

function fits({ maxTxBytes, maxBlockBytes }: DaLimits, used: bigint, tx: PooledTx): boolean {
  const size = daSize(tx);
  const isShort = maxTxBytes === 0n || size <= maxTxBytes;
  return isShort && (maxBlockBytes === 0n || used + size <= maxBlockBytes);
}

/** Estimated bytes that a transaction takes on L1. */
function daSize({ size }: PooledTx): bigint {
  return size.estimatedSize / 1_000_000n;
}

/** What one sender has, and how far it has been tried. */
type Line = { readonly txs: readonly Arrival[]; at: number };
