import type { AbortOptions } from '../transport/abort.ts';
import type { CallWatch } from '../transport/callWatch.ts';
import { httpConnection, type RpcConnection } from '../transport/rpcConnection.ts';
import { wsConnection } from '../transport/wsConnection.ts';
import { CallQueue } from './callQueue.ts';
import { fromTransportError } from './fromTransport.ts';
import { createHealth } from './health.ts';
import type { Pace, PaceLimits } from './pace.ts';

/**
 * One JSON-RPC endpoint. Calls made at the same time travel together: whatever waits when a
 * request may be sent becomes one batch.
 */
export type Endpoint = {
  /** Scheme, host and port: fit for messages. */
  readonly name: string;
  /**
   * @throws SourceError, or the signal's reason. The result may be null; its shape is not checked.
   */
  readonly call: (
    method: string,
    params: readonly unknown[],
    options?: AbortOptions,
  ) => Promise<unknown>;
  /** Milliseconds until the endpoint may be asked again; 0 for now. */
  readonly restMs: () => number;
  /** Whether the last request failed and none has succeeded since. */
  readonly isUnsure: () => boolean;
  /** Asks something cheap, for nothing but to learn whether the endpoint is well again. */
  readonly probe: () => void;
  /** Tells that an answer was proven wrong: the endpoint rests, longer each time. */
  readonly distrust: () => void;
  /** Tells that an answer was proven right. */
  readonly trust: () => void;
  /** Tells that it lacks what others may have: it rests for a moment. */
  readonly lags: () => void;
  readonly meter: () => EndpointMeter;
  readonly close: () => void;
};

/** What an endpoint has been asked, for metrics and the status page. */
export type EndpointMeter = {
  readonly name: string;
  readonly calls: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly failures: number;
  readonly pace: Pace;
};

/** One JSON-RPC endpoint and its limits. */
export type EndpointOptions = {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: Partial<PaceLimits>;
  /** Of a request with one call; a batch has twice as long. */
  readonly timeoutMs?: number;
  readonly watch?: CallWatch;
};

const LIMITS: PaceLimits = { maxConcurrency: 10, maxBatchSize: 20, maxCallsPerSecond: Infinity };
const TIMEOUT_MS = 10_000;

/** An endpoint over HTTP or WebSocket, as its URL says. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const limits = { ...LIMITS, ...options.limits };
  const connection = connect(options, limits);
  const health = createHealth();
  const queue = new CallQueue({
    connection,
    limits,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    onSuccess: health.succeeded,
    onFailure: health.failed,
    watch: options.watch ?? (() => {}),
  });
  const call: Endpoint['call'] = async (method, params, abort = {}) => {
    const answer = await queue.call({ method, params }, abort);
    if (answer.type === 'error') throw fromTransportError(method, answer.error);
    return answer.result;
  };
  let isProbing = false;
  return {
    name: connection.name,
    call,
    restMs: () => Math.max(health.restMs(), queue.pauseMs()),
    isUnsure: health.isUnsure,
    probe: () => {
      if (isProbing) return;
      isProbing = true;
      // Success or not, what it says is learned where every answer is.
      void call('eth_chainId', [])
        .catch(() => undefined)
        .finally(() => {
          isProbing = false;
        });
    },
    distrust: health.distrust,
    trust: health.trust,
    lags: health.lags,
    meter: () => ({ name: connection.name, ...queue.meter() }),
    close: () => queue.close(),
  };
}

function connect({ url, headers }: EndpointOptions, limits: PaceLimits): RpcConnection {
  const common = { url, ...(headers === undefined ? {} : { headers }) };
  const isWebSocket = url.protocol === 'ws:' || url.protocol === 'wss:';
  if (isWebSocket) return wsConnection(common);
  return httpConnection({ ...common, maxSockets: limits.maxConcurrency });
}
