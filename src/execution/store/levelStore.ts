import { isLevelFault, levelFault } from '../../storage/levelFault.ts';
import { openLevel } from '../../storage/openLevel.ts';
import type { KeyValueStore } from './keyValueStore.ts';

/**
 * A store in LevelDB under `directory`, which is made where missing.
 *
 * @param flag Who named the directory, for messages.
 * @throws ConfigError when it cannot be written to, is in use, is damaged, or cannot be read. Reads
 *         throw it too: a table is first looked into when something in it is asked for.
 */
export async function openLevelStore(directory: string, flag: string): Promise<KeyValueStore> {
  const level = await openLevel(directory, flag);
  return {
    directory,
    read: (key) => {
      try {
        return level.getSync(key);
      } catch (error) {
        throw isLevelFault(error) ? levelFault(directory, flag, error) : error;
      }
    },
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
