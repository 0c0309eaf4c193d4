import type { JsonValue } from '../../base/json.ts';

/** Codes of JSON-RPC errors. */
export const RPC_CODES = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** What the application itself refuses. */
  application: -32_000,
} as const;

/** A refusal that goes to the caller as it is. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads one parameter. @throws RpcError, usually by way of `invalidParam`. */
export type ReadParam<T> = (value: JsonValue, index: number) => T;

/** A method: how many parameters it takes, and what it answers. */
export type RpcMethod = {
  readonly paramCount: number;
  /** Gets exactly `paramCount` parameters, unread. */
  readonly answer: (params: readonly JsonValue[]) => Promise<JsonValue> | JsonValue;
};

/** Methods by full name, like `optimism_syncStatus`. */
export type RpcMethods = { readonly [name: string]: RpcMethod };

/** A method without parameters. */
export function plain(answer: () => Promise<JsonValue> | JsonValue): RpcMethod {
  return { paramCount: 0, answer };
}

/** A method with one parameter. */
export function unary<T>(
  read: ReadParam<T>,
  answer: (value: T) => Promise<JsonValue> | JsonValue,
): RpcMethod {
  return { paramCount: 1, answer: ([value]) => answer(read(value as JsonValue, 0)) };
}

/** The refusal of a parameter, in the words of the node that callers know. */
export function invalidParam(index: number, reason: string): RpcError {
  return new RpcError(RPC_CODES.invalidParams, `invalid argument ${index}: ${reason}`);
}

/** A 64-bit number as a hex quantity. The empty string counts as 0, as clients may rely on. */
export const readUint64: ReadParam<bigint> = (value, index) => {
  const refuse = (what: string): RpcError =>
    invalidParam(index, `json: cannot unmarshal ${what} into Go value of type hexutil.Uint64`);
  if (typeof value !== 'string') throw refuse('non-string');
  if (value === '') return 0n;
  if (!/^0x/i.test(value)) throw refuse('hex string without 0x prefix');
  const digits = value.slice(2);
  if (digits === '') throw refuse('hex string "0x"');
  if (digits.length > 1 && digits.startsWith('0')) {
    throw refuse('hex number with leading zero digits');
  }
  if (!/^[\da-f]+$/i.test(digits)) throw refuse('invalid hex string');
  if (digits.length > 16) throw refuse('hex number > 64 bits');
  return BigInt(`0x${digits}`);
};

/** 32 bytes. */
export const readHash32: ReadParam<`0x${string}`> = (value, index) => {
  if (typeof value !== 'string') {
    const what = 'json: cannot unmarshal non-string into Go value of type common.Hash';
    throw invalidParam(index, what);
  }
  if (!/^0x/i.test(value)) {
    const what = 'json: cannot unmarshal hex string without 0x prefix into Go value of type';
    throw invalidParam(index, `${what} common.Hash`);
  }
  const digits = value.slice(2);
  if (!/^[\da-f]*$/i.test(digits) || digits.length % 2 === 1) {
    const what = digits.length % 2 === 1 ? 'of odd length' : 'invalid';
    const reason = `json: cannot unmarshal hex string ${what} into Go value of type common.Hash`;
    throw invalidParam(index, reason);
  }
  if (digits.length !== 64) {
    throw invalidParam(index, `hex string has length ${digits.length}, want 64 for common.Hash`);
  }
  return `0x${digits.toLowerCase()}`;
};

/** True or false. */
export const readBoolean: ReadParam<boolean> = (value, index) => {
  if (typeof value === 'boolean') return value;
  const what = `json: cannot unmarshal ${goKind(value)} into Go value of type bool`;
  throw invalidParam(index, what);
};

/** A text. */
export const readString: ReadParam<string> = (value, index) => {
  if (typeof value === 'string') return value;
  const what = `json: cannot unmarshal ${goKind(value)} into Go value of type string`;
  throw invalidParam(index, what);
};

function goKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'number';
  return typeof value;
}
