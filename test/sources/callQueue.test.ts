import { describe, expect, test } from 'vitest';
import { CallQueue, type CallQueueOptions } from '../../src/sources/callQueue.ts';
import { TransportError, type TransportErrorCode } from '../../src/transport/errors.ts';
import type { RpcAnswer, RpcCall } from '../../src/transport/jsonRpc.ts';

type Reply = readonly RpcAnswer[] | TransportError;

const LIMITS = { maxConcurrency: 4, maxBatchSize: 8, maxCallsPerSecond: Infinity };

const echo = (calls: readonly RpcCall[]): readonly RpcAnswer[] =>
  calls.map(({ params }) => ({ type: 'result', result: params[0] }));

const refusal = (code: TransportErrorCode, status?: number): RpcAnswer => ({
  type: 'error',
  error: new TransportError(code, code, { status }),
});

/** A queue in front of a server that gives `replies` to its first messages, and then echoes. */
function queueTo(replies: readonly Reply[] = [], options: Partial<CallQueueOptions> = {}) {
  const messages: string[] = [];
  const told: string[] = [];
  let isConnected = true;
  const queue = new CallQueue({
    connection: {
      name: 'http://l1',
      request: async (calls, { timeoutMs }) => {
        const reply = replies[messages.length] ?? echo(calls);
        messages.push(`${calls.map(({ params }) => String(params[0])).join(' ')}, ${timeoutMs} ms`);
        if (reply instanceof TransportError) throw reply;
        return reply;
      },
      close: () => (isConnected = false),
    },
    limits: LIMITS,
    timeoutMs: 100,
    onSuccess: () => void told.push('success'),
    onFailure: () => void told.push('failure'),
    watch: (method, ms, failure) => void told.push(`${method} ${failure ?? ms < 1e3}`),
    ...options,
  });
  const ask = (count: number, signal?: AbortSignal): Promise<RpcAnswer>[] =>
    Array.from({ length: count }, (_, i) =>
      queue.call({ method: 'eth_x', params: [i] }, signal === undefined ? {} : { signal }),
    );
  return { queue, messages, told, ask, isConnected: () => isConnected };
}

/** What calls came to: results, or codes of errors. */
async function outcomes(asked: readonly Promise<RpcAnswer>[]): Promise<readonly unknown[]> {
  const answers = await Promise.all(asked);
  return answers.map((answer) => (answer.type === 'error' ? answer.error.code : answer.result));
}

describe('CallQueue', () => {
  test('default: a message for a call, or with twice the time for several', async () => {
    const { queue, messages, told, ask } = queueTo();
    expect(await outcomes(ask(1))).toEqual([0]);
    expect(await outcomes(ask(3))).toEqual([0, 1, 2]);
    expect(messages).toEqual(['0, 100 ms', '0 1 2, 200 ms']);
    expect(told).toEqual(['eth_x true', 'success', ...Array(3).fill('eth_x true'), 'success']);
    expect(queue.meter()).toMatchObject({ calls: { eth_x: 4 }, requests: 2, failures: 0 });
  });

  test('behavior: no larger message, and no more at once, than are allowed', async () => {
    const held: (() => void)[] = [];
    const sizes: number[] = [];
    const { queue, ask } = queueTo([], {
      limits: { ...LIMITS, maxConcurrency: 2, maxBatchSize: 3 },
      connection: {
        name: 'http://l1',
        request: async (calls) => {
          sizes.push(calls.length);
          await new Promise<void>((resolve) => held.push(resolve));
          return echo(calls);
        },
        close: () => undefined,
      },
    });
    const asked = ask(7);
    await turn();
    expect(sizes).toEqual([3, 3]);
    held[1]?.();
    expect(await outcomes(asked.slice(3, 6))).toEqual([3, 4, 5]);
    await turn();
    expect(sizes).toEqual([3, 3, 1]);
    for (const answer of held) answer();
    expect(await outcomes(asked)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    queue.close();
  });

  test.each([
    ['an answer too long', refusal('tooLarge')],
    ['an answer beyond the limit of a batch', refusal('rpc', -32_003)],
  ])('behavior: %s is asked for again in half a batch, the others not', async (_, tooLong) => {
    const first = [...echo(numbered(6)), tooLong, tooLong];
    const second: Reply = [{ type: 'result', result: 6 }, tooLong];
    const { queue, messages, told, ask } = queueTo([first, second]);
    expect(await outcomes(ask(8))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(messages).toEqual(['0 1 2 3 4 5 6 7, 200 ms', '6 7, 200 ms', '7, 100 ms']);
    expect(queue.meter()).toMatchObject({ failures: 3, pace: { batchSize: 1, batchCeiling: 1 } });
    expect(told.filter((what) => what === 'success')).toHaveLength(3);
  });

  test('behavior: another error is the answer, in a batch too', async () => {
    const { messages, ask } = queueTo([[...echo(numbered(1)), refusal('rpc', -32_000)]]);
    expect(await outcomes(ask(2))).toEqual([0, 'rpc']);
    expect(messages).toHaveLength(1);
  });

  test.each<TransportErrorCode>(['rpc', 'timeout'])(
    'behavior: a single call that ends in %s says nothing of batches',
    async (code) => {
      const { queue, messages, ask } = queueTo([new TransportError(code, 'no')]);
      expect(await outcomes(ask(1))).toEqual([code]);
      expect([messages.length, queue.meter().pace.batchSize]).toEqual([1, 8]);
    },
  );

  test('behavior: one error for the whole batch is about its size', async () => {
    const { queue, messages, ask } = queueTo([
      new TransportError('rpc', 'too many', { status: 1 }),
    ]);
    expect(await outcomes(ask(4))).toEqual([0, 1, 2, 3]);
    expect(messages).toEqual(['0 1 2 3, 200 ms', '0 1, 200 ms', '2 3, 200 ms']);
    expect(queue.meter().pace.batchCeiling).toBe(2);
  });

  test.each([
    ['too long', refusal('tooLarge'), 'tooLarge'],
    ['beyond the limit of a batch', refusal('rpc', -32_003), 'rpc'],
    ['an error', refusal('rpc', -32_000), 'rpc'],
  ])('behavior: a single answer that is %s is the answer', async (_, reply, code) => {
    const { queue, messages, told, ask } = queueTo([[reply]]);
    expect(await outcomes(ask(1))).toEqual([code]);
    expect(messages).toHaveLength(1);
    // Neither illness nor health.
    expect(told).toHaveLength(1);
    expect(queue.meter().pace.batchSize).toBe(8);
  });

  test.each<[TransportErrorCode, number]>([
    ['timeout', 2],
    ['connection', 2],
    ['status', 2],
    ['badAnswer', 2],
    ['unauthorized', 8],
  ])(
    'behavior: a batch that ends in %s fails, and the next ones have %i calls',
    async (code, size) => {
      const { queue, told, ask } = queueTo([new TransportError(code, 'no', { status: 500 })]);
      expect(await outcomes(ask(4))).toEqual(Array(4).fill(code));
      expect(told).toEqual([...Array(4).fill('eth_x http_500'), 'failure']);
      const { pace, failures } = queue.meter();
      expect([pace.batchSize, pace.batchCeiling, failures]).toEqual([size, 8, 4]);
    },
  );

  test('behavior: "too many requests" slows down, and is no illness', async () => {
    const busy = new TransportError('rateLimited', 'slow down', { status: 429, retryAfterMs: 9e3 });
    const { queue, told, messages, ask } = queueTo([echo(numbered(8)), echo(numbered(8)), busy]);
    await outcomes(ask(16));
    expect(queue.pauseMs()).toBe(0);
    expect(await outcomes(ask(1))).toEqual(['rateLimited']);
    expect(told.at(-1)).toBe('eth_x http_429');
    expect(queue.pauseMs()).toBeGreaterThan(5_000);
    // Four fifths of the calls that were answered in the last second.
    expect(queue.meter().pace).toMatchObject({ concurrency: 2, callsPerSecond: 0.8 * 16 });
    const waiting = ask(1);
    await turn();
    expect(messages).toHaveLength(3);
    queue.close();
    expect(await outcomes(waiting)).toEqual(['connection']);
  });

  test('behavior: what waits for its time is sent then', async () => {
    const busy = new TransportError('rateLimited', 'slow down', { retryAfterMs: 20 });
    const { queue, messages, ask } = queueTo([busy]);
    await outcomes(ask(1));
    expect(await outcomes(ask(1))).toEqual([0]);
    expect(messages).toHaveLength(2);
    expect(queue.pauseMs()).toBe(0);
  });

  test('behavior: an aborted call is not sent', async () => {
    const { messages, ask } = queueTo();
    const stop = new AbortController();
    const [aborted] = ask(1, stop.signal) as [Promise<RpcAnswer>];
    const others = ask(2);
    const reason = new Error('no more');
    stop.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(await outcomes(others)).toEqual([0, 1]);
    expect(messages).toEqual(['0 1, 200 ms']);
    expect(() => ask(1, stop.signal)).toThrow(reason);
  });

  test('behavior: closed, what waits and what comes later fails', async () => {
    const { queue, messages, ask, isConnected } = queueTo();
    const waiting = ask(2);
    queue.close();
    expect(isConnected()).toBe(false);
    expect(await outcomes(waiting)).toEqual(['connection', 'connection']);
    expect(await outcomes(ask(1))).toEqual(['connection']);
    await turn();
    expect(messages).toEqual([]);
  });
});

function numbered(count: number): readonly RpcCall[] {
  return Array.from({ length: count }, (_, i) => ({ method: 'eth_x', params: [i] }));
}

/** Lets everything happen that waits for nothing. */
async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}
