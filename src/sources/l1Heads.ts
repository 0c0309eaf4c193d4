import type { L1BlockRef } from '../protocol/ids.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import type { OpenWait, Waits } from '../transport/waits.ts';
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
  /**
   * Told up to which head L1 has been read, confirmations included: who is far behind it need not
   * know at once how it moves on.
   */
  readonly noteRead: (number: bigint) => void;
  /** Ends polling and subscriptions. */
  readonly close: () => void;
};

/** Told of each new head. */
export type HeadListener = (label: L1Label, head: L1BlockRef) => void;

/** How heads are learned. */
export type L1HeadsOptions = {
  readonly source: Pick<L1Source, 'ref'>;
  readonly waits: Waits;
  /** Of `latest`; op-node's `l1.http-poll-interval`. */
  readonly pollIntervalMs?: number;
  /** Of `safe` and `finalized`; op-node's `l1.epoch-poll-interval`. 0 turns it off. */
  readonly epochPollIntervalMs?: number;
  /** New heads as they are announced. Polling goes on beside it. */
  readonly subscribe?: HeadSubscription;
  readonly clock?: HeadsClock;
};

/** Calls `onHead` for every announced head until the signal is aborted; reconnects by itself. */
export type HeadSubscription = (
  onHead: (head: L1BlockRef) => void,
  options: { readonly signal: AbortSignal },
) => void;

/** Time, for tests that have their own. `now` in milliseconds. */
export type HeadsClock = {
  readonly now: () => number;
  readonly sleep: (ms: number, options: AbortOptions) => Promise<void>;
};

const POLL_INTERVAL_MS = 12_000;
const EPOCH_POLL_INTERVAL_MS = 384_000;
/** Between tries after a failed poll, growing. */
const FIRST_RETRY_MS = 100;
/** A poll changes nothing while so many known blocks are still to be read; one a slot is enough. */
const BEHIND_BLOCKS = 16n;
const BEHIND_INTERVAL_MS = 12_000;

/** Heads by polling, and by subscription where there is one. Starts at once. */
export function createL1Heads(options: L1HeadsOptions): L1Heads {
  const stop = new AbortController();
  const { signal } = stop;
  const heads = new Map<L1Label, L1BlockRef>();
  const listeners = new Set<HeadListener>();
  let read: bigint | undefined;

  const announce = (label: L1Label, head: L1BlockRef): void => {
    if (heads.get(label)?.hash === head.hash) return;
    heads.set(label, head);
    for (const listener of Array.from(listeners)) listener(label, head);
  };
  const head = (label: L1Label): L1BlockRef | undefined => heads.get(label);
  const isAhead = (label: L1Label, blocks: bigint): boolean => {
    const known = heads.get(label)?.number;
    return known !== undefined && read !== undefined && known > read + blocks;
  };
  const clock = options.clock ?? { now: () => performance.now(), sleep };
  const scope = { ...options, clock, head, announce };
  const pollMs = options.pollIntervalMs ?? POLL_INTERVAL_MS;
  void pollForever(scope, ['latest'], pollMs, () => isAhead('latest', BEHIND_BLOCKS), signal);
  const epochMs = options.epochPollIntervalMs ?? EPOCH_POLL_INTERVAL_MS;
  if (epochMs > 0) {
    // Nothing becomes final before the last finalized block has been read.
    const isIdle = (): boolean => isAhead('finalized', 0n);
    void pollForever(scope, ['safe', 'finalized'], epochMs, isIdle, signal);
  }
  options.subscribe?.((announced) => announce('latest', announced), { signal });

  return {
    head,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    noteRead: (number) => {
      read = number;
    },
    close: () => {
      stop.abort();
      listeners.clear();
    },
  };
}

type PollScope = Pick<L1HeadsOptions, 'source' | 'waits'> & {
  readonly clock: HeadsClock;
  readonly head: L1Heads['head'];
  readonly announce: HeadListener;
};

/** Asks for labels together. While `isIdle`, no more often than once in BEHIND_INTERVAL_MS. */
async function pollForever(
  scope: PollScope,
  labels: readonly L1Label[],
  intervalMs: number,
  isIdle: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { waits, clock } = scope;
  let wait: OpenWait | undefined;
  let failures = 0;
  let askedMs = -Infinity;
  while (!signal.aborted) {
    let pauseMs = intervalMs;
    try {
      if (failures > 0 || !isIdle() || clock.now() - askedMs >= BEHIND_INTERVAL_MS) {
        askedMs = clock.now();
        await Promise.all(labels.map((label) => pollOnce(scope, label, signal)));
      }
      wait?.end();
      wait = undefined;
      failures = 0;
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof SourceError)) throw error;
      pauseMs = Math.min(intervalMs, FIRST_RETRY_MS * 2 ** Math.min(failures++, 16));
      wait ??= waits.begin(`the L1's ${labels.join(' and ')} block`, 'ask again');
      const nextActionAtMs = Date.now() + pauseMs;
      wait.update({ tries: failures, lastError: error.message, nextActionAtMs });
    }
    await clock.sleep(pauseMs, { signal }).catch(() => undefined);
  }
  wait?.end();
}

async function pollOnce(
  { source, head, announce }: PollScope,
  label: L1Label,
  signal: AbortSignal,
): Promise<void> {
  const found = await source.ref({ label }, { signal });
  if (found !== undefined) return announce(label, found);
  // Young chains have no safe or finalized block yet; every chain has a latest one.
  if (label !== 'latest' && head(label) === undefined) return;
  throw new SourceError('notFound', `no endpoint has a ${label} block`);
}
