import { type AbortOptions, sleep } from '../transport/abort.ts';

/** A clock to wait by that can be rung before its time. */
export type Alarm = {
  readonly ring: () => void;
  /** Waits for a ring, at most `ms` milliseconds. A ring that nobody waited for counts. */
  readonly next: (ms: number | undefined, signal: AbortSignal) => Promise<void>;
  /** Waits for a ring, at most until `atMs`, milliseconds since 1970. */
  readonly until: (atMs: number, signal: AbortSignal) => Promise<void>;
  /** Waits, whatever rings. */
  readonly pause: (ms: number, options?: AbortOptions) => Promise<void>;
};

/** An alarm that has not rung. One may wait at a time. `now`: milliseconds since 1970. */
export function createAlarm(now: () => number): Alarm {
  let hasRung = false;
  let resume: (() => void) | undefined;
  const next = async (ms: number | undefined, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (hasRung) {
      hasRung = false;
      return;
    }
    const rung = new AbortController();
    resume = () => rung.abort();
    try {
      // Without a time it waits for ever; a timer needs some number.
      await sleep(ms ?? MAX_TIMER_MS, { signal: AbortSignal.any([signal, rung.signal]) });
    } catch (error) {
      if (signal.aborted || !rung.signal.aborted) throw error;
    } finally {
      resume = undefined;
    }
  };
  return {
    ring: () => {
      if (resume === undefined) hasRung = true;
      else resume();
    },
    next,
    until: (atMs, signal) => next(Math.max(0, atMs - now()), signal),
    pause: sleep,
  };
}

const MAX_TIMER_MS = 2 ** 31 - 1;
