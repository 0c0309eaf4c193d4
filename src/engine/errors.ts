/** What an engine call failed with, when it gave no payload status. */
export type EngineErrorCode =
  /** -38001: the payload id is not known, or no longer. */
  | 'unknownPayload'
  /** -38002: the three hashes do not lie on one chain. */
  | 'invalidForkchoiceState'
  /** -38003: the attributes cannot be built on the head. */
  | 'invalidAttributes'
  /** -38004 to -38099: other refusals of the Engine API (too large, unsupported fork). */
  | 'refused'
  /** HTTP 401 or 403: the JWT secret is not the engine's. */
  | 'unauthorized'
  /** Any other JSON-RPC error. */
  | 'rpc'
  /** No answer in time. */
  | 'timeout'
  /** No connection, a broken one, or an HTTP status that is not an answer. */
  | 'connection'
  /** An answer that is not what the Engine API says. */
  | 'badAnswer';

/**
 * An engine call that ended without a payload status. `retryable`: the same call may succeed
 * later without a change on our side. Never holds the endpoint's URL or the token.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  readonly retryable: boolean;
  /** JSON-RPC error code, where there was one. */
  readonly rpcCode: number | undefined;

  constructor(
    code: EngineErrorCode,
    message: string,
    options: { readonly rpcCode?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.rpcCode = options.rpcCode;
    this.retryable = RETRYABLE.has(code);
  }
}

const RETRYABLE: ReadonlySet<EngineErrorCode> = new Set([
  'rpc',
  'timeout',
  'connection',
  'badAnswer',
]);

/** Class of a JSON-RPC error code of the Engine API. @spec protocol/node-surface.md 3.2 */
export function engineErrorCode(rpcCode: number): EngineErrorCode {
  if (rpcCode === -38001) return 'unknownPayload';
  if (rpcCode === -38002) return 'invalidForkchoiceState';
  if (rpcCode === -38003) return 'invalidAttributes';
  return rpcCode <= -38000 && rpcCode > -39000 ? 'refused' : 'rpc';
}
