import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { engineToken, post, type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

let served: ServedEngine | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const ASK = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });

/** One request with headers that `fetch` would not let through. */
function send(url: URL, headers: Record<string, string>, method = 'POST', body = ASK) {
  return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    const sent = request(url, { method, headers }, (reply) => {
      reply.resume();
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('startRpcServer', () => {
  test('behavior: names it may be called by', async () => {
    served = await serveEngine(smallGenesis());
    const { httpUrl } = served;
    const statusOf = async (host: string) => (await send(httpUrl, { ...JSON_TYPE, host })).status;
    expect(await statusOf('localhost:1')).toBe(200);
    expect(await statusOf('LOCALHOST')).toBe(200);
    expect(await statusOf('127.0.0.1:8545')).toBe(200);
    expect(await statusOf('[::1]:8545')).toBe(200);
    expect(await statusOf('evil.example')).toBe(403);
  });

  test('error: another method, another type, too long a body', async () => {
    served = await serveEngine(smallGenesis());
    const { httpUrl } = served;
    expect((await send(httpUrl, JSON_TYPE, 'PUT')).status).toBe(405);
    expect((await send(httpUrl, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send(httpUrl, JSON_TYPE, 'GET', '')).status).toBe(200);
    const long = await post(httpUrl, ' '.repeat((5 << 20) + 1)).catch(() => undefined);
    // The rest of what is too long is not read, so that the sender may see a broken connection.
    expect(long?.status ?? 413).toBe(413);
    expect((await post(httpUrl, ASK)).status).toBe(200);
  });

  test('behavior: who only asks whether somebody is there', async () => {
    served = await serveEngine(smallGenesis());
    const { httpUrl } = served;
    expect((await send(httpUrl, {}, 'HEAD', '')).status).toBe(200);
    expect((await send(httpUrl, {}, 'OPTIONS', '')).status).toBe(200);
    expect((await send(httpUrl, {}, 'DELETE', '')).status).toBe(405);
    expect((await send(httpUrl, {}, 'PATCH', '')).status).toBe(415);
  });

  test('behavior: pages of allowed origins only', async () => {
    const host = '127.0.0.1';
    const open = { host, port: 0, apis: ['eth'], origins: ['https://good.example'] };
    served = await serveEngine(smallGenesis(), { http: { ...open, vhosts: [] }, ws: open });
    const { httpUrl, server } = served;
    const allowed = async (origin: string, method: string) =>
      (await send(httpUrl, { ...JSON_TYPE, origin }, method, '')).headers[
        'access-control-allow-origin'
      ];
    expect(await allowed('https://good.example', 'OPTIONS')).toBe('https://good.example');
    expect(await allowed('https://other.example', 'OPTIONS')).toBeUndefined();
    const opens = (origin: string) =>
      new Promise<boolean>((resolve) => {
        const socket = new WebSocket(`ws://${host}:${server.ws?.port}`, { origin });
        socket.on('open', () => {
          socket.terminate();
          resolve(true);
        });
        socket.on('error', () => resolve(false));
      });
    expect(await opens('https://good.example')).toBe(true);
    expect(await opens('https://other.example')).toBe(false);
  });

  test('behavior: namespaces that are not open do not answer', async () => {
    const open = { host: '127.0.0.1', port: 0, apis: ['net'], origins: [] };
    served = await serveEngine(smallGenesis(), { http: { ...open, vhosts: [] }, ws: undefined });
    const reply = await post(served.httpUrl, ASK);
    expect(await reply.json()).toMatchObject({ error: { code: -32601 } });
    expect(served.server.ws).toBeUndefined();
  });

  test('behavior: other ports do not take the places of whoever drives the engine', async () => {
    served = await serveEngine(smallGenesis());
    const { httpUrl, server } = served;
    const batchOf = (method: string, count: number, ...params: unknown[]) =>
      JSON.stringify(
        Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method, params })),
      );
    type Reply = { readonly error?: { readonly message: string } };
    const refusals = (replies: readonly Reply[]) => replies.filter(({ error }) => error).length;
    const filters = await post(httpUrl, batchOf('eth_newBlockFilter', 513));
    expect(refusals((await filters.json()) as Reply[])).toBe(1);
    const reply = async (socket: WebSocket, text: string): Promise<Reply[]> => {
      socket.send(text);
      const [data] = (await once(socket, 'message')) as [Buffer];
      return [JSON.parse(String(data))].flat() as Reply[];
    };
    const open = async (port: number | undefined, headers = {}): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers });
      await once(socket, 'open');
      return socket;
    };
    const heads = batchOf('eth_subscribe', 128, 'newHeads');
    for (let i = 0; i < 32; i++) {
      expect(refusals(await reply(await open(server.ws?.port), heads)), `${i}`).toBe(0);
    }
    expect(refusals(await reply(await open(server.ws?.port), heads))).toBe(128);
    const driver = await open(server.auth.port, { authorization: `Bearer ${engineToken()}` });
    expect(refusals(await reply(driver, heads))).toBe(0);
    expect((await served.call('eth_newBlockFilter')).error).toBeUndefined();
  });

  test('error: more messages at once than a WebSocket may send', async () => {
    served = await serveEngine(smallGenesis());
    const { httpUrl, server } = served;
    const socket = new WebSocket(`ws://127.0.0.1:${server.ws?.port}`);
    await new Promise((resolve) => socket.on('open', resolve));
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    // Each a call that loops until its gas is gone.
    const looping = `0x${'aa'.repeat(20)}`;
    const overrides = { [looping]: { code: '0x5b5f56' } };
    const params = [{ to: looping, gas: '0x100000' }, 'latest', overrides];
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params });
    for (let i = 0; i < 600; i++) socket.send(message);
    expect(await closed).toBe(1008);
    expect((await post(httpUrl, ASK)).status).toBe(200);
  });

  test('error: the Engine API on a port without a token, though asked for', async () => {
    const open = { host: '127.0.0.1', port: 0, apis: ['eth', 'engine'], origins: [] };
    served = await serveEngine(smallGenesis(), { http: { ...open, vhosts: [] } });
    const method = 'engine_exchangeCapabilities';
    const reply = await post(served.httpUrl, { jsonrpc: '2.0', id: 1, method, params: [[]] });
    expect(await reply.json()).toMatchObject({ error: { code: -32601 } });
  });
});
