import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { checkJwt } from '../../transport/jwt.ts';
import type { Log } from '../../transport/log.ts';
import { answerMessage, type RpcLimits, type RpcMethods } from './jsonRpc.ts';
import type { Subscriptions } from './subscriptions.ts';
import { serveWebSockets } from './webSocket.ts';

/** How one port is served. */
export type RpcServerOptions = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Methods of each way in; a way without methods is closed. */
  readonly http: RpcMethods | undefined;
  readonly ws: RpcMethods | undefined;
  readonly limits: RpcLimits;
  /** Callers must show a token of this secret. */
  readonly jwtSecret: Uint8Array | undefined;
  /** Names under which the server may be called; `*` for any. Addresses always may. */
  readonly vhosts: readonly string[];
  /** Origins whose pages may call by HTTP; `*` for any. */
  readonly corsOrigins: readonly string[];
  /** Origins whose pages may open a WebSocket; `*` for any. */
  readonly wsOrigins: readonly string[];
  readonly subscriptions: Subscriptions;
  readonly log: Log;
};

/** A server that listens. */
export type RunningServer = {
  readonly host: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
};

const MAX_CONNECTIONS = 512;
const REQUEST_TIMEOUT_MS = 30_000;
/** A driver's idle connection must live longer than the time between its calls. */
const KEEP_ALIVE_MS = 120_000;
const JSON_TYPES = /^application\/(json|json-rpc|jsonrequest)\s*(;|$)/i;

/**
 * Serves JSON-RPC by HTTP POST and by WebSocket on one port.
 *
 * @throws ErrnoException (`EADDRINUSE`, `EACCES`) when it cannot listen.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RunningServer> {
  const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = createServer(timeouts, (request, response) => {
    serve(options, request, response).catch(() => response.destroy());
  });
  server.maxConnections = MAX_CONNECTIONS;
  const closeSockets = serveWebSockets(server, options, (request) => refusalOf(options, request));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // The name may stand for ::1 alone, where callers of 127.0.0.1 would find nobody.
    const host = options.host === 'localhost' ? '127.0.0.1' : options.host;
    server.listen(options.port, host, resolve);
  });
  return {
    host: options.host,
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        closeSockets();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Why a request is not let in, before its body is read. */
export type Refusal = { readonly status: number; readonly reason: string };

function refusalOf(options: RpcServerOptions, request: IncomingMessage): Refusal | undefined {
  if (!isKnownHost(options.vhosts, request.headers.host)) {
    return { status: 403, reason: 'invalid host specified' };
  }
  const { jwtSecret } = options;
  if (jwtSecret === undefined) return undefined;
  const [, token] = /^Bearer (.*)$/.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) return { status: 401, reason: 'missing token' };
  const problem = checkJwt(token, jwtSecret, Math.floor(Date.now() / 1000));
  return problem === undefined ? undefined : { status: 401, reason: problem };
}

/** Guards a local server against web pages whose name was turned to its address. */
function isKnownHost(vhosts: readonly string[], header: string | undefined): boolean {
  if (header === undefined || vhosts.includes('*')) return true;
  const host = header
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return isIP(host) !== 0 || vhosts.some((known) => known.toLowerCase() === host);
}

async function serve(
  options: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = refusalOf(options, request);
  if (refusal !== undefined) return refuse(request, response, refusal);
  const { http, limits, log } = options;
  if (http === undefined) return refuse(request, response, { status: 404, reason: 'not found' });
  allowOrigin(options, request, response);
  const { method, headers } = request;
  const isPreflight = method === 'OPTIONS' && 'access-control-request-method' in headers;
  if (isPreflight && options.corsOrigins.length > 0) return preflight(request, response);
  // What asks whether somebody is there. Node leaves the body out for HEAD.
  if ((method === 'GET' || method === 'HEAD') && headers['content-length'] === undefined) {
    return send(response, 200, '');
  }
  if (method === 'PUT' || method === 'DELETE') {
    return refuse(request, response, { status: 405, reason: 'method not allowed' });
  }
  // go-ethereum takes OPTIONS with any type, and answers what is in its body.
  if (method !== 'OPTIONS' && !JSON_TYPES.test(headers['content-type'] ?? '')) {
    const reason = 'invalid content type, only application/json is supported';
    return refuse(request, response, { status: 415, reason });
  }
  const body = await readBody(request, limits.bodyBytes);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    const reason = `content length too large (>${limits.bodyBytes})`;
    return refuse(request, response, { status: 413, reason });
  }
  const onFault = (name: string, fault: unknown) => log.error('call failed', { name, err: fault });
  const caller = { signal: leftSignal(response) };
  const answer = body === '' ? '' : await answerMessage(http, body, limits, onFault, caller);
  response.setHeader('content-type', 'application/json');
  send(response, 200, answer);
}

/** Undefined when it is longer than allowed, whatever its header said. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Tells that the caller has left before its answer was written. */
function leftSignal(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort();
  });
  return left.signal;
}

function allowOrigin(
  { corsOrigins }: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('vary', 'Origin');
  const isAny = corsOrigins.includes('*');
  if (!isAny && !corsOrigins.includes(origin)) return;
  response.setHeader('access-control-allow-origin', isAny ? '*' : origin);
}

function preflight(request: IncomingMessage, response: ServerResponse): void {
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-methods', 'POST, GET');
    const asked = request.headers['access-control-request-headers'] ?? '*';
    response.setHeader('access-control-allow-headers', asked);
    response.setHeader('access-control-max-age', '600');
  }
  response.writeHead(204).end();
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  request.resume();
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  send(response, refusal.status, `${refusal.reason}\n`);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
