import { type Address, type Hash, type Hex, hexToBytes } from '../../base/bytes.ts';
import { excerpt } from '../../base/excerpt.ts';
import { dataFault, fixedDataFault, goKind, quantityFault } from '../../base/goJson.ts';
import { isObject, type JsonValue } from '../../base/json.ts';
import { RpcError } from './jsonRpc.ts';

// Readers of parameters. Each takes the value and its position, and refuses what is wrong with
// -32602 in the words that callers know from op-geth.

/** Which block a caller means. */
export type BlockTag =
  | { readonly number: bigint }
  | { readonly hash: Hash; readonly mustBeCanonical?: boolean }
  | { readonly label: 'earliest' | 'latest' | 'pending' | 'safe' | 'finalized' };

const LABELS = ['earliest', 'latest', 'pending', 'safe', 'finalized'] as const;
const MAX_NUMBER = 2n ** 63n - 1n;

/** Where a value stands: the position of its parameter, and where it is in one, the Go field. */
export type ParamPlace = number | { readonly index: number; readonly field: string };

/** The refusal of a parameter. */
export function invalidParam(at: ParamPlace, reason: string): RpcError {
  const index = typeof at === 'number' ? at : at.index;
  return new RpcError('invalidParams', `invalid argument ${index}: ${reason}`);
}

/** The refusal of a call with too few parameters. */
function missingParam(index: number): RpcError {
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

/** A hex quantity of at most `bits` bits. */
export function readQuantity(params: readonly JsonValue[], index: number, bits = 64): bigint {
  return toQuantity(required(params, index), index, bits);
}

/** The id of a filter or a subscription. */
export function readId(params: readonly JsonValue[], index: number): string {
  const value = required(params, index);
  if (typeof value === 'string') return value;
  // Go leaves an empty text where it reads null.
  if (value === null) return '';
  throw notOfType(index, goKind(value), 'rpc.ID');
}

/** False where it is null; where it is left out, too. */
export function readFlag(params: readonly JsonValue[], index: number): boolean {
  const value = params[index];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw notOfType(index, goKind(value), 'bool');
}

/** A number, a label, or a block hash or number in an object (EIP-1898). */
export function readBlockTag(params: readonly JsonValue[], index: number): BlockTag {
  return toBlockOrHash(required(params, index), index);
}

/** Like `readBlockTag`; `latest` where it is null or left out. */
export function readOptionalBlockTag(params: readonly JsonValue[], index: number): BlockTag {
  const value = params[index];
  return value === undefined || value === null ? { label: 'latest' } : toBlockOrHash(value, index);
}

function toBlockOrHash(value: JsonValue, index: number): BlockTag {
  if (typeof value === 'string' && value.length === 66) {
    const fault = fixedDataFault(value, 32);
    if (fault !== undefined) throw invalidParam(index, fault.reason);
    return { hash: value.toLowerCase() as Hash };
  }
  if (typeof value === 'string') return toBlockTag(value, index);
  if (value !== null && !isObject(value)) throw notOfType(index, goKind(value), 'string');
  const { blockHash = null, blockNumber = null, requireCanonical } = value ?? {};
  if (blockHash !== null && blockNumber !== null) {
    const reason = 'cannot specify both BlockHash and BlockNumber, choose one or the other';
    throw invalidParam(index, reason);
  }
  if (blockHash === null && blockNumber === null) {
    throw new RpcError('application', 'header not found');
  }
  try {
    if (blockHash === null) return toBlockTag(blockNumber, index);
    return { hash: toFixedHex(blockHash, 32, index), mustBeCanonical: requireCanonical === true };
  } catch (error) {
    // op-geth then reads the whole as a text, which it is not.
    if (!(error instanceof RpcError)) throw error;
    throw notOfType(index, 'object', 'string');
  }
}

/** A number or a label. */
export function toBlockTag(value: JsonValue, at: ParamPlace): BlockTag {
  const label = LABELS.find((known) => known === value);
  if (label !== undefined) return { label };
  const text = typeof value === 'string' ? value : '-';
  const fault = text === '' ? 'empty hex string' : quantityFault(text, 64);
  if (fault !== undefined) throw invalidParam(at, fault);
  const number = BigInt(text.toLowerCase());
  if (number > MAX_NUMBER) throw invalidParam(at, 'block number larger than int64');
  return { number };
}

/** DATA of exactly `length` bytes, in lowercase. */
export function toFixedHex(value: JsonValue, length: number, at: ParamPlace): Hex {
  const type = FIXED_TYPES[length] ?? 'hexutil.Bytes';
  if (typeof value !== 'string') throw notOfType(at, 'non-string', type);
  const fault = fixedDataFault(value, length);
  if (fault?.type === 'form') throw notOfType(at, fault.reason, type);
  if (fault !== undefined) throw invalidParam(at, `${fault.reason} for ${type}`);
  return value.toLowerCase() as Hex;
}

/** Bytes of DATA. */
export function toBytes(value: JsonValue, at: ParamPlace): Uint8Array {
  const type = 'hexutil.Bytes';
  if (typeof value !== 'string') throw notOfType(at, 'non-string', type);
  const fault = dataFault(value);
  if (fault !== undefined) throw notOfType(at, fault, type);
  return hexToBytes(value === '' ? '0x' : value.toLowerCase());
}

/** A QUANTITY of at most `bits` bits. Without any text it is 0, as in op-geth. */
export function toQuantity(value: JsonValue, at: ParamPlace, bits: number): bigint {
  const type = bits === 256 ? '*hexutil.Big' : 'hexutil.Uint64';
  if (typeof value !== 'string') throw notOfType(at, 'non-string', type);
  if (value === '') return 0n;
  const fault = quantityFault(value, bits);
  if (fault !== undefined) throw notOfType(at, fault, type);
  return BigInt(value.toLowerCase());
}

/** Names of op-geth's types, by their bytes. */
const FIXED_TYPES: { readonly [length: number]: string } = {
  8: 'engine.PayloadID',
  20: 'common.Address',
  32: 'common.Hash',
};

function notOfType(at: ParamPlace, found: string, type: string): RpcError {
  const place = typeof at === 'number' ? 'value of' : `struct field ${at.field} of`;
  return invalidParam(at, `json: cannot unmarshal ${found} into Go ${place} type ${type}`);
}

/** A value in a message, cut short. */
export function show(value: JsonValue): string {
  const text = typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? 'nothing');
  return excerpt(text, 60);
}
