import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hex } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import type { BlobShelf } from './blobShelf.ts';
import { type LocalServer, readBody, startLocalServer } from './localServer.ts';

/** A JSON-RPC endpoint in front of a development L1. */
export type L1Front = LocalServer;

const MAX_CONNECTIONS = 128;
const INVALID_PARAMS = -32_602;

/**
 * Serves the RPC of a development L1, and makes up for how it keeps blob transactions.
 *
 * anvil computes the transactions root over blob transactions *with* their sidecars, so that its
 * blocks prove to nobody that recomputes the root. Here a blob transaction leaves its blobs on the
 * shelf and goes on without its sidecar, which anvil takes once it impersonates everybody; the
 * signature is still the sender's, and hash and root come out as on any L1.
 */
export async function startL1Front(options: {
  readonly anvilUrl: string;
  readonly shelf: BlobShelf;
  /** 0, the default, picks a free one. */
  readonly port?: number;
}): Promise<L1Front> {
  const upstream = createHttpClient({ url: new URL(options.anvilUrl), timeoutMs: 60_000 });
  await rpcCall(upstream, { method: 'anvil_autoImpersonateAccount', params: [true] });
  const limits = { port: options.port ?? 0, maxConnections: MAX_CONNECTIONS };
  const server = await startLocalServer(limits, (request, response) => {
    void answer(upstream, options.shelf, request, response);
  });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      upstream.close();
    },
  };
}

async function answer(
  upstream: HttpClient,
  shelf: BlobShelf,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let status = 200;
  let text: string;
  try {
    const body = await readBody(request);
    const refusal = body.includes('eth_sendRawTransaction') ? withoutSidecars(body, shelf) : body;
    if (typeof refusal === 'string') {
      const reply = await upstream.send({ method: 'POST', body: refusal });
      status = reply.status;
      text = reply.body;
    } else text = JSON.stringify(refusal);
  } catch (error) {
    status = 502;
    text = JSON.stringify({ message: error instanceof Error ? error.message : String(error) });
  }
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** The request with each blob transaction in its short form, or the answer that refuses it. */
function withoutSidecars(body: string, shelf: BlobShelf): string | object {
  const parsed: unknown = JSON.parse(body);
  try {
    const calls = Array.isArray(parsed) ? parsed : [parsed];
    const changed = calls.map((call: unknown) => withoutSidecar(call, shelf));
    return JSON.stringify(Array.isArray(parsed) ? changed : changed[0]);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const id = isObject(parsed) ? parsed['id'] : null;
    return { jsonrpc: '2.0', id, error: { code: INVALID_PARAMS, message: error.message } };
  }
}

function withoutSidecar(call: unknown, shelf: BlobShelf): unknown {
  if (!isObject(call) || call['method'] !== 'eth_sendRawTransaction') return call;
  const { params } = call;
  const raw: unknown = Array.isArray(params) ? params[0] : undefined;
  if (typeof raw !== 'string' || !raw.startsWith('0x03')) return call;
  return { ...call, params: [shelf.take(raw as Hex)] };
}
