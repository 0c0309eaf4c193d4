import { type Address, type Hash, type Hex, hexToBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { excerpt } from '../base/excerpt.ts';
import { isObject } from '../base/json.ts';

// Fields of Ethereum's JSON answers. QUANTITY is `0x` and hex digits, DATA is `0x` and an even
// number of them. Leading zeros of a quantity and upper case are taken, as every client does.

/** A JSON object. */
export type JsonRecord = { readonly [key: string]: unknown };

/** @throws DecodeError when `value` is not a JSON object. `what` names it in the message. */
export function toRecord(value: unknown, what: string): JsonRecord {
  if (isObject(value)) return value;
  throw new DecodeError('jsonObject', -1, `${what}: expected an object, found ${show(value)}`);
}

/** True where a key is missing or null: both mean "no such field". */
export function isAbsent(record: JsonRecord, key: string): boolean {
  return record[key] === undefined || record[key] === null;
}

/** The QUANTITY under `key`, of at most `maxBytes` bytes: 8 for a u64. @throws DecodeError */
export function readQuantity(record: JsonRecord, key: string, maxBytes = 32): bigint {
  const value = record[key];
  if (typeof value === 'string' && QUANTITY.test(value)) {
    const quantity = BigInt(value);
    if (quantity >> BigInt(8 * maxBytes) === 0n) return quantity;
  }
  throw wrongField(key, `a hex quantity of at most ${8 * maxBytes} bits`, value);
}

/** Like `readQuantity`, but undefined where the field is absent. @throws DecodeError */
export function readOptionalQuantity(
  record: JsonRecord,
  key: string,
  maxBytes = 32,
): bigint | undefined {
  return isAbsent(record, key) ? undefined : readQuantity(record, key, maxBytes);
}

/** DATA of exactly `length` bytes under `key`, in lowercase. @throws DecodeError */
export function readFixedHex(record: JsonRecord, key: string, length: number): Hex {
  const value = record[key];
  if (typeof value === 'string' && value.length === 2 + 2 * length && DATA.test(value)) {
    return value.toLowerCase() as Hex;
  }
  throw wrongField(key, `${length} bytes of hex`, value);
}

/** 32 bytes under `key`. @throws DecodeError */
export function readHash(record: JsonRecord, key: string): Hash {
  return readFixedHex(record, key, 32);
}

/** Like `readHash`, but undefined where the field is absent. @throws DecodeError */
export function readOptionalHash(record: JsonRecord, key: string): Hash | undefined {
  return isAbsent(record, key) ? undefined : readHash(record, key);
}

/** 20 bytes under `key`. @throws DecodeError */
export function readAddress(record: JsonRecord, key: string): Address {
  return readFixedHex(record, key, 20);
}

/** DATA of any length under `key`. @throws DecodeError */
export function readBytes(record: JsonRecord, key: string): Uint8Array {
  return toBytes(record[key], key);
}

/** The array under `key`. @throws DecodeError */
export function readArray(record: JsonRecord, key: string): readonly unknown[] {
  const value = record[key];
  if (Array.isArray(value)) return value;
  throw wrongField(key, 'an array', value);
}

/** Bytes of a DATA value. @throws DecodeError */
export function toBytes(value: unknown, name: string): Uint8Array {
  if (typeof value !== 'string') throw wrongField(name, 'hex data', value);
  try {
    return hexToBytes(value);
  } catch (error) {
    throw wrongField(name, 'hex data', value, error);
  }
}

/** `value` as a QUANTITY. */
export function toQuantity(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}

const QUANTITY = /^0x[\da-f]{1,64}$/i;
const DATA = /^0x[\da-f]*$/i;

function wrongField(key: string, expected: string, found: unknown, cause?: unknown): DecodeError {
  const message = `field \`${key}\`: expected ${expected}, found ${show(found)}`;
  return new DecodeError('jsonField', -1, message, { cause });
}

function show(value: unknown): string {
  return excerpt(JSON.stringify(value) ?? 'nothing', 40);
}
