import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { limitConnections } from '../../transport/connectionPlaces.ts';
import { checkJwt } from '../../transport/jwt.ts';
import { createHeldBytes } from './heldBytes.ts';
import { serveHttp } from './httpRequest.ts';
import { CONNECTION_TIMES, type Port, type Refusal, type RpcServerOptions } from './port.ts';
import { serveWebSockets } from './webSocket.ts';

/** A server that listens. */
export type RunningServer = {
  readonly host: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
};

const MAX_CONNECTIONS = 512;
/** At most, between two looks for connections that are too slow. */
const MAX_CHECK_MS = 5000;

/**
 * Serves JSON-RPC by HTTP POST and by WebSocket on one port.
 *
 * @throws ErrnoException (`EADDRINUSE`, `EACCES`) when it cannot listen.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RunningServer> {
  const { times = CONNECTION_TIMES, limits } = options;
  const timeouts = {
    requestTimeout: times.readMs,
    headersTimeout: times.readMs,
    keepAliveTimeout: times.idleMs,
    connectionsCheckingInterval: Math.min(times.readMs, MAX_CHECK_MS),
  };
  const server = createServer(timeouts);
  const { maxConnections = MAX_CONNECTIONS, log } = options;
  const places = limitConnections(server, { maxConnections, log });
  const port: Port = { ...options, times, held: createHeldBytes(limits.heldBytes), places };
  const refusal = (request: IncomingMessage) => refusalOf(options, request);
  serveHttp(server, port, refusal);
  const closeSockets = serveWebSockets(server, port, refusal);
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
