import type { TransportError, TransportErrorCode } from '../transport/errors.ts';
import { SourceError, type SourceErrorCode } from './errors.ts';

const CODES: { readonly [code in TransportErrorCode]: SourceErrorCode } = {
  timeout: 'timeout',
  connection: 'connection',
  rateLimited: 'rateLimited',
  unauthorized: 'refused',
  status: 'rpc',
  tooLarge: 'badAnswer',
  badAnswer: 'badAnswer',
  rpc: 'rpc',
};

/** A failed request as a failure of the source. `what` was asked for. */
export function fromTransportError(what: string, error: TransportError): SourceError {
  return new SourceError(CODES[error.code], `${what}: ${error.message}`, { cause: error });
}
