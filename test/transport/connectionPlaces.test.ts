import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { limitConnections } from '../../src/transport/connectionPlaces.ts';
import { type LogFields, SILENT_LOG } from '../../src/transport/log.ts';
import { keepingClient, openSilent } from '../support/silentSockets.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

const MAX = 32;
const GET = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

/** Answers when it has the whole request. */
const answerWell: RequestListener = (request, response) => {
  request.resume().on('end', () => response.end('well'));
};

/** A server of few places, and what it warned of. */
async function start(answer: RequestListener = answerWell) {
  const warnings: LogFields[] = [];
  const clock = { ms: 0 };
  const server = createServer(answer);
  const places = limitConnections(server, {
    maxConnections: MAX,
    log: { ...SILENT_LOG, warn: (_, fields = {}) => void warnings.push(fields) },
    now: () => clock.ms,
  });
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = () => {
    const opened = keepingClient(port);
    cleanups.push(opened.close);
    return opened;
  };
  return { server, places, port, warnings, clock, client };
}

describe('limitConnections', () => {
  test.each([
    ['send nothing', ''],
    ['send half a request', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{'],
  ])('behavior: many who %s do not shut out whoever keeps a connection', async (_, text) => {
    const { port, client } = await start();
    const [honest, newcomer] = [client(), client()];
    expect(await honest.call()).toEqual({ status: 200, isKept: false });
    // The last place is free for the next one.
    await openSilent(port, { count: 600, left: MAX - 2, text });
    expect(await honest.call()).toEqual({ status: 200, isKept: true });
    expect(await newcomer.call()).toEqual({ status: 200, isKept: false });
    expect(await newcomer.call()).toEqual({ status: 200, isKept: true });
  });

  test('behavior: the oldest without an answer goes first', async () => {
    const { server, port } = await start();
    const ports: (number | undefined)[] = [];
    server.on('connection', ({ remotePort }: Socket) => ports.push(remotePort));
    const left = await openSilent(port, { count: 2 * MAX, left: MAX - 1 });
    expect(left.map(({ localPort }) => localPort)).toEqual(ports.slice(1 - MAX));
  });

  test('behavior: who is refused has no answer', async () => {
    const { port, client } = await start((request, response) => {
      response.writeHead(request.method === 'GET' ? 401 : 200).end();
    });
    const honest = client();
    await honest.call();
    await openSilent(port, { count: 600, left: MAX - 2, text: GET });
    expect(await honest.call()).toEqual({ status: 200, isKept: true });
  });

  test('behavior: of those with an answer, the one that was idle longest', async () => {
    const { port, client } = await start();
    const clients = Array.from({ length: MAX - 1 }, client);
    for (const { call } of clients) await call();
    const [first, second, third] = clients;
    await first?.call();
    await openSilent(port, { count: 1, left: 1 });
    expect(await first?.call()).toMatchObject({ isKept: true });
    expect(await third?.call()).toMatchObject({ isKept: true });
    expect(await second?.call()).toMatchObject({ isKept: false });
  });

  test('behavior: many newcomers at once have time to ask, where many are idle', async () => {
    const { port, client } = await start();
    const clients = Array.from({ length: MAX - 2 }, client);
    for (const { call } of clients) await call();
    expect(await openSilent(port, { count: 3, left: 3 })).toHaveLength(3);
  });

  test('behavior: calls in progress stay, and what was upgraded and is busy', async () => {
    const waits: (() => void)[] = [];
    const { server, places, port, client } = await start((_, response) => {
      waits.push(() => response.end());
    });
    const sockets: Socket[] = [];
    server.once('connection', (socket: Socket) => {
      places.noteUpgrade(socket, () => true);
      sockets.push(socket);
    });
    await openSilent(port, { count: 1, left: 1 });
    const asked = client().call();
    while (waits.length === 0) await once(server, 'request');
    await openSilent(port, { count: 3 * MAX, left: MAX - 3 });
    for (const answer of waits) answer();
    expect((await asked).status).toBe(200);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false]);
  });

  test('behavior: what was upgraded and is used goes after what is not', async () => {
    const { server, places, port } = await start();
    const sockets: Socket[] = [];
    server.once('connection', (socket: Socket) => {
      places.noteUpgrade(socket, () => false);
      places.noteUse(socket);
      sockets.push(socket);
    });
    await openSilent(port, { count: 2 * MAX, left: MAX - 1 });
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false]);
  });

  test('behavior: warns once a minute, of all since', async () => {
    const { port, warnings, clock } = await start();
    const none = { closedUnused: 0, closedIdle: 0, refused: 0 };
    const full = { port, connections: MAX, ...none };
    await openSilent(port, { count: MAX + 9, left: MAX - 1 });
    expect(warnings).toEqual([{ ...full, closedUnused: 1 }]);
    clock.ms += 59_999;
    await openSilent(port, { count: 1, left: 1 });
    expect(warnings).toHaveLength(1);
    clock.ms += 1;
    await openSilent(port, { count: 1, left: 1 });
    expect(warnings[1]).toMatchObject({ refused: 0, closedIdle: 0 });
    expect(warnings[1]?.['closedUnused']).toBeGreaterThanOrEqual(10);
  });

  test('error: one more where all have a call in progress', async () => {
    const { server, port, warnings } = await start(() => undefined);
    for (let i = 0; i < MAX; i++) {
      const asked = once(server, 'request');
      await openSilent(port, { count: 1, left: 1, text: GET });
      await asked;
    }
    await openSilent(port, { count: 1, left: 0 });
    expect(warnings).toEqual([
      { port, connections: MAX, closedUnused: 0, closedIdle: 0, refused: 1 },
    ]);
  });
});
