import type { L1BlockRef } from '../protocol/ids.ts';
import { sleep } from '../transport/abort.ts';
import type { Waits } from '../transport/waits.ts';
import { SourceError } from './errors.ts';
import type { L1Label, L1Source } from './l1Source.ts';

/**
 * What the L1 last said its heads are. They are signals: proven to be blocks, but not to lie on
 * one chain, and a head may go back.
 */
export type L1Heads = {
  /** Undefined until the first answer. */
  readonly head: (label: L1Label) => L1BlockRef | undefined;
  /** Calls `listener` after each change of a head. Returns what ends that. */
  readonly onChange: (listener: HeadListener) => () => void;
  /** Ends polling and subscriptions. */
  readonly close: () => void;
};

/** Told of each new head. */
export type HeadListener = (label: L1Label, head: L1BlockRef) => void;

/** How heads are learned. */
export type L1HeadsOptions = {
  readonly source: L1Source;
  readonly waits: Waits;
  /** Of `latest`; op-node's `l1.http-poll-interval`. */
  readonly pollIntervalMs?: number;
  /** Of `safe` and `finalized`; op-node's `l1.epoch-poll-interval`. 0 turns it off. */
  readonly epochPollIntervalMs?: number;
  /** New heads as they are announced. Polling goes on, more slowly, while it is well. */
  readonly subscribe?: HeadSubscription;
};

/** Calls `onHead` for every announced head until the signal is aborted; reconnects by itself. */
export type HeadSubscription = (
  onHead: (head: L1BlockRef) => void,
  options: { readonly signal: AbortSignal },
) => void;

const POLL_INTERVAL_MS = 12_000;
const EPOCH_POLL_INTERVAL_MS = 384_000;
/** Between tries after a failed poll, growing. */
const FIRST_RETRY_MS = 100;

/** Heads by polling, and by subscription where there is one. Starts at once. */
export function createL1Heads(options: L1HeadsOptions): L1Heads {
  const { source, waits } = options;
  const stop = new AbortController();
  const { signal } = stop;
  const heads = new Map<L1Label, L1BlockRef>();
  const listeners = new Set<HeadListener>();

  const announce = (label: L1Label, head: L1BlockRef): void => {
    if (heads.get(label)?.hash === head.hash) return;
    heads.set(label, head);
    for (const listener of Array.from(listeners)) listener(label, head);
  };
  const poll = (label: L1Label, intervalMs: number): void => {
    void pollForever(source, waits, label, intervalMs, announce, { signal });
  };

  poll('latest', options.pollIntervalMs ?? POLL_INTERVAL_MS);
  const epochMs = options.epochPollIntervalMs ?? EPOCH_POLL_INTERVAL_MS;
  if (epochMs > 0) {
    poll('safe', epochMs);
    poll('finalized', epochMs);
  }
  options.subscribe?.((head) => announce('latest', head), { signal });

  return {
    head: (label) => heads.get(label),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      stop.abort();
      listeners.clear();
    },
  };
}

async function pollForever(
  source: L1Source,
  waits: Waits,
  label: L1Label,
  intervalMs: number,
  announce: HeadListener,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const isOver = (): boolean => options.signal.aborted;
  let wait: ReturnType<Waits['begin']> | undefined;
  let failures = 0;
  while (!isOver()) {
    let pauseMs = intervalMs;
    try {
      const head = await source.ref({ label }, options);
      wait?.end();
      wait = undefined;
      failures = 0;
      // Young chains have no safe or finalized block yet.
      if (head !== undefined) announce(label, head);
    } catch (error) {
      if (isOver()) break;
      if (!(error instanceof SourceError)) throw error;
      pauseMs = Math.min(intervalMs, FIRST_RETRY_MS * 2 ** Math.min(failures++, 16));
      wait ??= waits.begin(`the L1's ${label} block`, 'ask again');
      const nextActionAtMs = Date.now() + pauseMs;
      wait.update({ tries: failures, lastError: error.message, nextActionAtMs });
    }
    try {
      await sleep(pauseMs, options);
    } catch {
      break;
    }
  }
  wait?.end();
}
