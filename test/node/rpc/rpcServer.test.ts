import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plain } from '../../../src/node/rpc/rpcMethods.ts';
import { type RpcServer, startRpcServer } from '../../../src/node/rpc/rpcServer.ts';
import { type LogFields, SILENT_LOG } from '../../../src/transport/log.ts';
import { keepingClient, openSilent } from '../../support/silentSockets.ts';

describe('startRpcServer', () => {
  let server: RpcServer;
  const warnings: LogFields[] = [];
  beforeAll(async () => {
    server = await startRpcServer({
      host: '127.0.0.1',
      port: 0,
      methods: { test_one: plain(() => 1) },
      pages: { '/healthz': () => ({ status: 200, contentType: 'text/plain', body: 'well\n' }) },
      watch: () => {},
      maxConnections: 16,
      log: { ...SILENT_LOG, warn: (_, fields = {}) => void warnings.push(fields) },
    });
  });
  afterAll(() => server.stop());

  const send = (method: string, path = '/', headers = {}, body = '') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(new URL(path, server.url), { method, headers }, (reply) => {
        let text = '';
        reply.on('data', (chunk) => (text += String(chunk)));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const CALL = '{"jsonrpc":"2.0","id":1,"method":"test_one","params":[]}';
  const JSON_TYPE = { 'content-type': 'application/json' };

  test('default: a call', async () => {
    const { status, text } = await send('POST', '/', JSON_TYPE, CALL);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ result: 1 });
  });

  test('behavior: GET and HEAD ask whether somebody is there', async () => {
    expect(await send('GET')).toEqual({ status: 200, text: '' });
    expect(await send('HEAD')).toEqual({ status: 200, text: '' });
    expect(await send('GET', '/healthz')).toEqual({ status: 200, text: 'well\n' });
    expect(await send('HEAD', '/healthz')).toEqual({ status: 200, text: '' });
  });

  test('behavior: OPTIONS, of a browser and of anybody else', async () => {
    const asking = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
    expect((await send('OPTIONS', '/', asking)).status).toBe(204);
    expect(await send('OPTIONS')).toEqual({ status: 200, text: '' });
  });

  test('error: other methods, other types, other paths', async () => {
    expect((await send('PUT', '/', JSON_TYPE, CALL)).status).toBe(405);
    expect((await send('DELETE')).status).toBe(405);
    expect((await send('POST', '/', { 'content-type': 'text/plain' }, CALL)).status).toBe(415);
    expect((await send('GET', '/none')).status).toBe(404);
  });

  test('behavior: silent connections do not shut out whoever keeps one', async () => {
    const port = Number(server.url.port);
    const honest = keepingClient(port);
    await honest.call();
    const silent = await openSilent(port, { count: 600, left: 14 });
    expect(await honest.call()).toEqual({ status: 200, isKept: true });
    expect((await send('POST', '/', JSON_TYPE, CALL)).status).toBe(200);
    expect(warnings).toMatchObject([{ port, connections: 16, closedUnused: 1 }]);
    honest.close();
    for (const socket of silent) socket.destroy();
  });
});
