import { readFile, rename, writeFile } from 'node:fs/promises';
import { ConfigError } from '../base/errors.ts';
import type { SequencerMemory } from './ports.ts';

/**
 * A file that says whether the sequencer was started, in op-node's form
 * (`{"sequencerStarted":true}`); written beside and renamed, so that it is never half there. Keys
 * of other versions are passed over.
 *
 * @throws ConfigError when the file cannot be read or written, or is not of that form.
 */
export function fileMemory(path: string): SequencerMemory {
  return {
    read: async () => {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw unusable(path, error as NodeJS.ErrnoException);
      }
      const isStarted = startedOf(text);
      if (isStarted !== undefined) return isStarted;
      throw new ConfigError('rpc.admin-state', `\`${path}\``, 'a file {"sequencerStarted": true}');
    },
    write: async (isStarted) => {
      const beside = `${path}.new`;
      try {
        await writeFile(beside, `${JSON.stringify({ sequencerStarted: isStarted })}\n`);
        await rename(beside, path);
      } catch (error) {
        throw unusable(path, error as NodeJS.ErrnoException);
      }
    },
  };
}

function unusable(path: string, { code, message }: NodeJS.ErrnoException): ConfigError {
  const found = `\`${path}\` (${code ?? message})`;
  return new ConfigError('rpc.admin-state', found, 'a file that can be read and written');
}

/** Forgets when the process ends. */
export const NO_MEMORY: SequencerMemory = {
  read: async () => undefined,
  write: async () => {},
};

function startedOf(text: string): boolean | undefined {
  try {
    const { sequencerStarted } = JSON.parse(text) as { readonly sequencerStarted?: unknown };
    return typeof sequencerStarted === 'boolean' ? sequencerStarted : undefined;
  } catch {
    return undefined;
  }
}
