import { afterEach, describe, expect, test } from 'vitest';
import { TransportError } from '../../src/transport/errors.ts';
import { createHttpClient, type HttpClient } from '../../src/transport/http.ts';
import { rpcBatch, rpcCall, toRpcAnswer } from '../../src/transport/jsonRpc.ts';
import { CallError, type RpcServerOptions, startRpcServer } from '../support/rpcServer.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connect(options: Partial<RpcServerOptions>, path = ''): Promise<HttpClient> {
  const server = await startRpcServer({ answer: ({ params }) => params[0], ...options });
  const client = createHttpClient({ url: new URL(path, server.url) });
  cleanups.push(server.close, client.close);
  return client;
}

async function errorOf(promise: Promise<unknown>): Promise<TransportError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransportError);
  return error as TransportError;
}

const echo = (value: unknown) => ({ method: 'echo', params: [value] });

describe('rpcCall', () => {
  test('default', async () => {
    expect(await rpcCall(await connect({}), echo('0x1'))).toBe('0x1');
  });

  test('behavior: a bigint goes out as an integer with all its digits', async () => {
    let body = '';
    const client = await connect({
      fault: (calls) => {
        body = JSON.stringify(calls);
        return { type: 'body', body: '{"jsonrpc":"2.0","id":1,"result":null}' };
      },
    });
    await rpcCall(client, echo(2n ** 53n));
    expect(body).toContain('9007199254740992');
  });

  test('error: an error answer keeps its code', async () => {
    const client = await connect({
      answer: () => {
        throw new CallError(-32601, 'no such method');
      },
    });
    expect(await errorOf(rpcCall(client, echo(1)))).toMatchObject({ code: 'rpc', status: -32601 });
  });

  test.each([
    [429, 'rateLimited'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [413, 'tooLarge'],
    [500, 'status'],
    [502, 'status'],
  ])('error: HTTP status %i', async (status, code) => {
    const client = await connect({ fault: () => ({ type: 'status', status }) });
    expect((await errorOf(rpcCall(client, echo(1)))).code).toBe(code);
  });

  test.each(['', '<html>', '1', '[]', '{}', '{"jsonrpc":"2.0","id":1}'])(
    'error: the body `%s` is no answer',
    async (body) => {
      const client = await connect({ fault: () => ({ type: 'body', body }) });
      expect((await errorOf(rpcCall(client, echo(1)))).code).toBe('badAnswer');
    },
  );

  test('error: keys of the URL are not in the message', async () => {
    const secret = 'abcdef0123456789';
    const client = await connect(
      {
        answer: () => {
          throw new CallError(-32000, `project ${secret} is over its quota`);
        },
      },
      `/v3/${secret}`,
    );
    const error = await errorOf(rpcCall(client, echo(1)));
    expect(error.message).toContain('over its quota');
    expect(JSON.stringify([error.message, error])).not.toContain(secret);
  });
});

describe('toRpcAnswer', () => {
  const peer = { name: 'l1', url: new URL('http://127.0.0.1/v3/abcdef0123456789') };
  const messageOf = (item: unknown): string => {
    const answer = toRpcAnswer(item, peer);
    return answer.type === 'error' ? answer.error.message : '';
  };

  test.each([
    [null, '`null`'],
    ['a"b', '`"a\\"b"`'],
    [[1, [true, 'x'], {}], '`[1,[true,"x"],{}]`'],
    [{ id: 1, more: { a: null } }, '`{"id":1,"more":{"a":null}}`'],
    [['abcdef0123456789'], '`["…"]`'],
  ])('error: %j is no answer, and is shown', (item, shown) => {
    expect(messageOf(item).endsWith(`found ${shown}`), messageOf(item)).toBe(true);
  });

  test('behavior: no more of it is looked at than is shown', () => {
    const long = Array.from({ length: 2000 }, () => 'x');
    Object.defineProperty(long, 1500, {
      get: () => {
        throw new Error('looked at');
      },
    });
    expect(messageOf(long)).toHaveLength('l1: expected a JSON-RPC answer, found ``'.length + 81);
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { deep };
    expect(messageOf(deep)).toContain('{"deep":{"deep":');
    expect(messageOf('x'.repeat(1_000_000))).toHaveLength(messageOf(long).length);
  });
});

describe('rpcBatch', () => {
  test('default', async () => {
    const answers = await rpcBatch(await connect({}), [echo(1), echo(null), echo('x')]);
    expect(answers.map((answer) => answer.type === 'result' && answer.result)).toEqual([
      1,
      null,
      'x',
    ]);
  });

  test('behavior: answers may come in any order, and fail one by one', async () => {
    const body = '[{"id":2,"error":{"code":-32005,"message":"slow down"}},{"id":1,"result":"one"}]';
    const client = await connect({ fault: () => ({ type: 'body', body }) });
    const answers = await rpcBatch(client, [echo(1), echo(2), echo(3)]);
    expect(answers[0]).toEqual({ type: 'result', result: 'one' });
    expect(answers[1]).toMatchObject({ type: 'error', error: { code: 'rateLimited' } });
    expect(answers[2]).toMatchObject({ type: 'error', error: { code: 'badAnswer' } });
  });

  test('error: one refusal for the whole batch', async () => {
    const body = '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}';
    const client = await connect({ fault: () => ({ type: 'body', body }) });
    expect(await errorOf(rpcBatch(client, [echo(1), echo(2)]))).toMatchObject({ code: 'rpc' });
  });
});
