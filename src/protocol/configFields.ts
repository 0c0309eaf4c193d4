import type { Address, Hash, Hex } from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import { excerpt } from '../base/excerpt.ts';
import { isObject } from '../base/json.ts';

/** Where a parser tells what it tolerated. One sentence each. */
export type Warn = (message: string) => void;

/** One object of a configuration file. `path` names it in messages; empty for the whole file. */
export type ConfigObject = {
  readonly path: string;
  readonly values: { readonly [key: string]: unknown };
};

/** Bounds of an unsigned integer. `min` is 0 when absent. */
export type UintBounds = { readonly bits: 8 | 16 | 32 | 64 | 256; readonly min?: bigint };

/** @throws ConfigError when `value` is not a JSON object. */
export function toConfigObject(value: unknown, path: string): ConfigObject {
  if (isObject(value)) return { path, values: value };
  throw new ConfigError(path === '' ? 'the file' : path, show(value), 'a JSON object');
}

/** The object under `key`. @throws ConfigError when it is missing or something else. */
export function readObject(object: ConfigObject, key: string): ConfigObject {
  return toConfigObject(object.values[key] ?? undefined, fieldName(object, key));
}

/**
 * The unsigned integer under `key`: a JSON integer, as `number` or `bigint`.
 *
 * @throws ConfigError when it is missing, not an integer, out of bounds, or was rounded on reading.
 */
export function readUint(object: ConfigObject, key: string, bounds: UintBounds): bigint {
  const found = object.values[key] ?? undefined;
  const isRounded = typeof found === 'number' && Math.abs(found) > Number.MAX_SAFE_INTEGER;
  const value = typeof found === 'number' && Number.isSafeInteger(found) ? BigInt(found) : found;
  if (typeof value !== 'bigint' || !isWithin(value, bounds)) {
    const hint = isRounded ? ', read without rounding (`parseJsonExact`)' : '';
    throw new ConfigError(fieldName(object, key), show(found), describeUint(bounds) + hint);
  }
  return value;
}

/** Like `readUint`, but undefined when the key is absent or null. */
export function readOptionalUint(
  object: ConfigObject,
  key: string,
  bounds: UintBounds,
): bigint | undefined {
  return isAbsent(object, key) ? undefined : readUint(object, key, bounds);
}

/** True or false under `key`; absent and null are false. */
export function readFlag(object: ConfigObject, key: string): boolean {
  const value = object.values[key] ?? false;
  if (typeof value !== 'boolean') {
    throw new ConfigError(fieldName(object, key), show(value), '`true` or `false`');
  }
  return value;
}

/** 20 bytes, in lowercase. Checksums are not looked at. @throws ConfigError */
export function readAddress(object: ConfigObject, key: string): Address {
  return readHex(object, key, 20);
}

/** 32 bytes, in lowercase. @throws ConfigError */
export function readHash(object: ConfigObject, key: string): Hash {
  return readHex(object, key, 32);
}

/** Exactly `length` bytes as a `0x` string, in lowercase. @throws ConfigError */
export function readHex(object: ConfigObject, key: string, length: number): Hex {
  const value = object.values[key] ?? undefined;
  if (
    typeof value !== 'string' ||
    !/^0x[\da-f]*$/i.test(value) ||
    value.length !== 2 + 2 * length
  ) {
    const accepted = `${length} bytes as 0x and ${2 * length} hex digits`;
    throw new ConfigError(fieldName(object, key), show(value), accepted);
  }
  return value.toLowerCase() as Hex;
}

/** @throws ConfigError naming the first key that is not in `known`. */
export function assertKnownKeys(object: ConfigObject, known: readonly string[]): void {
  for (const key of Object.keys(object.values)) {
    if (known.includes(key)) continue;
    const similar = known.find((name) => name.toLowerCase() === key.toLowerCase());
    const accepted = similar === undefined ? `one of ${known.join(', ')}` : `\`${similar}\``;
    throw new ConfigError(excerpt(fieldName(object, key)), 'an unknown key', accepted);
  }
}

/** True when the key is missing or null. */
export function isAbsent(object: ConfigObject, key: string): boolean {
  return (object.values[key] ?? undefined) === undefined;
}

/** Full name of a field, for messages: `genesis.l1.hash`. */
export function fieldName(object: ConfigObject, key: string): string {
  return object.path === '' ? key : `${object.path}.${key}`;
}

/** A found value for messages: at most 80 characters, in backticks; `nothing` for undefined. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `\`${value}\``;
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}` : part));
  return `\`${excerpt(text)}\``;
}

function isWithin(value: bigint, { bits, min = 0n }: UintBounds): boolean {
  return value >= min && value < 1n << BigInt(bits);
}

function describeUint({ bits, min = 0n }: UintBounds): string {
  return `an integer from ${min} to 2^${bits} - 1`;
}
