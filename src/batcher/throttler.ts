import { toQuantity } from '../protocol/rpcJson.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import type { Log } from '../transport/log.ts';
import { type ThrottleConfig, type ThrottleLimits, throttleLimits } from './throttle.ts';

/** Tells block builders how large blocks may be. */
export type Throttler = {
  /** Sends the limits of this backlog to every endpoint. Never throws but the signal's reason. */
  readonly update: (backlogBytes: number, options?: AbortOptions) => Promise<ThrottleLimits>;
};

/** JSON-RPC code of a method that a client does not have. */
const METHOD_NOT_FOUND = -32_601;

/**
 * A throttler of execution clients with `miner_setMaxDASize`. The limits are sent with every
 * update, which also heals a client that was restarted.
 *
 * Choice: a client without the method is told of once and left alone; op-batcher ends itself.
 */
export function createThrottler(
  config: ThrottleConfig,
  endpoints: readonly HttpClient[],
  log: Log,
): Throttler {
  const incapable = new Set<HttpClient>();
  const send = async (
    endpoint: HttpClient,
    { maxTxBytes, maxBlockBytes }: ThrottleLimits,
    options: AbortOptions,
  ): Promise<void> => {
    const params = [BigInt(maxTxBytes), BigInt(maxBlockBytes)].map(toQuantity);
    try {
      await rpcCall(endpoint, { method: 'miner_setMaxDASize', params }, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof TransportError)) throw error;
      if (error.code === 'rpc' && error.status === METHOD_NOT_FOUND) incapable.add(endpoint);
      log.warn('block builder cannot be throttled', { endpoint: endpoint.name, error });
    }
  };
  let last = 0;
  return {
    update: async (backlog, options = {}) => {
      const limits = throttleLimits(config, backlog);
      if (config.lowerThreshold === 0) return limits;
      if (limits.intensity > 0 !== last > 0) {
        log.info(limits.intensity > 0 ? 'throttling begins' : 'throttling ends', { backlog });
      }
      last = limits.intensity;
      const capable = endpoints.filter((endpoint) => !incapable.has(endpoint));
      await Promise.all(capable.map((endpoint) => send(endpoint, limits, options)));
      return limits;
    },
  };
}
