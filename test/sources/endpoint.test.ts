import { afterEach, describe, expect, test } from 'vitest';
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../src/sources/endpoint.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { type RpcServer, type RpcServerOptions, startRpcServer } from '../support/rpcServer.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connect(
  server: Partial<RpcServerOptions>,
  options: Partial<EndpointOptions> = {},
): Promise<readonly [Endpoint, RpcServer]> {
  const started = await startRpcServer({ answer: ({ params }) => params[0], ...server });
  const endpoint = createEndpoint({ url: started.url, ...options });
  cleanups.push(endpoint.close, started.close);
  return [endpoint, started];
}

function callAll(endpoint: Endpoint, count: number): Promise<unknown[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => endpoint.call('echo', [i])));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function errorOf(promise: Promise<unknown>): Promise<SourceError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
}

describe('createEndpoint', () => {
  test('default: calls of one moment travel together', async () => {
    const [endpoint, server] = await connect({});
    expect(await callAll(endpoint, 45)).toEqual(numbers(45));
    expect(server.requests).toEqual([20, 20, 5]);
    expect(endpoint.meter()).toMatchObject({ calls: { echo: 45 }, requests: 3, failures: 0 });
  });

  test('behavior: no more requests at once than allowed', async () => {
    let open = 0;
    let most = 0;
    const [endpoint] = await connect(
      {
        latencyMs: 5,
        answer: ({ params }) => {
          open -= 1;
          return params[0];
        },
        fault: () => {
          open += 1;
          most = Math.max(most, open);
          return undefined;
        },
      },
      { limits: { maxConcurrency: 2, maxBatchSize: 1 } },
    );
    await callAll(endpoint, 9);
    expect(most).toBeLessThanOrEqual(2);
  });

  test('behavior: a batch refused for its size is asked in smaller ones', async () => {
    const [endpoint, server] = await connect({
      fault: (calls) =>
        calls.length > 6
          ? { type: 'body', body: '{"id":null,"error":{"code":-32600,"message":"batch limit 6"}}' }
          : undefined,
    });
    expect(await callAll(endpoint, 40)).toEqual(numbers(40));
    expect(endpoint.meter().pace.batchSize).toBe(5);
    server.requests.length = 0;
    await callAll(endpoint, 40);
    expect(Math.max(...server.requests)).toBe(5);
  });

  test('behavior: answers that grew too long are asked for in smaller batches', async () => {
    const [endpoint] = await connect({
      fault: (calls) => (calls.length > 3 ? { type: 'status', status: 413 } : undefined),
    });
    expect(await callAll(endpoint, 20)).toEqual(numbers(20));
  });

  test('behavior: pauses after "too many requests"', async () => {
    let refusals = 2;
    const [endpoint] = await connect({
      fault: () => (refusals-- > 0 ? { type: 'status', status: 429 } : undefined),
    });
    expect(await errorOf(endpoint.call('echo', [1]))).toMatchObject({ code: 'rateLimited' });
    expect(endpoint.restMs()).toBeGreaterThan(0);
    // Held back until the pause is over, then refused again, then held back longer.
    expect((await errorOf(endpoint.call('echo', [1]))).code).toBe('rateLimited');
    expect(await endpoint.call('echo', [1])).toBe(1);
  });

  test('behavior: rests after a failure, and longer after the next', async () => {
    const [endpoint] = await connect({ fault: () => ({ type: 'truncate' }) });
    await errorOf(endpoint.call('echo', [1]));
    const first = endpoint.restMs();
    await errorOf(endpoint.call('echo', [1]));
    await errorOf(endpoint.call('echo', [1]));
    expect(first).toBeGreaterThan(0);
    expect(endpoint.restMs()).toBeGreaterThan(first);
  });

  test('behavior: an error answer is no illness', async () => {
    const [endpoint] = await connect({
      fault: () => ({ type: 'body', body: '{"id":1,"error":{"code":-32000,"message":"no"}}' }),
    });
    expect(await errorOf(endpoint.call('echo', [1]))).toMatchObject({ code: 'rpc' });
    expect(endpoint.restMs()).toBe(0);
  });

  test('error: an aborted call leaves the queue', async () => {
    const [endpoint, server] = await connect(
      {},
      { limits: { maxConcurrency: 1, maxBatchSize: 1 } },
    );
    const stop = new AbortController();
    const first = endpoint.call('echo', [1]);
    const second = endpoint.call('echo', [2], { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    expect(await first).toBe(1);
    await endpoint.call('echo', [3]);
    expect(server.calls.map(({ params }) => params[0])).toEqual([1, 3]);
  });

  test('error: keys are not in messages', async () => {
    const server = await startRpcServer({ answer: () => null });
    await server.close();
    const endpoint = createEndpoint({ url: new URL('/v3/0123456789abcdef', server.url) });
    cleanups.push(endpoint.close);
    const error = await errorOf(endpoint.call('echo', [1]));
    expect(error.code).toBe('connection');
    expect(error.message).not.toContain('0123456789abcdef');
  });
});
