import type { EngineHeads } from '../engine/heads.ts';

/** A change of the heads: what they become, and what came of it. */
export type HeadsChange<T> = (heads: EngineHeads) => Promise<readonly [EngineHeads, T]>;

/**
 * The L2 heads, and the only way to change them: one change at a time, in the order asked for.
 * Derivation, finality, unsafe blocks and the sequencer all go through here, so a check and what it
 * guards are never separated by somebody else's change.
 */
export type ChainHeads = {
  /** The heads as last known; undefined before the first sync start. */
  readonly current: () => EngineHeads | undefined;
  /** False while a sync start looks for the heads: nobody may build on them then. */
  readonly areKnown: () => boolean;
  /**
   * Applies a change when all earlier ones are through.
   *
   * @returns What the change gave; undefined when the heads were not known at that time.
   */
  readonly change: <T>(change: HeadsChange<T>) => Promise<T | undefined>;
  /** Declares the heads unknown, after the changes that are under way. */
  readonly forget: () => Promise<void>;
  /** Sets the heads that a sync start found. */
  readonly found: (heads: EngineHeads) => Promise<void>;
  /** Calls `listener` after each change. Returns what ends that. */
  readonly onChange: (listener: (heads: EngineHeads) => void) => () => void;
};

/** Heads that are not known yet. */
export function createChainHeads(): ChainHeads {
  let current: EngineHeads | undefined;
  let known = false;
  let last: Promise<unknown> = Promise.resolve();
  const listeners = new Set<(heads: EngineHeads) => void>();
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task, task);
    last = turn.catch(() => undefined);
    return turn;
  };
  const set = (heads: EngineHeads): void => {
    if (heads === current) return;
    current = heads;
    for (const listener of Array.from(listeners)) listener(heads);
  };
  return {
    current: () => current,
    areKnown: () => known,
    change: (change) =>
      inTurn(async () => {
        if (!known || current === undefined) return undefined;
        const [heads, outcome] = await change(current);
        set(heads);
        return outcome;
      }),
    forget: () =>
      inTurn(async () => {
        known = false;
      }),
    found: (heads) =>
      inTurn(async () => {
        known = true;
        set(heads);
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
