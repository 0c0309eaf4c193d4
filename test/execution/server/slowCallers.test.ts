import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { RpcLimits, RpcMethods } from '../../../src/execution/server/jsonRpc.ts';
import { CONNECTION_TIMES, type ConnectionTimes } from '../../../src/execution/server/port.ts';
import { type RunningServer, startRpcServer } from '../../../src/execution/server/rpcServer.ts';
import { sleep } from '../../../src/transport/abort.ts';
import { OPEN_PORT, WIDE_LIMITS } from '../../support/openPort.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const LONG = 'a'.repeat(20 << 20);
/** A server whose connections may take the given times, and no other limit is near. */
async function start(
  times: Partial<ConnectionTimes>,
  methods: RpcMethods = {},
  limits: RpcLimits = WIDE_LIMITS,
) {
  const all: RpcMethods = { long: () => LONG, ...methods };
  const server: RunningServer = await startRpcServer({
    ...OPEN_PORT,
    http: all,
    ws: all,
    limits,
    times: { ...CONNECTION_TIMES, ...times },
  });
  cleanups.push(server.stop);
  return server;
}

/** A connection that has sent `text` and reads nothing unless asked to. */
async function sent({ port }: RunningServer, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

const head = (length: number) =>
  `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
const call = (method: string) => JSON.stringify({ jsonrpc: '2.0', id: 1, method });
const request = (method: string) => `${head(call(method).length)}${call(method)}`;

/** Until the other side has ended the connection. What it sends is read. */
async function ended(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk).slice(0, 100)));
  if (!socket.closed) await once(socket, 'close');
  return text;
}

async function open({ port }: RunningServer, autoPong = true): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { autoPong });
  cleanups.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

describe('CONNECTION_TIMES', () => {
  test.each([
    ['nothing at all', ''],
    ['half a head', 'POST / HTTP/1.1\r\nhost: a\r\n'],
    ['half a body', `${head(100)}{`],
  ])('error: %s within the time of a request', async (_, text) => {
    const server = await start({ readMs: 50 });
    expect(await ended(await sent(server, text))).toMatch(/^(HTTP\/1.1 408 Request Timeout|$)/);
  });

  test('error: nothing after an answer within the idle time', async () => {
    const server = await start({ idleMs: 50 });
    expect(await ended(await sent(server, request('none')))).toMatch(/^HTTP\/1.1 200 OK/);
  });

  test('error: an answer that nobody takes', async () => {
    const server = await start({ writeMs: 50 });
    const socket = await sent(server, request('long'));
    // What is not read stays with the server, which ends the connection for it.
    await once(socket, 'readable');
    let length = 0;
    await sleep(100);
    socket.on('data', (chunk: Buffer) => (length += chunk.length));
    await once(socket, 'close');
    expect(length).toBeLessThan(LONG.length);
  });

  test('error: a WebSocket that does not answer pings', async () => {
    const server = await start({ pingMs: 20, pongMs: 50 });
    const socket = await open(server, false);
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1006);
  });

  test('behavior: a silent WebSocket that answers pings stays', async () => {
    const server = await start({ pingMs: 5, pongMs: 5000 });
    const socket = await open(server);
    for (let pings = 0; pings < 5; pings++) await once(socket, 'ping');
    socket.send(call('none'));
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(String(data)).toContain('-32601');
  });
});

describe('RpcLimits', () => {
  test('error: answers that nobody takes, more of them than may be held', async () => {
    const asked = new EventEmitter();
    const told = () => {
      setImmediate(() => asked.emit('answered'));
      return LONG;
    };
    const server = await start({}, { told });
    const sockets: Socket[] = [];
    for (let i = 0; i < 3; i++) {
      const answered = once(asked, 'answered');
      sockets.push(await sent(server, request('told')));
      await answered;
    }
    // One of them had to go, whichever the system has taken least from.
    const lengths = sockets.map(async (socket) => {
      let length = 0;
      socket.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > LONG.length) socket.destroy();
      });
      await once(socket, 'close');
      return length > LONG.length;
    });
    expect((await Promise.all(lengths)).filter((isWhole) => !isWhole)).toHaveLength(1);
  });

  test('behavior: pings and pongs are not held', async () => {
    const server = await start({}, {}, { ...WIDE_LIMITS, heldBytes: 1000 });
    const socket = await open(server);
    const ended = new AbortController();
    socket.on('close', () => ended.abort());
    for (let i = 0; i < 10; i++) {
      socket.ping(Buffer.alloc(125));
      socket.pong(Buffer.alloc(125));
      await once(socket, 'pong', ended);
    }
    socket.send(call('none'));
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(String(data)).toContain('-32601');
  });
});
