import { type Address, type Hash, hexToBytes } from '../../base/bytes.ts';
import { excerpt } from '../../base/excerpt.ts';
import type { JsonValue } from '../../base/json.ts';
import { isObject, RpcError } from './jsonRpc.ts';

// Readers of parameters. Each takes the value and its position, and refuses what is wrong with
// -32602 in the words that callers know from op-geth.

/** Which block a caller means. */
export type BlockTag =
  | { readonly number: bigint }
  | { readonly hash: Hash; readonly mustBeCanonical?: boolean }
  | { readonly label: 'earliest' | 'latest' | 'pending' | 'safe' | 'finalized' };

const LABELS = ['earliest', 'latest', 'pending', 'safe', 'finalized'] as const;
const MAX_NUMBER = 2n ** 63n - 1n;

/** The refusal of a parameter. */
export function invalidParam(index: number, reason: string): RpcError {
  return new RpcError('invalidParams', `invalid argument ${index}: ${reason}`);
}

/** The refusal of a call with too few parameters. */
export function missingParam(index: number): RpcError {
  return new RpcError('invalidParams', `missing value for required argument ${index}`);
}

/** The parameter at `index`. @throws RpcError when it is missing. */
export function required(params: readonly JsonValue[], index: number): JsonValue {
  const value = params[index];
  if (value === undefined) throw missingParam(index);
  return value;
}

/** 20 bytes. */
export function readAddress(params: readonly JsonValue[], index: number): Address {
  return toFixedHex(required(params, index), 20, index);
}

/** 32 bytes. */
export function readHash(params: readonly JsonValue[], index: number): Hash {
  return toFixedHex(required(params, index), 32, index);
}

/** Bytes of any length. */
export function readBytes(params: readonly JsonValue[], index: number): Uint8Array {
  return toBytes(required(params, index), index);
}

/** A hex quantity of at most `bits` bits; a JSON number too. */
export function readQuantity(params: readonly JsonValue[], index: number, bits = 64): bigint {
  return toQuantity(required(params, index), index, bits);
}

/** False where it is left out. */
export function readFlag(params: readonly JsonValue[], index: number): boolean {
  const value = params[index];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw invalidParam(index, `expected true or false, found ${show(value)}`);
}

/** A number, a label, or `{ blockHash }` / `{ blockNumber }` (EIP-1898); `latest` by default. */
export function readBlockTag(params: readonly JsonValue[], index: number): BlockTag {
  const value = params[index];
  if (value === undefined || value === null) return { label: 'latest' };
  if (!isObject(value)) return toBlockTag(value, index);
  const { blockHash, blockNumber, requireCanonical } = value;
  if ((blockHash === undefined) === (blockNumber === undefined)) {
    throw invalidParam(index, 'expected either blockHash or blockNumber');
  }
  if (blockHash === undefined) return toBlockTag(blockNumber as JsonValue, index);
  const hash = toFixedHex(blockHash, 32, index);
  return { hash, mustBeCanonical: requireCanonical === true };
}

/** A number, a label, or a block hash as op-geth takes it in place of a number. */
export function toBlockTag(value: JsonValue, index: number): BlockTag {
  const label = LABELS.find((known) => known === value);
  if (label !== undefined) return { label };
  if (typeof value === 'string' && value.length === 66) {
    return { hash: toFixedHex(value, 32, index) };
  }
  const number = toQuantity(value, index, 64);
  if (number > MAX_NUMBER) throw invalidParam(index, 'block number larger than int64');
  return { number };
}

/** DATA of exactly `length` bytes, in lowercase. */
export function toFixedHex(value: JsonValue, length: number, index: number): `0x${string}` {
  if (typeof value !== 'string' || !/^0x[\da-f]*$/i.test(value)) {
    throw invalidParam(index, `expected ${length} bytes of hex, found ${show(value)}`);
  }
  if (value.length !== 2 + 2 * length) {
    const reason = `hex string has length ${value.length - 2}, want ${2 * length}`;
    throw invalidParam(index, reason);
  }
  return value.toLowerCase() as `0x${string}`;
}

/** Bytes of DATA. */
export function toBytes(value: JsonValue, index: number): Uint8Array {
  if (typeof value !== 'string') throw invalidParam(index, `expected hex, found ${show(value)}`);
  try {
    return hexToBytes(value);
  } catch {
    throw invalidParam(index, `expected an even number of hex digits, found ${show(value)}`);
  }
}

/** A QUANTITY of at most `bits` bits, or a JSON integer. */
export function toQuantity(value: JsonValue, index: number, bits: number): bigint {
  let quantity: bigint | undefined;
  if (typeof value === 'string' && /^0x[\da-f]{1,64}$/i.test(value)) quantity = BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) quantity = BigInt(value);
  if (quantity === undefined || quantity < 0n || quantity >> BigInt(bits) !== 0n) {
    const expected = `expected a hex quantity of at most ${bits} bits`;
    throw invalidParam(index, `${expected}, found ${show(value)}`);
  }
  return quantity;
}

/** A value in a message, cut short. */
export function show(value: JsonValue): string {
  const text = typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? 'nothing');
  return excerpt(text, 60);
}
