import type { BatcherTxData } from '../batcher/closedChannel.ts';
import type { Dropped } from '../derive/dropped.ts';
import type { DriverEvents } from '../node/driverPorts.ts';
import { DEPOSIT_TX_TYPE } from '../protocol/deposit.ts';
import type { SequencerEvents } from '../sequencer/ports.ts';

/** What a devnet has done so far. */
export type DevnetCounts = {
  readonly now: {
    /** Blocks the sequencer made. */
    sequenced: number;
    /** Blocks, transactions and deposits that verifiers derived; again after a reset. */
    derived: number;
    transactions: number;
    deposits: number;
    batcherTxs: number;
    drops: number;
    resets: number;
    reorgs: number;
    restarts: number;
    /** Blocks in a row that are equal on sequencer and every verifier. */
    equal: bigint;
  };
  readonly sequencing: SequencerEvents;
  readonly verifierEvents: Pick<DriverEvents, 'derived' | 'dropped' | 'reset' | 'l1Reorg'>;
  readonly submitted: (data: BatcherTxData) => void;
  /** The newest things that derivation refused. */
  readonly recentDrops: readonly Dropped[];
};

const MAX_DROPS = 20;

/** Counts at zero. */
export function createCounts(): DevnetCounts {
  const now = {
    sequenced: 0,
    derived: 0,
    transactions: 0,
    deposits: 0,
    batcherTxs: 0,
    drops: 0,
    resets: 0,
    reorgs: 0,
    restarts: 0,
    equal: 0n,
  };
  const recentDrops: Dropped[] = [];
  return {
    now,
    recentDrops,
    sequencing: {
      sequenced: () => {
        now.sequenced++;
      },
      failed: () => {},
      inconsistentOrigin: () => {},
    },
    verifierEvents: {
      derived: ({ step }) => {
        const { transactions } = step.attributes;
        const deposits = transactions.filter((tx) => tx[0] === DEPOSIT_TX_TYPE).length;
        now.derived++;
        now.transactions += transactions.length - deposits;
        // The first of each block is the L1 attributes transaction.
        now.deposits += deposits - 1;
      },
      dropped: (dropped) => {
        now.drops++;
        recentDrops.unshift(dropped);
        recentDrops.length = Math.min(recentDrops.length, MAX_DROPS);
      },
      reset: () => {
        now.resets++;
      },
      l1Reorg: () => {
        now.reorgs++;
      },
    },
    submitted: () => {
      now.batcherTxs++;
    },
  };
}
