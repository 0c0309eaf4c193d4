/** Parts that have been started, and end together. */
export type Started = {
  /** Takes note of how one more part ends. */
  readonly add: (stop: () => Promise<void> | void) => void;
  /**
   * Ends every part, the last one first, and waits for each. Harmless when repeated.
   *
   * @throws What the first one failed with, when all have been tried.
   */
  readonly stop: () => Promise<void>;
};

/**
 * Starts parts of which one needs the other. When `start` fails, those that it has added are ended
 * again; when it does not, `started.stop` is for whoever gets its result.
 *
 * @throws What `start` failed with.
 */
export async function startTogether<T>(start: (started: Started) => Promise<T>): Promise<T> {
  const started = createStarted();
  try {
    return await start(started);
  } catch (error) {
    // Why there is nothing counts, not how well its remains were cleared away.
    await started.stop().catch(() => {});
    throw error;
  }
}

function createStarted(): Started {
  const stops: (() => Promise<void> | void)[] = [];
  return {
    add: (stop) => void stops.push(stop),
    stop: async () => {
      const failures: unknown[] = [];
      for (const stop of stops.splice(0).toReversed()) {
        try {
          await stop();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
