import { createServer, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { TransportError } from '../../src/transport/errors.ts';
import { createHttpClient } from '../../src/transport/http.ts';
import { closeServer, listen } from '../support/rpcServer.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  cleanups.push(() => closeServer(server));
  return listen(server);
}

function client(options: Parameters<typeof createHttpClient>[0]) {
  const created = createHttpClient(options);
  cleanups.push(() => created.close());
  return created;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransportError);
  return (error as TransportError).code;
}

describe('createHttpClient', () => {
  test('default', async () => {
    const url = await serve((request, response) => {
      response.setHeader('retry-after', '3').writeHead(503).end(`${request.method} ${request.url}`);
    });
    const reply = await client({ url }).send({ method: 'GET', path: '/a?b=1' });
    expect(reply).toEqual({ status: 503, body: 'GET /a?b=1', retryAfterMs: 3000 });
  });

  test('behavior: keeps one connection', async () => {
    const sockets = new Set<unknown>();
    const url = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('{}');
    });
    const http = client({ url });
    for (let i = 0; i < 20; i++) await http.send({ method: 'POST', body: '{}' });
    expect(sockets.size).toBe(1);
  });

  test('behavior: a connection the server closed while it was idle is no failure', async () => {
    const server = createServer((_, response) => response.end('{}'));
    cleanups.push(() => closeServer(server));
    const http = client({ url: await listen(server) });
    for (let i = 0; i < 5; i++) {
      await http.send({ method: 'POST', body: '{}' });
      server.closeIdleConnections();
    }
  });

  test('behavior: keys in the URL reach the server', async () => {
    let seen = '';
    const url = await serve((request, response) => {
      seen = `${request.url} ${request.headers.authorization}`;
      response.end();
    });
    url.username = 'user';
    url.password = 'pass';
    url.pathname = '/v3/key';
    url.search = '?token=t';
    await client({ url }).send({ method: 'GET', path: '/x?y=1' });
    expect(seen).toBe(`/v3/key/x?y=1&token=t Basic ${btoa('user:pass')}`);
  });

  test('behavior: unpacks gzip', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip').end(gzipSync('hello'));
    });
    expect((await client({ url }).send({ method: 'GET' })).body).toBe('hello');
  });

  test('error: a body over the limit, plain or packed', async () => {
    const packed = {
      url: await serve((_, r) =>
        r.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(5000))),
      ),
    };
    const plain = { url: await serve((_, response) => response.end('x'.repeat(5000))) };
    expect(await codeOf(client({ ...packed, maxBodyBytes: 4999 }).send({ method: 'GET' }))).toBe(
      'tooLarge',
    );
    expect(await codeOf(client({ ...plain, maxBodyBytes: 4999 }).send({ method: 'GET' }))).toBe(
      'tooLarge',
    );
    expect((await client({ ...plain, maxBodyBytes: 5000 }).send({ method: 'GET' })).status).toBe(
      200,
    );
  });

  test('error: no answer in time', async () => {
    const url = await serve(() => undefined);
    const http = client({ url });
    expect(await codeOf(http.send({ method: 'GET', timeoutMs: 20 }))).toBe('timeout');
  });

  test('error: half an answer', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    expect(await codeOf(client({ url }).send({ method: 'GET' }))).toBe('connection');
  });

  test('error: nobody listens', async () => {
    const server = createServer();
    const url = await listen(server);
    await closeServer(server);
    expect(await codeOf(client({ url }).send({ method: 'GET' }))).toBe('connection');
  });

  test('error: an aborted signal throws its own reason', async () => {
    const url = await serve(() => undefined);
    const stop = new AbortController();
    const reply = client({ url }).send({ method: 'GET' }, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(reply).rejects.toThrow('enough');
    await expect(client({ url }).send({ method: 'GET' }, { signal: stop.signal })).rejects.toThrow(
      'enough',
    );
  });
});
