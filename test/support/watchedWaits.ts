import { createWaits, type Wait, type Waits } from '../../src/transport/waits.ts';

/** A registry of waits that tells when something is in it. */
export type WatchedWaits = Waits & {
  /** Resolves as soon as one of the waits is such. */
  readonly until: (isSuch: (wait: Wait) => boolean) => Promise<Wait>;
};

/** An empty registry. */
export function watchWaits(): WatchedWaits {
  const { begin, list } = createWaits();
  const watchers = new Set<() => void>();
  const tell = (): void => {
    for (const watcher of Array.from(watchers)) watcher();
  };
  return {
    list,
    begin: (name, nextAction) => {
      const wait = begin(name, nextAction);
      tell();
      return {
        ...wait,
        update: (change) => {
          wait.update(change);
          tell();
        },
      };
    },
    until: (isSuch) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = list().find(isSuch);
          if (found === undefined) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
  };
}
