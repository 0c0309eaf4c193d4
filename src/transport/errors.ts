/** What a request failed with before there was a result. */
export type TransportErrorCode =
  /** No complete answer in time. */
  | 'timeout'
  /** No connection, or it broke before the answer was complete. */
  | 'connection'
  /** HTTP 429, or the JSON-RPC error that means the same. */
  | 'rateLimited'
  /** HTTP 401 or 403. */
  | 'unauthorized'
  /** Any other HTTP status of 400 or more. */
  | 'status'
  /** The answer is longer than allowed. */
  | 'tooLarge'
  /** The answer is not JSON, or not JSON-RPC, or answers another question. */
  | 'badAnswer'
  /** A JSON-RPC error. */
  | 'rpc';

/**
 * A request without a result. The message names the endpoint by host only: paths, queries and
 * headers may hold keys.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  /** HTTP status or JSON-RPC error code, where there was one. */
  readonly status: number | undefined;
  /** Milliseconds the server asked us to stay away, where it did. */
  readonly retryAfterMs: number | undefined;

  constructor(code: TransportErrorCode, message: string, details: TransportErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** What is known of a failed request. */
export type TransportErrorDetails = {
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
};
