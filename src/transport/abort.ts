import { setTimeout as delay } from 'node:timers/promises';

/** Last parameter of everything that waits. Without a signal only deadlines end the wait. */
export type AbortOptions = { readonly signal?: AbortSignal };

/**
 * Waits `ms` milliseconds.
 *
 * @throws The signal's reason, untouched, as soon as it is aborted.
 */
export async function sleep(ms: number, options: AbortOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  try {
    await delay(ms, undefined, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  }
}
