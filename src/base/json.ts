import { DecodeError } from './errors.ts';
import { excerpt } from './excerpt.ts';

/** A JSON value. An integer that a `number` would round is a `bigint`. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Deepest nesting of arrays and objects that is read; configuration files need about six. */
export const MAX_JSON_DEPTH = 200;

/** Longest integer that is read: 256 bits make 78 digits. Time to read grows with the square. */
export const MAX_JSON_DIGITS = 400;

/**
 * The value of a JSON text, without losing digits: an integer beyond 2^53 comes out as a `bigint`,
 * every other number as a `number`. Stricter than `JSON.parse` in one thing: a key may not occur
 * twice in an object, because then the text contradicts itself.
 *
 * @throws DecodeError with code `json` and the character offset; the message tells line and column.
 * @spec   RFC 8259
 */
export function parseJsonExact(text: string): JsonValue {
  const reader: Reader = { text, at: 0 };
  const value = readValue(reader, 0);
  skipSpace(reader);
  if (reader.at < text.length) throw fault(reader, 'the end of the text');
  return value;
}

/** JSON text of `value` without spaces; a `bigint` is written as a plain integer. */
export function encodeJsonExact(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map(encodeJsonExact).join(',')}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${encodeJsonExact(member)}`,
  );
  return `{${members.join(',')}}`;
}

/** An integer as JSON has it: a `number` while that is exact, else a `bigint`. */
export function toJsonInteger(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** True for a JSON object: neither null nor an array. */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** `at` is the next character to read. */
type Reader = { readonly text: string; at: number };

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
// JSON forbids raw control characters in strings, so the pattern must name them.
// oxlint-disable-next-line no-control-regex
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const LITERALS = { t: ['true', true], f: ['false', false], n: ['null', null] } as const;

function readValue(reader: Reader, depth: number): JsonValue {
  if (depth > MAX_JSON_DEPTH) throw fault(reader, `at most ${MAX_JSON_DEPTH} nested values`);
  skipSpace(reader);
  const first = reader.text[reader.at];
  if (first === '{') return readObject(reader, depth);
  if (first === '[') return readArray(reader, depth);
  if (first === '"') return readString(reader);
  if (first === 't' || first === 'f' || first === 'n') {
    const [word, value] = LITERALS[first];
    if (!reader.text.startsWith(word, reader.at)) throw fault(reader, `\`${word}\``);
    reader.at += word.length;
    return value;
  }
  return readNumber(reader);
}

function readObject(reader: Reader, depth: number): JsonValue {
  const members: { [key: string]: JsonValue } = Object.create(null);
  reader.at += 1;
  if (isNext(reader, '}')) return members;
  do {
    skipSpace(reader);
    const keyAt = reader.at;
    const key = readString(reader);
    if (key in members) {
      reader.at = keyAt;
      throw fault(reader, `each key once, but \`${excerpt(key)}\` comes again`);
    }
    if (!isNext(reader, ':')) throw fault(reader, '`:`');
    members[key] = readValue(reader, depth + 1);
  } while (isNext(reader, ','));
  if (!isNext(reader, '}')) throw fault(reader, '`,` or `}`');
  return members;
}

function readArray(reader: Reader, depth: number): JsonValue {
  const items: JsonValue[] = [];
  reader.at += 1;
  if (isNext(reader, ']')) return items;
  do items.push(readValue(reader, depth + 1));
  while (isNext(reader, ','));
  if (!isNext(reader, ']')) throw fault(reader, '`,` or `]`');
  return items;
}

function readString(reader: Reader): string {
  const token = match(reader, STRING)?.[0];
  if (token === undefined) throw fault(reader, 'a string in double quotes');
  const isCopied = token.length <= MAX_COPIED_CHARS || token.includes('\\');
  return isCopied ? (JSON.parse(token) as string) : token.slice(1, -1);
}

/**
 * Of a token. A slice keeps the whole JSON in memory for as long as itself, and hashes, addresses
 * and keys are kept for long: a copy takes 0.1 µs more. A hash has 66 characters and two quotes.
 */
const MAX_COPIED_CHARS = 68;

function readNumber(reader: Reader): number | bigint {
  const start = reader.at;
  const found = match(reader, NUMBER);
  if (found === undefined) throw fault(reader, 'a JSON value');
  const value = Number(found[0]);
  const isInteger = found[1] === undefined && found[2] === undefined;
  if (isInteger && found[0].length > MAX_JSON_DIGITS) {
    reader.at = start;
    throw fault(reader, `an integer of at most ${MAX_JSON_DIGITS} digits`);
  }
  return isInteger && !Number.isSafeInteger(value) ? BigInt(found[0]) : value;
}

function isNext(reader: Reader, character: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== character) return false;
  reader.at += 1;
  return true;
}

/** By itself: a pattern would be asked at every place, and find nothing at almost all. */
function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    reader.at += 1;
  }
}

function match(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (found === null) return undefined;
  reader.at = pattern.lastIndex;
  return found;
}

function fault(reader: Reader, expected: string): DecodeError {
  const before = reader.text.slice(0, reader.at).split('\n');
  const column = (before.at(-1) as string).length + 1;
  const next = reader.text.slice(reader.at, reader.at + 20).split('\n')[0] as string;
  const found = reader.at >= reader.text.length ? 'the end' : `\`${excerpt(next)}\``;
  const where = `line ${before.length}, column ${column}`;
  return new DecodeError('json', reader.at, `${where}: expected ${expected}, found ${found}`);
}
