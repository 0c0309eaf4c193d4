import type { AbortOptions } from '../transport/abort.ts';

/** A signal that something is worth a look. Rings that come while nobody waits count as one. */
export type Wake = {
  readonly ring: () => void;
  /** Waits for the next ring, or returns at once after one that nobody has waited for. */
  readonly next: (options?: AbortOptions) => Promise<void>;
};

/** True when the wake rang within `ms`. @throws The signal's reason. */
export async function rangWithin(wake: Wake, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wake.next({ signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]) });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/** A wake that has not rung. At most one may wait at a time. */
export function createWake(): Wake {
  let hasRung = false;
  let resume: (() => void) | undefined;
  return {
    ring: () => {
      if (resume === undefined) hasRung = true;
      else resume();
    },
    next: ({ signal } = {}) => {
      signal?.throwIfAborted();
      if (hasRung) {
        hasRung = false;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          resume = undefined;
          signal?.removeEventListener('abort', onAbort);
          finish();
        };
        const onAbort = (): void => settle(() => reject(signal?.reason));
        resume = () => settle(resolve);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
