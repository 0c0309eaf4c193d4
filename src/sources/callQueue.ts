import { performance } from 'node:perf_hooks';
import type { AbortOptions } from '../transport/abort.ts';
import { type CallWatch, callFailure } from '../transport/callWatch.ts';
import { TransportError } from '../transport/errors.ts';
import type { RpcAnswer, RpcCall } from '../transport/jsonRpc.ts';
import type { RpcConnection } from '../transport/rpcConnection.ts';
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

/** Where calls go, how fast, and who is told how it went. */
export type CallQueueOptions = {
  readonly connection: RpcConnection;
  readonly limits: PaceLimits;
  /** Of a message with one call; a batch has twice as long. */
  readonly timeoutMs: number;
  /** Told after each message that was answered. */
  readonly onSuccess: () => void;
  /** Told after each message without an answer, but for those that only came too soon. */
  readonly onFailure: () => void;
  readonly watch: CallWatch;
};

/** What has been sent so far. */
export type CallMeter = {
  readonly calls: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly failures: number;
  readonly pace: Pace;
};

type Pending = RpcCall & {
  readonly settle: (answer: RpcAnswer) => void;
  readonly isAborted: () => boolean;
};

/**
 * Calls on their way to one server. Whatever waits when a message may be sent becomes one batch.
 * Owns the queue, the timer that sends it, and the connection.
 */
export class CallQueue {
  readonly #options: CallQueueOptions;
  #pace: Pace;
  #queue: Pending[] = [];
  #inFlight = 0;
  #timer: NodeJS.Timeout | undefined;
  #isFlushDue = false;
  #isClosed = false;
  #answered: Answered = { sinceMs: 0, calls: 0, callsBefore: 0 };
  readonly #counts: Record<string, number> = {};
  #requests = 0;
  #failures = 0;

  constructor(options: CallQueueOptions) {
    this.#options = options;
    this.#pace = startPace(options.limits, performance.now());
  }

  /** @throws The signal's reason. */
  call(call: RpcCall, { signal }: AbortOptions): Promise<RpcAnswer> {
    signal?.throwIfAborted();
    if (this.#isClosed) return Promise.resolve({ type: 'error', error: this.#closedError() });
    return new Promise<RpcAnswer>((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const settle = (found: RpcAnswer): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve(found);
      };
      this.#queue.push({ ...call, settle, isAborted: () => signal?.aborted ?? false });
      this.#flushSoon();
    });
  }

  /** Milliseconds until the server is willing to be asked again. */
  pauseMs(): number {
    return Math.max(0, this.#pace.pausedUntilMs - performance.now());
  }

  meter(): CallMeter {
    return {
      calls: { ...this.#counts },
      requests: this.#requests,
      failures: this.#failures,
      pace: this.#pace,
    };
  }

  /** Calls that wait, and later ones, fail. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#options.connection.close();
    const error = this.#closedError();
    for (const pending of this.#queue.splice(0)) pending.settle({ type: 'error', error });
  }

  #closedError(): TransportError {
    return new TransportError('connection', `${this.#options.connection.name}: closed`);
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
    const startedMs = performance.now();
    const answers = await this.#exchange(batch);
    this.#inFlight -= 1;
    const durationMs = performance.now() - startedMs;
    batch.forEach(({ method }, index) => {
      const answer = answers[index] as RpcAnswer;
      const failure = answer.type === 'error' ? callFailure(answer.error) : undefined;
      this.#options.watch(method, durationMs, failure);
    });
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
    const { connection, timeoutMs } = this.#options;
    const [first, ...others] = batch.map(({ method, params }) => ({ method, params }));
    if (first === undefined) return [];
    try {
      const isBatch = others.length > 0;
      const options = { timeoutMs: isBatch ? 2 * timeoutMs : timeoutMs };
      return await connection.request([first, ...others], options);
    } catch (thrown) {
      if (!(thrown instanceof TransportError)) throw thrown;
      if (others.length === 0) return [{ type: 'error', error: thrown }];
      if (BROKEN_BATCH.has(thrown.code)) this.#pace = afterBrokenBatch(this.#pace, batch.length);
      const error = thrown.code === 'rpc' ? sizeRefusal(thrown) : thrown;
      return batch.map(() => ({ type: 'error', error }));
    }
  }

  /** Learns from the answers to one message what the server takes, and how well it is. */
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
      this.#pace = afterSuccess(this.#pace, this.#options.limits);
      this.#options.onSuccess();
    } else if (errors.some(({ code }) => code !== 'rpc' && code !== 'tooLarge')) {
      this.#options.onFailure();
    }
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
