import type { AbortOptions } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import type { Batcher } from './batcher.ts';

/** A batcher that can be started and stopped while the process runs. */
export type BatcherService = {
  /** @throws Error when it runs already. */
  readonly start: () => void;
  /**
   * Ends the rounds, sends what is held and waits until it is confirmed.
   *
   * @throws Error when it does not run; the signal's reason when that came first.
   */
  readonly stop: (options?: AbortOptions) => Promise<void>;
  /** @throws Error when it does not run. */
  readonly flush: () => Promise<void>;
  readonly isRunning: () => boolean;
};

/** A stopped service. Each start begins with a new batcher, from the node's safe head. */
export function createBatcherService(make: () => Batcher, log: Log): BatcherService {
  let running: { readonly batcher: Batcher; readonly stop: () => Promise<void> } | undefined;
  return {
    isRunning: () => running !== undefined,
    start: () => {
      if (running !== undefined) throw new Error('batcher is already running');
      const batcher = make();
      const controller = new AbortController();
      const ended = batcher.run({ signal: controller.signal });
      running = {
        batcher,
        stop: async () => {
          controller.abort(new Error('batcher stopped'));
          await ended;
        },
      };
      log.info('batcher started');
    },
    stop: async (options = {}) => {
      if (running === undefined) throw new Error('batcher is not running');
      const { batcher, stop } = running;
      running = undefined;
      await stop();
      await batcher.drain(options);
      log.info('batcher stopped');
    },
    flush: async () => {
      if (running === undefined) throw new Error('batcher is not running');
      await running.batcher.flush();
    },
  };
}
