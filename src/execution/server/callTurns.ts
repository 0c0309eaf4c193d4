import type { AbortOptions } from '../../transport/abort.ts';
import type { Pause } from '../evm/port.ts';
import { RpcError } from './jsonRpc.ts';

/**
 * Turns on the one thread for calls that nobody pays for. A call runs in slices; after each one
 * everything else that waits in the process has its turn, then the call that has waited longest.
 */
export type CallTurns = {
  /**
   * Waits for the first slice. What it gives is for the EVM: it waits for each further slice, and
   * throws `overdue` once `limitMs` have passed since the first began; 0 is no limit.
   *
   * @throws RpcError `limitExceeded` when too many calls wait already: each holds a state.
   *         `application` after `close`, as every pause does. The signal's reason, when whoever
   *         asked has left; so does the pause, and a call that waits gives its place away at once.
   */
  readonly begin: (limitMs: number, overdue: Error, options?: AbortOptions) => Promise<Pause>;
  /** For what nobody waits for with a limit: it, too, waits for each further slice. */
  readonly pause: Pause;
  /** Ends all calls: those that wait, those that run at their next pause, and those to come. */
  readonly close: () => void;
};

/** Time as the turns need it. */
export type TurnClock = {
  /** Milliseconds since any moment. */
  readonly now: () => number;
  /** Calls back after everything else that waits now has had its turn. */
  readonly afterOthers: (callback: () => void) => void;
};

type Waiting = {
  /** Its turn has come. */
  readonly go: () => void;
  readonly end: (reason: RpcError) => void;
};

/** What one slice lasts, about. Who waits for a tick of the process waits as long. */
const SLICE_MS = 10;

/** Calls that wait at the same time, at most. */
export const MAX_WAITING = 1024;

const PROCESS_CLOCK: TurnClock = {
  now: () => performance.now(),
  afterOthers: (callback) => void setImmediate(callback),
};

/** Turns for all calls of a process; all must have them from one place. */
export function createCallTurns(clock: TurnClock = PROCESS_CLOCK): CallTurns {
  const waiting: Waiting[] = [];
  let closed: RpcError | undefined;
  let sliceEnds = Number.NEGATIVE_INFINITY;
  let isDue = false;
  const schedule = (): void => {
    if (isDue) return;
    isDue = true;
    clock.afterOthers(next);
  };
  const next = (): void => {
    isDue = false;
    sliceEnds = clock.now() + SLICE_MS;
    waiting.shift()?.go();
    if (waiting.length > 0) schedule();
  };
  const turn = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(one), 1);
        reject(signal?.reason);
      };
      const stay = (): void => signal?.removeEventListener('abort', leave);
      const one: Waiting = {
        go: () => {
          stay();
          resolve();
        },
        end: (reason) => {
          stay();
          reject(reason);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(one);
      schedule();
    });
  const pause = (signal?: AbortSignal): Promise<void> | undefined => {
    if (closed !== undefined) throw closed;
    signal?.throwIfAborted();
    return clock.now() < sliceEnds ? undefined : turn(signal);
  };
  return {
    pause: () => pause(),
    close: () => {
      closed = new RpcError('application', 'the server stops');
      for (const { end } of waiting.splice(0)) end(closed);
    },
    begin: async (limitMs, overdue, { signal } = {}) => {
      if (closed !== undefined) throw closed;
      signal?.throwIfAborted();
      if (waiting.length >= MAX_WAITING) {
        const message = `too many calls: ${MAX_WAITING} wait for their turn; ask again later`;
        throw new RpcError('limitExceeded', message);
      }
      if (waiting.length > 0 || clock.now() >= sliceEnds) await turn(signal);
      const deadline = limitMs === 0 ? Number.POSITIVE_INFINITY : clock.now() + limitMs;
      return () => {
        if (clock.now() >= deadline) throw overdue;
        return pause(signal);
      };
    },
  };
}
