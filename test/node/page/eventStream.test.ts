import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type EventSource,
  type EventStream,
  type EventStreamOptions,
  serveEvents,
} from '../../../src/node/page/eventStream.ts';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

describe('serveEvents', () => {
  test('default: history and snapshot on connecting, then snapshots', async () => {
    let asked = 0;
    const source = { history: () => '[1,2]', snapshot: () => `{"asked":${++asked}}` };
    const { url } = await serve(source, { everyMs: 5 });
    const { response, until } = await listen(url);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/event-stream');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['access-control-allow-origin']).toBe(undefined);
    const text = await until('{"asked":3}\n\n');
    expect(text).toBe(
      'retry: 1000\n\nevent: history\ndata: [1,2]\n\n' +
        [1, 2, 3].map((n) => `event: snapshot\ndata: {"asked":${n}}\n\n`).join(''),
    );
  });

  test('behavior: who leaves is forgotten', async () => {
    const { url, stream } = await serve(QUIET);
    const { response, until } = await listen(url);
    await until('snapshot');
    expect(stream.subscribers()).toBe(1);
    response.destroy();
    while (stream.subscribers() > 0) await turn();
    expect(stream.subscribers()).toBe(0);
  });

  test('behavior: one too many is told to come later', async () => {
    const { url } = await serve(QUIET, { maxSubscribers: 1 });
    await (await listen(url)).until('snapshot');
    const { response } = await listen(url);
    expect(response.statusCode).toBe(503);
  });

  test('behavior: a client that reads nothing holds up nobody and is let go', async () => {
    const large = JSON.stringify('x'.repeat(8_000_000));
    let asked = 0;
    const source = { history: () => '[]', snapshot: () => (asked++, large) };
    const { url, stream } = await serve(source, { everyMs: 5, stalledMs: 100 });
    const socket: Socket = connect(Number(url.port), url.hostname);
    ends.push(() => void socket.destroy());
    socket.pause();
    socket.on('error', () => {});
    socket.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n');
    while (stream.subscribers() === 0) await turn();
    // What it does not take is not piled up: only the first snapshot was written for it.
    while (stream.subscribers() === 1) await turn();
    expect(asked).toBeGreaterThan(1);
  });

  test('behavior: close ends the answers', async () => {
    const { url, stream } = await serve(QUIET);
    const { response, until } = await listen(url);
    await until('snapshot');
    stream.close();
    if (!response.readableEnded) await new Promise((resolve) => response.once('end', resolve));
    expect(stream.subscribers()).toBe(0);
  });
});

const QUIET: EventSource = { history: () => '[]', snapshot: () => '{}' };

async function serve(
  source: EventSource,
  options: EventStreamOptions = {},
): Promise<{ readonly url: URL; readonly stream: EventStream }> {
  const stream = serveEvents(source, options);
  const server: Server = createServer(stream.serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    stream.close();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), stream };
}

type Listening = {
  readonly response: IncomingMessage;
  /** The text so far, as soon as it holds `words`. */
  readonly until: (words: string) => Promise<string>;
};

function listen(url: URL): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const request = get(new URL('/events', url), (response) => {
      let text = '';
      const waiting: (() => void)[] = [];
      response.setEncoding('utf8');
      response.on('error', () => {});
      response.on('data', (chunk: string) => {
        text += chunk;
        for (const check of waiting) check();
      });
      const until = (words: string): Promise<string> =>
        new Promise((found) => {
          const check = (): void => {
            const at = text.indexOf(words);
            if (at !== -1) found(text.slice(0, at + words.length));
          };
          waiting.push(check);
          check();
        });
      resolve({ response, until });
    });
    ends.push(() => void request.destroy());
    request.on('error', reject);
  });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
