import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { RpcServerOptions } from '../../../src/execution/server/port.ts';
import { startRpcServer } from '../../../src/execution/server/rpcServer.ts';
import { OPEN_PORT, WIDE_LIMITS } from '../../support/openPort.ts';
import { ENGINE_SECRET, engineToken } from '../../support/servedEngine.ts';
import { keepingClient, openSilent } from '../../support/silentSockets.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const MAX = 16;

/** A server of few places. Whoever calls `subscribe` has a subscription. */
async function start(options: Partial<RpcServerOptions> = {}) {
  const methods = { eth_chainId: () => '0x1' };
  const server = await startRpcServer({
    ...OPEN_PORT,
    http: methods,
    ws: methods,
    limits: { ...WIDE_LIMITS, heldBytes: 1 << 20, bodyBytes: 1 << 20, answerChars: 1e6 },
    maxConnections: MAX,
    subscriptions: {
      open: () => {
        let count = 0;
        const subscribe = () => (count += 1);
        return { methods: { subscribe }, count: () => count, close: () => undefined };
      },
    },
    ...options,
  });
  cleanups.push(server.stop);
  return server;
}

const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' });
const REQUEST =
  'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n' +
  `content-length: ${BODY.length}\r\n\r\n${BODY}`;
const TOKEN = () => ({ authorization: `Bearer ${engineToken()}` });

async function openWs(port: number, headers = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers });
  cleanups.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function call(socket: WebSocket, method: string): Promise<string> {
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method }));
  const [data] = (await once(socket, 'message')) as [Buffer];
  return String(data);
}

describe('startRpcServer', () => {
  test('behavior: silent connections do not shut out whoever keeps one', async () => {
    const { port } = await start();
    const honest = keepingClient(port);
    cleanups.push(honest.close);
    await honest.call();
    await openSilent(port, { count: 600, left: MAX - 2 });
    expect(await honest.call()).toEqual({ status: 200, isKept: true });
  });

  test.each([
    ['send nothing', ''],
    ['call without a token', REQUEST],
  ])('behavior: a driver stays where many %s', async (_, text) => {
    const { port } = await start({ jwtSecret: ENGINE_SECRET });
    const driver = keepingClient(port, TOKEN());
    cleanups.push(driver.close);
    expect(await driver.call()).toEqual({ status: 200, isKept: false });
    const socket = await openWs(port, TOKEN());
    await openSilent(port, { count: 600, left: MAX - 3, text });
    expect(await driver.call()).toEqual({ status: 200, isKept: true });
    expect(await call(socket, 'eth_chainId')).toContain('0x1');
  });

  test('behavior: WebSockets that ask nothing make room, the oldest first', async () => {
    const { port } = await start();
    const subscribed = await openWs(port);
    await call(subscribed, 'subscribe');
    const idle = await openWs(port);
    await call(idle, 'eth_chainId');
    const silent: WebSocket[] = [];
    for (let i = 0; i < 3 * MAX; i++) silent.push(await openWs(port));
    expect(await call(subscribed, 'eth_chainId')).toContain('0x1');
    expect(await call(idle, 'eth_chainId')).toContain('0x1');
    const [oldest] = silent;
    if (oldest?.readyState !== WebSocket.CLOSED) await once(oldest as WebSocket, 'close');
    expect(silent.at(-1)?.readyState).toBe(WebSocket.OPEN);
  });

  test('behavior: a WebSocket whose subscription is older than any call stays', async () => {
    const { port } = await start();
    const subscribed = await openWs(port);
    await call(subscribed, 'subscribe');
    for (let i = 0; i < 3 * MAX; i++) await call(await openWs(port), 'eth_chainId');
    expect(await call(subscribed, 'eth_chainId')).toContain('0x1');
  });
});
