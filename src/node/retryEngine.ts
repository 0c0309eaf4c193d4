import { EngineError } from '../engine/errors.ts';
import { retry } from '../engine/outcome.ts';
import type { EnginePort } from '../engine/port.ts';
import { sleep } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import {
  createWaitWarning,
  type OpenWait,
  type Waits,
  type WaitWarning,
} from '../transport/waits.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/** What one attempt came to: anything without the tag `retry` ends the tries. */
type Attempt = { readonly type: string; readonly message?: string };

/** Who waits, and for what. */
export type RetryScope = {
  readonly waits: Waits;
  /** Told of a wait that lasts. */
  readonly log: Pick<Log, 'warn'>;
  readonly signal: AbortSignal;
  /** Told after each attempt that failed. */
  readonly failed: (message: string) => void;
};

/**
 * Tries until the outcome is not `retry`, with growing pauses. The wait is listed from the first
 * failure on, under `name`.
 *
 * @throws What `attempt` throws, or the signal's reason.
 */
export async function untilDone<T extends Attempt>(
  { waits, log, signal, failed }: RetryScope,
  name: string,
  attempt: () => Promise<T>,
): Promise<Exclude<T, { readonly type: 'retry' }>> {
  let wait: OpenWait | undefined;
  let warnIfLong: WaitWarning | undefined;
  try {
    for (let tries = 1; ; tries++) {
      const outcome = await attempt();
      if (outcome.type !== 'retry') return outcome as Exclude<T, { readonly type: 'retry' }>;
      const lastError = outcome.message ?? 'no reason given';
      failed(lastError);
      const pauseMs = retryPauseMs(tries);
      wait ??= waits.begin(name, 'ask the engine again');
      warnIfLong ??= createWaitWarning(log, name);
      warnIfLong(tries, lastError);
      wait.update({ tries, lastError, nextActionAtMs: Date.now() + pauseMs });
      await sleep(pauseMs, { signal });
    }
  } finally {
    wait?.end();
  }
}

/** Milliseconds to wait after `tries` failed attempts, 1 or more: 50, 100, and so on up to 5 s. */
export function retryPauseMs(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
}

/**
 * Reads of an engine that are made again until it answers.
 *
 * @throws EngineError where that is vain.
 */
export function patientReads(
  engine: Pick<EnginePort, 'block'>,
  scope: RetryScope,
): EnginePort['block'] {
  return async (id, options) => {
    const outcome = await untilDone(scope, 'a block of the engine', async () => {
      try {
        return { type: 'read' as const, block: await engine.block(id, options) };
      } catch (error) {
        if (!(error instanceof EngineError) || !error.retryable) throw error;
        return retry(error);
      }
    });
    return outcome.block;
  };
}
