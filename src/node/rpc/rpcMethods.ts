import type { Hash } from '../../base/bytes.ts';
import { fixedDataFault, goKind, quantityFault } from '../../base/goJson.ts';
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
  if (typeof value !== 'string') throw notOfType(index, 'non-string', 'hexutil.Uint64');
  if (value === '') return 0n;
  const fault = quantityFault(value, 64);
  if (fault !== undefined) throw notOfType(index, fault, 'hexutil.Uint64');
  return BigInt(value.toLowerCase());
};

/** 32 bytes. */
export const readHash32: ReadParam<Hash> = (value, index) => {
  if (typeof value !== 'string') throw notOfType(index, 'non-string', 'common.Hash');
  const fault = fixedDataFault(value, 32);
  if (fault?.type === 'form') throw notOfType(index, fault.reason, 'common.Hash');
  if (fault !== undefined) throw invalidParam(index, `${fault.reason} for common.Hash`);
  return value.toLowerCase() as Hash;
};

/** True or false. */
export const readBoolean: ReadParam<boolean> = (value, index) => {
  if (typeof value === 'boolean') return value;
  throw notOfType(index, goKind(value), 'bool');
};

/** A text. */
export const readString: ReadParam<string> = (value, index) => {
  if (typeof value === 'string') return value;
  throw notOfType(index, goKind(value), 'string');
};

function notOfType(index: number, found: string, type: string): RpcError {
  return invalidParam(index, `json: cannot unmarshal ${found} into Go value of type ${type}`);
}
