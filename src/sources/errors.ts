import { DecodeError } from '../base/errors.ts';

/** Why a source gave nothing that can be used. */
export type SourceErrorCode =
  /** What was served does not hash to what names it. */
  | 'unverified'
  /** The answer is not what the API says. */
  | 'badAnswer'
  /** Nobody who was asked has it. */
  | 'notFound'
  /** No answer in time. */
  | 'timeout'
  /** No connection, or a broken one. */
  | 'connection'
  /** The server wants to be left alone for a while. */
  | 'rateLimited'
  /** The server refuses us: credentials, or a method it does not offer. */
  | 'refused'
  /** Any other JSON-RPC or HTTP error. */
  | 'rpc'
  /** Tried often enough; `cause` is the last failure. */
  | 'deadline';

/**
 * A source that gave nothing usable. `retryable`: the same request, here or at another source,
 * may succeed without a change on our side. The message says what was expected, what was found,
 * and in which block.
 */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;
  readonly retryable: boolean;

  constructor(code: SourceErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = code !== 'refused';
  }
}

/** What `decode` gives of an answer. @throws SourceError `badAnswer` naming who gave it. */
export function decoded<T>(from: { readonly name: string }, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new SourceError('badAnswer', `${from.name}: ${error.message}`, { cause: error });
  }
}
