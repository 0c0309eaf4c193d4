import { Level } from 'level';
import type { KeyValueStore } from './keyValueStore.ts';

/**
 * A store in LevelDB under `directory`, which is made where missing.
 *
 * @throws Error with code `LEVEL_DATABASE_NOT_OPEN` when another process has it open.
 */
export async function openLevelStore(directory: string): Promise<KeyValueStore> {
  const level = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  await level.open();
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
