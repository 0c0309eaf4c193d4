import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hex } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { isRecord, rpcCall } from '../transport/jsonRpc.ts';
import type { BlobShelf } from './blobShelf.ts';

/** A JSON-RPC endpoint in front of a development L1. */
export type L1Front = {
  readonly url: string;
  readonly stop: () => Promise<void>;
};

const MAX_BODY_BYTES = 16 << 20;
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
  const server = createServer((request, response) => {
    void answer(upstream, options.shelf, request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        upstream.close();
      }),
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

/** The request with each blob transaction in its short form, or the answer that refuses it. */
function withoutSidecars(body: string, shelf: BlobShelf): string | object {
  const parsed: unknown = JSON.parse(body);
  try {
    const calls = Array.isArray(parsed) ? parsed : [parsed];
    const changed = calls.map((call: unknown) => withoutSidecar(call, shelf));
    return JSON.stringify(Array.isArray(parsed) ? changed : changed[0]);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const id = isRecord(parsed) ? parsed['id'] : null;
    return { jsonrpc: '2.0', id, error: { code: INVALID_PARAMS, message: error.message } };
  }
}

function withoutSidecar(call: unknown, shelf: BlobShelf): unknown {
  if (!isRecord(call) || call['method'] !== 'eth_sendRawTransaction') return call;
  const { params } = call;
  const raw: unknown = Array.isArray(params) ? params[0] : undefined;
  if (typeof raw !== 'string' || !raw.startsWith('0x03')) return call;
  return { ...call, params: [shelf.take(raw as Hex)] };
}
