import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient, type HttpClient } from '../transport/http.ts';

/** A JSON-RPC endpoint that passes on what it is asked, and sometimes does not answer. */
export type FaultyProxy = {
  readonly url: string;
  /** How often requests are left without an answer, 0 to 1. */
  readonly setDropRate: (rate: number) => void;
  readonly dropped: () => number;
  readonly stop: () => Promise<void>;
};

const MAX_BODY_BYTES = 16 << 20;
const MAX_CONNECTIONS = 256;

/**
 * Puts an endpoint before another that loses answers: half of them before the request is passed
 * on, half after. `random` gives numbers from 0 to below 1.
 */
export async function startFaultyProxy(
  upstreamUrl: string,
  random: () => number,
): Promise<FaultyProxy> {
  const upstream = createHttpClient({ url: new URL(upstreamUrl), timeoutMs: 60_000 });
  let rate = 0;
  let dropped = 0;
  const server = createServer((request, response) => {
    const isDropped = random() < rate;
    if (isDropped) dropped++;
    const fault = isDropped ? (random() < 0.5 ? 'before' : 'after') : undefined;
    void pass(upstream, request, response, fault);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setDropRate: (wanted) => {
      rate = wanted;
    },
    dropped: () => dropped,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        upstream.close();
      }),
  };
}

async function pass(
  upstream: HttpClient,
  request: IncomingMessage,
  response: ServerResponse,
  fault: 'before' | 'after' | undefined,
): Promise<void> {
  if (fault === 'before') {
    request.destroy();
    return;
  }
  try {
    const reply = await upstream.send({ method: 'POST', body: await readBody(request) });
    if (fault === 'after') {
      response.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(reply.body);
  } catch {
    response.destroy();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error(`expected at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
