import type { TransportError } from './errors.ts';

/**
 * Told of each call to another server when it has ended, for metrics. `failure` undefined: it
 * was answered.
 */
export type CallWatch = (
  method: string,
  durationMs: number,
  failure: CallFailure | undefined,
) => void;

/** Class of a failed call as op-node's metrics have it: `rpc_-32000`, `http_500`, or a word. */
export type CallFailure = string;

/** The class of a failure. */
export function callFailure({ code, status }: TransportError): CallFailure {
  if (status === undefined) return code;
  return code === 'rpc' ? `rpc_${status}` : `http_${status}`;
}
