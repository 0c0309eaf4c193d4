import { type Address, type Hash, type Hex, hexToBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';

// Reading of JSON-RPC objects. A field is what its name says, or the answer is refused: code
// `rpcField`, message with the name, the accepted form and what was found. Hex of any case is
// taken and lowered; quantities may have leading zeros, as some servers pad them.

/** A JSON object of an RPC answer, not yet believed. */
export type RpcObject = { readonly [name: string]: unknown };

/**
 * `value` as an object.
 *
 * @param what Named in the error: `block`, `transactions[3]`.
 * @throws DecodeError when it is null, an array, or no object.
 */
export function rpcObject(value: unknown, what: string): RpcObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as RpcObject;
  }
  throw wrong(what, 'an object', value);
}

/** The array in a field. @throws DecodeError on anything else. */
export function rpcArray(object: RpcObject, name: string): readonly unknown[] {
  const value = object[name];
  if (Array.isArray(value)) return value;
  throw wrong(name, 'an array', value);
}

/** Whether a field is missing or null: servers use both for "this era has no such field". */
export function isAbsent(object: RpcObject, name: string): boolean {
  return object[name] === undefined || object[name] === null;
}

/** A `0x` quantity of at most `maxBytes` bytes. @throws DecodeError on anything else. */
export function rpcQuantity(object: RpcObject, name: string, maxBytes: number): bigint {
  const value = object[name];
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value)) {
    const quantity = BigInt(value);
    if (quantity < 1n << BigInt(8 * maxBytes)) return quantity;
  }
  throw wrong(name, `a 0x quantity of at most ${8 * maxBytes} bits`, value);
}

/** 32 bytes. @throws DecodeError on anything else. */
export function rpcHash(object: RpcObject, name: string): Hash {
  return rpcHex(object, name, 32);
}

/** 20 bytes. @throws DecodeError on anything else. */
export function rpcAddress(object: RpcObject, name: string): Address {
  return rpcHex(object, name, 20);
}

/** Exactly `length` bytes, as lowercase hex. @throws DecodeError on anything else. */
export function rpcHex(object: RpcObject, name: string, length: number): Hex {
  const value = object[name];
  if (typeof value === 'string' && value.length === 2 + 2 * length && isHex(value)) {
    return value.toLowerCase() as Hex;
  }
  throw wrong(name, `0x hex of ${length} bytes`, value);
}

/** Bytes of any length. @throws DecodeError on anything but 0x hex of whole bytes. */
export function rpcBytes(object: RpcObject, name: string): Uint8Array {
  const value = object[name];
  if (typeof value === 'string' && value.length % 2 === 0 && isHex(value)) {
    return hexToBytes(value);
  }
  throw wrong(name, '0x hex of whole bytes', value);
}

function isHex(text: string): boolean {
  return /^0x[0-9a-fA-F]*$/.test(text);
}

/** The error of a field that is not what its name says. */
export function wrong(name: string, accepted: string, value: unknown): DecodeError {
  const found = value === undefined ? 'nothing' : clip(JSON.stringify(value) ?? String(value));
  return new DecodeError('rpcField', -1, `\`${name}\`: expected ${accepted}, found ${found}`);
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
