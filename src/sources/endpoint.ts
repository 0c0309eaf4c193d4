import { performance } from 'node:perf_hooks';
import type { AbortOptions } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { type RpcAnswer, type RpcCall, rpcBatch, rpcCall } from '../transport/jsonRpc.ts';
import { fromTransportError } from './fromTransport.ts';
import {
  afterBatchRefusal,
  afterBrokenBatch,
  afterRefusal,
  afterSuccess,
  allowedCalls,
  type Pace,
  type PaceLimits,
  spend,
  startPace,
  waitMs,
} from './pace.ts';

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
};

const LIMITS: PaceLimits = { maxConcurrency: 10, maxBatchSize: 20, maxCallsPerSecond: Infinity };
const TIMEOUT_MS = 10_000;
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 30_000;
/** For a block that others have: about the time in which one L1 node catches up with another. */
const LAG_REST_MS = 500;

type Pending = RpcCall & {
  readonly settle: (answer: RpcAnswer) => void;
  readonly isAborted: () => boolean;
};

/** An endpoint over HTTP. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const limits = { ...LIMITS, ...options.limits };
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const client = createHttpClient({
    url: options.url,
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    maxSockets: limits.maxConcurrency,
  });
  const calls = new CallQueue(client, limits, timeoutMs);
  return {
    name: client.name,
    call: (method, params, abort) => calls.call(method, params, abort),
    restMs: () => calls.restMs(),
    isUnsure: () => calls.isUnsure(),
    probe: () => calls.probe(),
    distrust: () => calls.distrust(),
    trust: () => calls.trust(),
    lags: () => calls.lags(),
    meter: () => calls.meter(),
    close: () => calls.close(),
  };
}

/** Owns the queue of calls and the timer that sends it. */
class CallQueue {
  readonly #client: HttpClient;
  readonly #limits: PaceLimits;
  readonly #timeoutMs: number;
  #pace: Pace;
  #queue: Pending[] = [];
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #isFlushDue = false;
  #failuresInARow = 0;
  #liesInARow = 0;
  #isProbing = false;
  #restUntilMs = 0;
  #answered: Answered = { sinceMs: 0, calls: 0, callsBefore: 0 };
  readonly #counts: Record<string, number> = {};
  #requests = 0;
  #failures = 0;

  constructor(client: HttpClient, limits: PaceLimits, timeoutMs: number) {
    this.#client = client;
    this.#limits = limits;
    this.#timeoutMs = timeoutMs;
    this.#pace = startPace(limits, performance.now());
  }

  async call(
    method: string,
    params: readonly unknown[],
    options: AbortOptions = {},
  ): Promise<unknown> {
    const { signal } = options;
    signal?.throwIfAborted();
    const answer = await new Promise<RpcAnswer>((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const settle = (found: RpcAnswer): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve(found);
      };
      this.#queue.push({ method, params, settle, isAborted: () => signal?.aborted ?? false });
      this.#flushSoon();
    });
    if (answer.type === 'error') throw fromTransportError(method, answer.error);
    return answer.result;
  }

  restMs(): number {
    const now = performance.now();
    return Math.max(0, this.#restUntilMs - now, this.#pace.pausedUntilMs - now);
  }

  isUnsure(): boolean {
    return this.#failuresInARow > 0;
  }

  probe(): void {
    if (this.#isProbing) return;
    this.#isProbing = true;
    // Success or not, what it says is learned where every answer is.
    void this.call('eth_chainId', [])
      .catch(() => undefined)
      .finally(() => {
        this.#isProbing = false;
      });
  }

  distrust(): void {
    this.#failures += 1;
    this.#rest(this.#liesInARow++);
  }

  trust(): void {
    this.#liesInARow = 0;
  }

  lags(): void {
    this.#restUntilMs = Math.max(this.#restUntilMs, performance.now() + LAG_REST_MS);
  }

  meter(): EndpointMeter {
    return {
      name: this.#client.name,
      calls: { ...this.#counts },
      requests: this.#requests,
      failures: this.#failures,
      pace: this.#pace,
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#client.close();
    const error = new TransportError('connection', `${this.#client.name}: closed`);
    for (const pending of this.#queue.splice(0)) pending.settle({ type: 'error', error });
  }

  /** Sends after everything that is going to be asked in this turn has been asked. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#queue = this.#queue.filter((pending) => !pending.isAborted());
    while (this.#queue.length > 0 && this.#inFlight < this.#pace.concurrency) {
      const now = performance.now();
      const allowed = allowedCalls(this.#pace, now);
      if (allowed === 0) return this.#flushAfter(waitMs(this.#pace, now));
      const batch = this.#queue.splice(0, allowed);
      this.#pace = spend(this.#pace, batch.length, now);
      void this.#send(batch);
    }
  }

  #flushAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), Math.max(1, ms));
  }

  async #send(batch: readonly Pending[]): Promise<void> {
    this.#inFlight += 1;
    this.#requests += 1;
    for (const { method } of batch) this.#counts[method] = (this.#counts[method] ?? 0) + 1;
    const answers = await this.#exchange(batch);
    this.#inFlight -= 1;
    this.#adapt(answers);
    const again: Pending[] = [];
    batch.forEach((pending, index) => {
      const answer = answers[index] as RpcAnswer;
      if (batch.length > 1 && isSizeRefusal(answer)) again.push(pending);
      else pending.settle(answer);
    });
    if (again.length > 0) this.#pace = afterBatchRefusal(this.#pace, batch.length);
    this.#queue = [...again, ...this.#queue];
    if (this.#queue.length > 0) this.#flushSoon();
  }

  async #exchange(batch: readonly Pending[]): Promise<readonly RpcAnswer[]> {
    const [first] = batch;
    try {
      if (first !== undefined && batch.length === 1) {
        const options = { timeoutMs: this.#timeoutMs };
        return [{ type: 'result', result: await rpcCall(this.#client, first, options) }];
      }
      const calls = batch.map(({ method, params }) => ({ method, params }));
      return await rpcBatch(this.#client, calls, { timeoutMs: 2 * this.#timeoutMs });
    } catch (thrown) {
      if (!(thrown instanceof TransportError)) throw thrown;
      if (batch.length === 1) return [{ type: 'error', error: thrown }];
      if (BROKEN_BATCH.has(thrown.code)) this.#pace = afterBrokenBatch(this.#pace, batch.length);
      const error = thrown.code === 'rpc' ? sizeRefusal(thrown) : thrown;
      return batch.map(() => ({ type: 'error', error }));
    }
  }

  /** Learns from the answers of one request what the endpoint takes, and how well it is. */
  #adapt(answers: readonly RpcAnswer[]): void {
    const now = performance.now();
    const errors = answers.flatMap((answer) => (answer.type === 'error' ? [answer.error] : []));
    this.#failures += errors.length;
    this.#answered = addAnswered(this.#answered, answers.length - errors.length, now);
    const limited = errors.find(({ code }) => code === 'rateLimited');
    if (limited !== undefined) {
      const { calls, callsBefore } = this.#answered;
      const recent = Math.max(calls, callsBefore);
      this.#pace = afterRefusal(this.#pace, recent, limited.retryAfterMs, now);
    } else if (errors.length < answers.length) {
      this.#pace = afterSuccess(this.#pace, this.#limits);
      this.#failuresInARow = 0;
    } else if (errors.some(({ code }) => code !== 'rpc' && code !== 'tooLarge')) {
      this.#rest(this.#failuresInARow++);
    }
  }

  /** @param before How many failures in a row there were before this one. */
  #rest(before: number): void {
    const restMs = Math.min(FIRST_REST_MS * 2 ** Math.min(before, 10), LONGEST_REST_MS);
    this.#restUntilMs = Math.max(this.#restUntilMs, performance.now() + restMs);
  }
}

/** Calls answered in the second that began at `sinceMs`, and in the second before. */
type Answered = { readonly sinceMs: number; readonly calls: number; readonly callsBefore: number };

function addAnswered(answered: Answered, calls: number, nowMs: number): Answered {
  const ageMs = nowMs - answered.sinceMs;
  if (ageMs < 1000) return { ...answered, calls: answered.calls + calls };
  return { sinceMs: nowMs, calls, callsBefore: ageMs < 2000 ? answered.calls : 0 };
}

/** Failures of a batch that may come from its size, or from anything else. */
const BROKEN_BATCH: ReadonlySet<string> = new Set(['timeout', 'connection', 'status', 'badAnswer']);

/** JSON-RPC code by which geth ends a batch whose answers have grown too long. */
const ANSWERS_TOO_LONG = -32003;

/** One error in place of all answers: it is about the batch, so its calls are asked again. */
function sizeRefusal(error: TransportError): TransportError {
  return new TransportError('tooLarge', error.message, { status: error.status, cause: error });
}

function isSizeRefusal(answer: RpcAnswer): boolean {
  if (answer.type !== 'error') return false;
  const { code, status } = answer.error;
  return code === 'tooLarge' || (code === 'rpc' && status === ANSWERS_TOO_LONG);
}
