import { readFileSync } from 'node:fs';
import { ConfigError, DecodeError } from '../base/errors.ts';
import { type JsonValue, parseJsonExact } from '../base/json.ts';
import { textOf, whyUnreadable } from './files.ts';
import { type CliIo, pathArgument } from './io.ts';

// Files that flags name. As against those of `files.ts`, what is wrong with one is told with the
// flag, as all that is wrong with flags is.

/** The text of a file, gzipped or not. @throws ConfigError when it cannot be read. */
export function readFlagText(flag: string, path: string, io: CliIo): string {
  try {
    return textOf(readFileSync(pathArgument(path, io)));
  } catch (cause) {
    const found = `\`${path}\`: ${whyUnreadable(cause)}`;
    throw new ConfigError(flag, found, 'the path of a file that can be read');
  }
}

/** The JSON in the text of the file `path`. @throws ConfigError when it is none. */
export function parseFlagJson(flag: string, path: string, text: string): JsonValue {
  try {
    return parseJsonExact(text);
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new ConfigError(flag, `\`${path}\`, ${cause.message}`, 'a JSON file', { cause });
  }
}
