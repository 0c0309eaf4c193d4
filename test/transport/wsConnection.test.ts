import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { TransportError } from '../../src/transport/errors.ts';
import type { RpcConnection } from '../../src/transport/rpcConnection.ts';
import { wsConnection } from '../../src/transport/wsConnection.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

type Asked = { readonly id: number; readonly params: readonly unknown[] };
type Answer = (
  asked: Asked | readonly Asked[],
  send: (text: string) => void,
  drop: () => void,
) => void;

const echoed = ({ id, params }: Asked) => ({ jsonrpc: '2.0', id, result: params[0] });
const echo: Answer = (asked, send) =>
  send(JSON.stringify(Array.isArray(asked) ? asked.map(echoed) : echoed(asked as Asked)));

async function connect(answer: Answer = echo): Promise<readonly [RpcConnection, () => number]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((done) => server.once('listening', done));
  let opened = 0;
  server.on('connection', (socket) => {
    opened += 1;
    socket.on('message', (data) => {
      const asked = JSON.parse(String(data)) as Asked;
      answer(
        asked,
        (text) => socket.send(text),
        () => socket.terminate(),
      );
    });
  });
  const { port } = server.address() as { port: number };
  const connection = wsConnection({ url: new URL(`ws://127.0.0.1:${port}/0123456789ab`) });
  cleanups.push(connection.close, () => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return [connection, () => opened];
}

const call = (value: unknown) => ({ method: 'echo', params: [value] });
const SOON = { timeoutMs: 1000 };

async function errorOf(promise: Promise<unknown>): Promise<TransportError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransportError);
  expect((error as TransportError).message).not.toContain('0123456789ab');
  return error as TransportError;
}

describe('wsConnection', () => {
  test('default: calls and batches over one connection', async () => {
    const [connection, opened] = await connect();
    const answers = await Promise.all([
      connection.request([call(1)], SOON),
      connection.request([call(2), call(3)], SOON),
      connection.request([call(null)], SOON),
    ]);
    const results = answers.flat().map((answer) => answer.type === 'result' && answer.result);
    expect(results).toEqual([1, 2, 3, null]);
    expect(opened()).toBe(1);
  });

  test('behavior: answers in any order, and split', async () => {
    const [connection] = await connect((asked, send) => {
      const list = (Array.isArray(asked) ? asked : [asked]) as Asked[];
      for (const each of list.toReversed()) send(JSON.stringify(echoed(each)));
    });
    const answers = await connection.request([call('a'), call('b')], SOON);
    expect(answers).toEqual([
      { type: 'result', result: 'a' },
      { type: 'result', result: 'b' },
    ]);
  });

  test('behavior: a broken connection fails what waits, and is opened again', async () => {
    let isFirst = true;
    const [connection, opened] = await connect((asked, send, drop) => {
      if (!isFirst) return echo(asked, send, drop);
      isFirst = false;
      return drop();
    });
    expect((await errorOf(connection.request([call(1)], SOON))).code).toBe('connection');
    expect(await connection.request([call(1)], SOON)).toEqual([{ type: 'result', result: 1 }]);
    expect(opened()).toBe(2);
  });

  test('error: no answer in time', async () => {
    const [connection] = await connect(() => undefined);
    const error = await errorOf(connection.request([call(1)], { timeoutMs: 20 }));
    expect(error.code).toBe('timeout');
  });

  test('error: a batch refused as a whole', async () => {
    const refusal = '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"too large"}}';
    const [connection] = await connect((_, send) => send(refusal));
    expect((await errorOf(connection.request([call(1), call(2)], SOON))).code).toBe('rpc');
  });

  test('error: an answer that is no JSON', async () => {
    const [connection] = await connect((_, send) => send('<html>'));
    expect((await errorOf(connection.request([call(1)], SOON))).code).toBe('badAnswer');
  });

  test('error: nobody listens', async () => {
    const connection = wsConnection({ url: new URL('ws://127.0.0.1:1/0123456789ab') });
    expect((await errorOf(connection.request([call(1)], SOON))).code).toBe('connection');
  });

  test('error: an abort throws its own reason', async () => {
    const [connection] = await connect(() => undefined);
    const stop = new AbortController();
    const running = connection.request([call(1)], { ...SOON, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});
