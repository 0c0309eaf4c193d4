import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { HeldBytes } from '../../../src/execution/server/heldBytes.ts';
import { serveHttp } from '../../../src/execution/server/httpRequest.ts';
import { OPEN_PORT } from '../../support/openPort.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const LONG = 'a'.repeat(20 << 20);

/** A server with a method `long`, and who has something held by it. */
async function start() {
  const holders = new Set<object>();
  const held: HeldBytes = {
    open: () => {
      const holder = { add: () => undefined, close: () => void holders.delete(holder) };
      holders.add(holder);
      return holder;
    },
  };
  const server = createServer();
  const options = {
    ...OPEN_PORT,
    http: { long: () => LONG },
    ws: undefined,
    held,
    places: { noteUse: () => undefined, noteUpgrade: () => undefined },
  };
  serveHttp(server, options, () => undefined);
  cleanups.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, holders };
}

const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'long' });
const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
const request = `${head}content-length: ${body.length}\r\n\r\n${body}`;

describe('serveHttp', () => {
  test('behavior: nothing is held for requests behind one whose caller has left', async () => {
    const { server, holders } = await start();
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    client.write(request.repeat(3));
    await once(client, 'readable');
    expect(holders.size).toBeGreaterThan(0);
    client.destroy();
    // Not `once`, which would throw what ended it.
    await new Promise((resolve) => socket.on('close', resolve));
    await setImmediate();
    expect(holders.size).toBe(0);
  });

  test('default: each of several requests at once is answered', async () => {
    const { server, holders } = await start();
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write(request.repeat(3));
    let length = 0;
    for await (const chunk of client as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > 3 * LONG.length) break;
    }
    client.destroy();
    expect(length).toBeGreaterThan(3 * LONG.length);
    await setImmediate();
    expect(holders.size).toBe(0);
  });
});
