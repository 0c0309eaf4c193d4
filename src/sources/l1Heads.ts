import type { L1BlockRef } from '../protocol/ids.ts';

/** L1 block labels. */
export type L1Label = 'latest' | 'safe' | 'finalized';

/**
 * What the L1 last said its heads are. They are signals: not proven to lie on one chain, and
 * never going back by themselves is not promised.
 */
export type L1Heads = {
  /** Undefined until the first answer. */
  readonly head: (label: L1Label) => L1BlockRef | undefined;
  /** Calls `listener` after each change of a head. Returns what ends that. */
  readonly onChange: (listener: (label: L1Label, head: L1BlockRef) => void) => () => void;
  /** Ends polling and subscriptions. */
  readonly close: () => void;
};
