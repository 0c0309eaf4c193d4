import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limitConnections } from '../../transport/connectionPlaces.ts';
import { type Log, SILENT_LOG } from '../../transport/log.ts';
import { answerRpc, type RpcWatch } from './answerRpc.ts';
import type { RpcMethods } from './rpcMethods.ts';

/** What a path answers to any method. */
export type Page = () => Promise<PageAnswer> | PageAnswer;

/** An HTTP answer in one piece. */
export type PageAnswer = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
};

/** What is served, and where. */
export type RpcServerOptions = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly methods: RpcMethods;
  /** By path, like `/healthz`. */
  readonly pages: { readonly [path: string]: Page };
  /** Asked before anything else; answers whatever it returns true for. */
  readonly site?: (path: string, request: IncomingMessage, response: ServerResponse) => boolean;
  readonly watch: RpcWatch;
  /** At a time. Default 512. */
  readonly maxConnections?: number;
  /** Told when all connections are taken. Default: nobody. */
  readonly log?: Log;
};

/** A server that listens. */
export type RpcServer = { readonly url: URL; readonly stop: () => Promise<void> };

/** The limit of go-ethereum's server. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;
const MAX_CONNECTIONS = 512;
const REQUEST_TIMEOUT_MS = 30_000;
const JSON_TYPES = /^application\/(json|json-rpc|jsonrequest)\s*(;|$)/i;

/**
 * JSON-RPC by HTTP POST on `/`, and pages beside it.
 *
 * @throws ErrnoException (`EADDRINUSE`, `EACCES`) when it cannot listen.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    serve(options, request, response).catch(() => response.destroy());
  });
  const { maxConnections = MAX_CONNECTIONS, log = SILENT_LOG } = options;
  limitConnections(server, { maxConnections, log });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: new URL(`http://${host}:${port}`),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  options: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] as string;
  if (options.site?.(path, request, response) === true) return;
  const page = Object.hasOwn(options.pages, path) ? options.pages[path] : undefined;
  if (page !== undefined) {
    const { status, contentType, body } = await page();
    request.resume();
    send(response, status, body, { 'content-type': contentType });
  } else if (path !== '/') {
    request.resume();
    refuse(response, 404, '404 page not found');
  } else {
    response.setHeader('vary', 'Origin');
    await serveRpc(options, request, response);
  }
}

async function serveRpc(
  { methods, watch }: RpcServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, headers } = request;
  if (headers.origin !== undefined) response.setHeader('access-control-allow-origin', '*');
  if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) {
    return preflight(request, response);
  }
  // What asks whether somebody is there. Node leaves the body out for HEAD.
  if ((method === 'GET' || method === 'HEAD') && Number(headers['content-length'] ?? 0) === 0) {
    return send(response, 200, '', {});
  }
  if (method === 'PUT' || method === 'DELETE') return refuse(response, 405, 'method not allowed');
  const length = Number(headers['content-length'] ?? 0);
  if (length > MAX_BODY_BYTES) {
    response.setHeader('connection', 'close');
    return refuse(response, 413, `content length too large (${length}>${MAX_BODY_BYTES})`);
  }
  if (method !== 'OPTIONS' && !JSON_TYPES.test(headers['content-type'] ?? '')) {
    return refuse(response, 415, 'invalid content type, only application/json is supported');
  }
  const body = await readBody(request);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    return refuse(response, 413, `content length too large (>${MAX_BODY_BYTES})`);
  }
  const answer = await answerRpc(methods, body, watch);
  send(response, 200, answer, { 'content-type': 'application/json' });
}

/** Undefined when it is longer than allowed, whatever its header said. */
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

function preflight(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204, {
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
    'access-control-max-age': '600',
  });
  response.end();
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  send(response, status, `${reason}\n`, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: { readonly [name: string]: string },
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
