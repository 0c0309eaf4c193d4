import type { Dropped } from '../derive/dropped.ts';

/** The newest things of L1 that derivation refused, for the status page and `why`. */
export type Drops = {
  readonly add: (dropped: Dropped) => void;
  /** Newest first. */
  readonly recent: () => readonly Dropped[];
  /** Since the process began. */
  readonly count: () => number;
};

const MAX_DROPS = 100;

/** No drops yet. */
export function createDrops(maxDrops = MAX_DROPS): Drops {
  const recent: Dropped[] = [];
  let count = 0;
  return {
    add: (dropped) => {
      count += 1;
      recent.unshift(dropped);
      if (recent.length > maxDrops) recent.pop();
    },
    recent: () => [...recent],
    count: () => count,
  };
}
