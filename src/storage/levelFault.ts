import { readdirSync } from 'node:fs';
import { ConfigError } from '../base/errors.ts';

/**
 * Refuses a LevelDB that lost its file `CURRENT`: LevelDB would begin a new one in its place, and
 * remove the tables of the old.
 *
 * @param directory A folder that is there.
 * @param flag      Who named the directory, for the message.
 * @throws ConfigError Nothing was touched.
 */
export function assertHasCurrent(directory: string, flag: string): void {
  const names = readdirSync(directory);
  if (names.includes('CURRENT')) return;
  const [first, ...more] = names.filter(isData).toSorted();
  if (first === undefined) return;
  const there = more.length === 0 ? first : `${first} and ${more.length} more of its files`;
  const found = `\`${directory}\` without the file CURRENT, but with ${there}. ${RESTORE}`;
  throw new ConfigError(flag, found, ACCEPTED);
}

/** Whoever is ended while it makes its first database leaves this one behind, and no data. */
const FIRST_MANIFEST = 'MANIFEST-000001';

function isData(name: string): boolean {
  return /^(\d+\.(ldb|sst|log)|MANIFEST-\d+)$/.test(name) && name !== FIRST_MANIFEST;
}

/**
 * What to tell when the LevelDB in `directory` cannot be opened or read: why, and what to do, which
 * is to remove it only where the files themselves are at fault.
 */
export function levelFault(directory: string, flag: string, cause: unknown): ConfigError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(reason)) ?? [];
  const found = `\`${directory}\`: ${reason}. ${remedy ?? RESTORE}`;
  return new ConfigError(flag, found, ACCEPTED, { cause });
}

/**
 * What `use` gives of the LevelDB in `directory`.
 *
 * @throws ConfigError as `levelFault` has it, where the files are at fault; else what `use` throws.
 */
export async function tellingFaults<T>(
  directory: string,
  flag: string,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw isLevelFault(error) ? levelFault(directory, flag, error) : error;
  }
}

/** Whether an error of a read says that the files are at fault. It has no code of its own. */
export function isLevelFault(error: unknown): error is Error {
  return error instanceof Error && /^(IO error|Corruption): /.test(error.message);
}

const ACCEPTED = 'a folder of ours that can be opened';
const RESTORE =
  'Restore what is missing or damaged, or remove the folder: all in it is derived again';

/** By the words of the C library, which end LevelDB's message; it tells no code. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /(no space left on device|quota exceeded)$/i,
    'Make room there and start again: the folder itself is not at fault',
  ],
  [
    /(input\/output|I\/O) error$/i,
    'Look at the disk and its cables, and start again: the folder itself may be whole',
  ],
  [
    /(too many open files|no file descriptors available)( in system)?$/i,
    'Allow more open files (`ulimit -n`) and start again',
  ],
  [/permission denied$/i, 'Let this user read and write all files in it'],
];
