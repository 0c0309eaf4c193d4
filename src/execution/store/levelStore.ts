import { Level } from 'level';
import { ConfigError } from '../../base/errors.ts';
import type { KeyValueStore } from './keyValueStore.ts';

/**
 * A store in LevelDB under `directory`, which is made where missing.
 *
 * @throws ConfigError when another process has it open.
 */
export async function openLevelStore(directory: string): Promise<KeyValueStore> {
  const level = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  try {
    await level.open();
  } catch (cause) {
    if (!isLocked(cause)) throw cause;
    const accepted = 'a folder of its own; stop the other process first';
    throw new ConfigError('data directory', `\`${directory}\`, which is in use`, accepted, {
      cause,
    });
  }
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

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}
