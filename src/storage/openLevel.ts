import { Level } from 'level';
import { ConfigError } from '../base/errors.ts';
import { makeFolder } from './folder.ts';
import { assertHasCurrent, levelFault } from './levelFault.ts';

/** A LevelDB of bytes under bytes. */
export type ByteLevel = Level<Uint8Array, Uint8Array>;

/**
 * Opens the LevelDB in `directory`, which is made where missing.
 *
 * @param flag Who named the directory, for the message.
 * @throws ConfigError when it cannot be written to, is in use, is damaged, or cannot be read.
 */
export async function openLevel(directory: string, flag: string): Promise<ByteLevel> {
  makeFolder(directory, flag);
  assertHasCurrent(directory, flag);
  const level: ByteLevel = new Level(directory, { keyEncoding: 'view', valueEncoding: 'view' });
  try {
    await level.open();
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw isLocked(cause) ? inUse(directory, flag, cause) : levelFault(directory, flag, cause);
  }
  return level;
}

function inUse(directory: string, flag: string, cause: unknown): ConfigError {
  const found = `\`${directory}\` in use: stop the other process, or give another --${flag}`;
  return new ConfigError(flag, found, 'a folder that no other process uses', { cause });
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'LEVEL_LOCKED';
}
