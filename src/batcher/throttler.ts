import { toQuantity } from '../protocol/rpcJson.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import type { Log } from '../transport/log.ts';
import { type PidConfig, type PidState, pidStep } from './pidController.ts';
import {
  curveIntensity,
  type ThrottleConfig,
  type ThrottleController,
  type ThrottleLimits,
  throttleLimits,
} from './throttle.ts';

/** Tells block builders how large blocks may be. */
export type Throttler = {
  /** Sends the limits of this backlog to every endpoint. Never throws but the signal's reason. */
  readonly update: (backlogBytes: number, options?: AbortOptions) => Promise<ThrottleLimits>;
  readonly status: () => ThrottleStatus;
  /** Changes the controller, and with `pid` its settings; what it remembered is gone. */
  readonly use: (controller: ThrottleController, pid?: PidConfig) => void;
};

/** A throttler's settings, and what came of the last backlog. */
export type ThrottleStatus = {
  readonly config: ThrottleConfig;
  readonly backlogBytes: number;
  readonly limits: ThrottleLimits;
};

/** JSON-RPC code of a method that a client does not have. */
const METHOD_NOT_FOUND = -32_601;

/**
 * A throttler of execution clients with `miner_setMaxDASize`, with `settings` to begin with. The
 * limits are sent with every update, which also heals a client that was restarted.
 *
 * Choice: a client without the method is told of once and left alone; op-batcher ends itself.
 */
export function createThrottler(
  settings: ThrottleConfig,
  endpoints: readonly HttpClient[],
  log: Log,
  nowMs: () => number = () => performance.now(),
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
  let config = settings;
  let pid: PidState | undefined;
  let status = { backlogBytes: 0, limits: throttleLimits(config, 0) };
  const intensityOf = (backlog: number): number => {
    const { controller, lowerThreshold } = config;
    if (controller !== 'pid') return curveIntensity(config, controller, backlog);
    if (lowerThreshold === 0) return 0;
    pid = pidStep(config.pid, pid, lowerThreshold, backlog, nowMs());
    return pid?.intensity ?? 0;
  };
  return {
    status: () => ({ config, ...status }),
    use: (controller, pidConfig = config.pid) => {
      config = { ...config, controller, pid: pidConfig };
      pid = undefined;
    },
    update: async (backlogBytes, options = {}) => {
      const limits = throttleLimits(config, intensityOf(backlogBytes));
      if (limits.intensity > 0 !== status.limits.intensity > 0) {
        const message = limits.intensity > 0 ? 'throttling begins' : 'throttling ends';
        log.info(message, { backlog: backlogBytes });
      }
      status = { backlogBytes, limits };
      if (config.lowerThreshold === 0) return limits;
      const capable = endpoints.filter((endpoint) => !incapable.has(endpoint));
      await Promise.all(capable.map((endpoint) => send(endpoint, limits, options)));
      return limits;
    },
  };
}
