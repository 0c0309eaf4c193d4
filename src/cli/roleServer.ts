import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeJsonExact, type JsonValue } from '../base/json.ts';

/** Methods of a small JSON-RPC server, by name. What they throw becomes the answer's error. */
export type RpcMethods = {
  readonly [name: string]: (params: readonly unknown[]) => Promise<JsonValue> | JsonValue;
};

/** A running server. */
export type RoleServer = {
  readonly port: number;
  readonly stop: () => Promise<void>;
};

const MAX_BODY_BYTES = 1 << 20;
const MAX_CONNECTIONS = 64;
const METHOD_NOT_FOUND = -32_601;
const INVALID_REQUEST = -32_600;
const PARSE_ERROR = -32_700;
const SERVER_ERROR = -32_000;

/** Serves `methods` and `/healthz`. Port 0 picks a free one. */
export async function startRoleServer(
  host: string,
  port: number,
  methods: RpcMethods,
): Promise<RoleServer> {
  const server = createServer((request, response) => {
    void serve(methods, request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  methods: RpcMethods,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url === '/healthz') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    return;
  }
  const text = await readBody(request);
  const answer =
    text === undefined ? failure(null, INVALID_REQUEST, 'too long') : await answerTo(methods, text);
  response.writeHead(200, { 'content-type': 'application/json' }).end(encodeJsonExact(answer));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function answerTo(methods: RpcMethods, text: string): Promise<JsonValue> {
  let call: unknown;
  try {
    call = JSON.parse(text);
  } catch {
    return failure(null, PARSE_ERROR, 'parse error');
  }
  if (typeof call !== 'object' || call === null || Array.isArray(call)) {
    return failure(null, INVALID_REQUEST, 'expected one JSON-RPC call');
  }
  const { id = null, method, params = [] } = call as Record<string, JsonValue>;
  const run = typeof method === 'string' ? methods[method] : undefined;
  if (run === undefined) {
    const message = `the method ${String(method)} does not exist/is not available`;
    return failure(id, METHOD_NOT_FOUND, message);
  }
  try {
    return { jsonrpc: '2.0', id, result: await run(Array.isArray(params) ? params : []) };
  } catch (error) {
    return failure(id, SERVER_ERROR, error instanceof Error ? error.message : String(error));
  }
}

function failure(id: JsonValue, code: number, message: string): JsonValue {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
