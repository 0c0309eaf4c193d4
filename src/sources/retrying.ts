import { type AbortOptions, sleep } from '../transport/abort.ts';
import type { OpenWait, Waits } from '../transport/waits.ts';
import { SourceError } from './errors.ts';

/** How often and how long to try again. */
export type RetryOptions = AbortOptions & {
  readonly waits: Waits;
  /** What is waited for, as `why` prints it: `L1 block 19000123`. */
  readonly name: string;
  readonly deadlineMs: number;
};

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Tries until there is a value, with growing pauses. From the first failure on the wait is
 * listed in `waits`.
 *
 * @param attempt Undefined and any SourceError mean "try again". One that is not retryable waits
 *                for the operator, so it is tried again after the longest pause only.
 * @throws SourceError `deadline` with the last failure as cause, when the time is over; any other
 *         error at once; the signal's reason.
 */
export async function retrying<T>(
  attempt: (options: AbortOptions) => Promise<T | undefined>,
  { waits, name, deadlineMs, ...abort }: RetryOptions,
): Promise<T> {
  const startMs = Date.now();
  let wait: OpenWait | undefined;
  try {
    for (let tries = 1; ; tries++) {
      const outcome = await tryOnce(attempt, abort);
      if ('value' in outcome) return outcome.value;
      const { message } = outcome.error;
      const leftMs = startMs + deadlineMs - Date.now();
      if (leftMs <= 0) throw deadline(name, tries, deadlineMs, outcome.error);
      const pauseMs = Math.min(pauseAfter(tries, outcome.error), leftMs);
      wait ??= waits.begin(name, 'try again');
      const nextActionAtMs = Date.now() + pauseMs;
      wait.update({ tries, lastError: message, nextAction: 'try again', nextActionAtMs });
      await sleep(pauseMs, abort);
    }
  } finally {
    wait?.end();
  }
}

function pauseAfter(tries: number, { retryable }: SourceError): number {
  if (!retryable) return LONGEST_PAUSE_MS;
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries - 1, 16), LONGEST_PAUSE_MS);
}

type Outcome<T> = { readonly value: T } | { readonly error: SourceError };

async function tryOnce<T>(
  attempt: (options: AbortOptions) => Promise<T | undefined>,
  abort: AbortOptions,
): Promise<Outcome<T>> {
  try {
    const value = await attempt(abort);
    if (value !== undefined) return { value };
    return { error: new SourceError('notFound', 'no endpoint has it') };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { error };
  }
}

function deadline(
  name: string,
  tries: number,
  deadlineMs: number,
  cause: SourceError,
): SourceError {
  const message = `${name}: ${tries} tries in ${deadlineMs / 1000} s, the last: ${cause.message}`;
  return new SourceError('deadline', message, { cause });
}
