import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { readBody, startLocalServer } from './localServer.ts';

/** A JSON-RPC endpoint that passes on what it is asked, and sometimes does not answer. */
export type FaultyProxy = {
  readonly url: string;
  /** How often requests are left without an answer, 0 to 1. */
  readonly setDropRate: (rate: number) => void;
  readonly dropped: () => number;
  readonly stop: () => Promise<void>;
};

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
  const limits = { port: 0, maxConnections: MAX_CONNECTIONS };
  const server = await startLocalServer(limits, (request, response) => {
    const isDropped = random() < rate;
    if (isDropped) dropped++;
    const fault = isDropped ? (random() < 0.5 ? 'before' : 'after') : undefined;
    void pass(upstream, request, response, fault);
  });
  return {
    url: server.url,
    setDropRate: (wanted) => {
      rate = wanted;
    },
    dropped: () => dropped,
    stop: async () => {
      await server.stop();
      upstream.close();
    },
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
