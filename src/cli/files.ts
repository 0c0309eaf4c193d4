import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ConfigError, DecodeError } from '../base/errors.ts';
import { parseJsonExact } from '../base/json.ts';
import { UsageError } from './exit.ts';

/** Bytes that a gzipped file may unpack to: the longest text that Node can hold. */
const MAX_TEXT_BYTES = 2 ** 29 - 24;

const REASONS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EACCES: 'this user may not read it',
  ELOOP: 'its symbolic links go round in a circle',
  ERR_BUFFER_TOO_LARGE: `it unpacks to more than ${MAX_TEXT_BYTES} bytes`,
};

/** All of a file that may be a secret or a key, cut short or not. */
const SECRET = /^\s*"?(0x)?[\da-f]{32,}"?\s*$/i;

/** Bytes of a file. @throws UsageError naming the file and why it cannot be read. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Text of a file, gzipped or not: its first bytes tell. @throws UsageError as `readBytes`. */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return textOf(bytes);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Text of the bytes of a file, gzipped or not. @throws Error of node:zlib. */
export function textOf(bytes: Buffer): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }) : bytes).toString();
}

/** Why bytes of gzip cannot be unpacked; undefined for errors of another kind. */
export function gzipFault(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^Z_[A-Z]+_ERROR$/.test(code)) return undefined;
  return code === 'Z_BUF_ERROR' ? 'its gzip is cut off' : 'its gzip is damaged, or it is no gzip';
}

/**
 * The JSON of a file, gzipped or not, with integers of any size.
 *
 * @throws UsageError as `readBytes`, and where it is no JSON. A secret is never in the message.
 */
export function readJson(path: string): unknown {
  const text = readText(path);
  if (SECRET.test(text)) {
    const found = 'one line of hex digits, as secrets and keys are';
    throw new UsageError(`\`${path}\`: expected JSON, found ${found}: are two files mixed up?`);
  }
  try {
    return parseJsonExact(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`\`${path}\`: expected JSON; ${reason}`, { cause });
  }
}

/**
 * What a file of JSON says, as `parse` reads it.
 *
 * @throws UsageError as `readJson`, and with the file's name for what `parse` refuses.
 */
export function parseJsonFile<T>(path: string, parse: (json: unknown) => T): T {
  const json = readJson(path);
  return inFile(path, () => parse(json));
}

/** What `read` gives. What it refuses of a file is told with the file's name. */
export function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const isRefused =
      cause instanceof ConfigError || cause instanceof DecodeError || cause instanceof SyntaxError;
    if (!isRefused) throw cause;
    throw new UsageError(`${path}: ${cause.message}`, { cause });
  }
}

function unreadable(path: string, cause: unknown): UsageError {
  return new UsageError(`cannot read \`${path}\`: ${whyUnreadable(cause)}`);
}

/** Why a file cannot be read, in words where they are known. */
export function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : String(cause);
  return REASONS[code] ?? gzipFault(cause) ?? message;
}
