import type { KeyValueStore } from './keyValueStore.ts';
import { openLevel } from './openLevel.ts';

/**
 * A store in LevelDB under `directory`, which is made where missing.
 *
 * @param flag Who named the directory, for messages.
 * @throws ConfigError when it cannot be written to, is in use, or cannot be read.
 */
export async function openLevelStore(directory: string, flag: string): Promise<KeyValueStore> {
  const level = await openLevel(directory, flag);
  return {
    read: (key) => level.getSync(key),
    write: async (changes) => {
      await level.batch(
        changes.map(({ key, value }) =>
          value === undefined ? { type: 'del', key } : { type: 'put', key, value },
        ),
      );
    },
    close: () => level.close(),
  };
}
