import { describe, expect, test } from 'vitest';
import { readBody, startLocalServer } from '../../src/devnet/localServer.ts';

const LIMITS = { port: 0, maxConnections: 4 };

describe('startLocalServer', () => {
  test('default: answers on loopback until it is stopped', async () => {
    const server = await startLocalServer(LIMITS, (_, response) => response.end('here'));
    expect(await (await fetch(server.url)).text()).toBe('here');
    await server.stop();
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test('error: a port that is taken', async () => {
    const first = await startLocalServer(LIMITS, (_, response) => response.end());
    const port = Number(new URL(first.url).port);
    await expect(startLocalServer({ ...LIMITS, port }, () => {})).rejects.toThrow('EADDRINUSE');
    await first.stop();
  });
});

describe('readBody', () => {
  test('behavior: reads up to 16 MiB', async () => {
    const outcomes: string[] = [];
    const server = await startLocalServer(LIMITS, (request, response) => {
      void readBody(request)
        .then((text) => `${text.length}`, String)
        .then((outcome) => {
          outcomes.push(outcome);
          response.end();
        });
    });
    const post = (length: number) =>
      fetch(server.url, { method: 'POST', body: 'x'.repeat(length) }).catch(() => {});
    await post(16 << 20);
    await post((16 << 20) + 1);
    await server.stop();
    expect(outcomes).toEqual(['16777216', 'Error: expected at most 16777216 bytes']);
  });
});
