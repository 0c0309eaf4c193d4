import type { Log } from './log.ts';

/**
 * One thing that is being waited for, as `why` prints it. Times are milliseconds since 1970.
 *
 * `name` says what is waited for (`receipts of L1 block 19000123`), `nextAction` what happens
 * when it does not come (`ask endpoint 2`), `nextActionAtMs` when.
 */
export type Wait = {
  readonly name: string;
  readonly sinceMs: number;
  readonly tries: number;
  readonly lastError: string | undefined;
  readonly nextAction: string;
  readonly nextActionAtMs: number | undefined;
};

/**
 * A wait that is going on. `update` replaces what is given; `end` removes it and may be repeated.
 */
export type OpenWait = {
  readonly update: (change: WaitChange) => void;
  readonly end: () => void;
};

/** What may change while a wait goes on. */
export type WaitChange = {
  readonly tries?: number;
  readonly lastError?: string;
  readonly nextAction?: string;
  readonly nextActionAtMs?: number;
};

/** Registry of what a node is waiting for. Several waits may be open at a time. */
export type Waits = {
  readonly begin: (name: string, nextAction: string) => OpenWait;
  /** Open waits, oldest first. */
  readonly list: () => readonly Wait[];
};

/** An empty registry. `now` is the clock, in milliseconds. */
export function createWaits(now: () => number = Date.now): Waits {
  const open = new Map<symbol, Wait>();
  const begin = (name: string, nextAction: string): OpenWait => {
    const key = Symbol(name);
    open.set(key, {
      name,
      sinceMs: now(),
      tries: 0,
      lastError: undefined,
      nextAction,
      nextActionAtMs: undefined,
    });
    return {
      update: (change) => {
        const wait = open.get(key);
        if (wait !== undefined) open.set(key, { ...wait, ...change });
      },
      end: () => void open.delete(key),
    };
  };
  return { begin, list: () => [...open.values()] };
}

/** A wait that lasts longer is told. */
const LONG_WAIT_MS = 10_000;
const BETWEEN_WARNINGS_MS = 60_000;

/** Told of a try that failed: how many there were, and with what the last one did. */
export type WaitWarning = (tries: number, lastError: string) => void;

/**
 * Tells the log of a wait that lasts: after ten seconds, and once a minute from then on. The wait
 * begins with this call; what it returns is called after each try that failed.
 *
 * @param now The clock, in milliseconds.
 */
export function createWaitWarning(
  log: Pick<Log, 'warn'>,
  name: string,
  now: () => number = Date.now,
): WaitWarning {
  const sinceMs = now();
  let nextMs = sinceMs + LONG_WAIT_MS;
  return (tries, lastError) => {
    const nowMs = now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + BETWEEN_WARNINGS_MS;
    const seconds = Math.round((nowMs - sinceMs) / 1_000);
    log.warn(`still waiting for ${name}`, { seconds, tries, lastError });
  };
}
