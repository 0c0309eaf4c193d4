import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { AbortOptions } from './abort.ts';
import { TransportError } from './errors.ts';
import { endpointName } from './secrets.ts';

/**
 * A keep-alive HTTP client of one server. `node:http` because undici waits a millisecond before
 * it uses an idle connection again: 6,000 against 700 small sequential calls per second.
 */
export type HttpClient = {
  /** Scheme, host and port: fit for messages. */
  readonly name: string;
  readonly url: URL;
  /** @throws TransportError, or the signal's reason. Any status is a reply. */
  readonly send: (request: HttpRequest, options?: AbortOptions) => Promise<HttpReply>;
  readonly close: () => void;
};

/** One request. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  /** Appended to the client's URL, query included. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte sent to the last one read. */
  readonly timeoutMs?: number;
};

/** What came back, whatever its status. */
export type HttpReply = {
  readonly status: number;
  readonly body: string;
  /** The Content-Type header, as it came. */
  readonly contentType?: string | undefined;
  /** The Location header: where a redirection leads. It is not followed. */
  readonly location?: string | undefined;
  /** From the Retry-After header, where it was a number of seconds. */
  readonly retryAfterMs: number | undefined;
};

/** Limits of a client. */
export type HttpClientOptions = {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** After decompression. */
  readonly maxBodyBytes?: number;
  readonly maxSockets?: number;
};

const TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 4_000;
/** A batch of twenty mainnet blocks with their receipts is 30 MB at most. */
const MAX_BODY_BYTES = 128 << 20;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const unzip = promisify(gunzip);

/** A client of `options.url`, which is `http:` or `https:`. User information becomes a header. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { url } = options;
  const isSecure = url.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: options.maxSockets ?? 64 };
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const exchange: Exchange = {
    name: endpointName(url),
    url,
    agent,
    start: isSecure ? httpsRequest : httpRequest,
    headers: { ...defaultHeaders(url), ...options.headers },
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
  };
  return {
    name: exchange.name,
    url,
    send: async (request, { signal } = {}) => {
      signal?.throwIfAborted();
      const outcome = await sendOnce(exchange, request, signal);
      // The server closed a connection that had been idle, just as we used it: not its answer.
      return outcome === 'stale' ? lastTry(exchange, request, signal) : outcome;
    },
    close: () => agent.destroy(),
  };
}

type Exchange = {
  readonly name: string;
  readonly url: URL;
  readonly agent: HttpAgent;
  readonly start: typeof httpRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxBodyBytes: number;
};

function defaultHeaders(url: URL): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json' };
  // On the same machine compressing costs more than it saves.
  if (!LOOPBACK.test(url.hostname)) headers['accept-encoding'] = 'gzip';
  if (url.username !== '' || url.password !== '') {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
  }
  return headers;
}

async function lastTry(
  exchange: Exchange,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpReply> {
  const outcome = await sendOnce(exchange, request, signal);
  if (outcome !== 'stale') return outcome;
  throw new TransportError('connection', `${exchange.name}: connection closed by the server`);
}

function sendOnce(
  exchange: Exchange,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpReply | 'stale'> {
  const { name, url } = exchange;
  const timeoutMs = request.timeoutMs ?? exchange.timeoutMs;
  return new Promise((resolve, reject) => {
    const outgoing = exchange.start({
      agent: exchange.agent,
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method: request.method,
      path: joinPath(url, request.path ?? ''),
      headers: { ...exchange.headers, ...request.headers, ...bodyHeaders(request.body) },
    });
    const settle = (finish: () => void): void => {
      clearTimeout(deadline);
      clearTimeout(connectDeadline);
      signal?.removeEventListener('abort', onAbort);
      finish();
    };
    const fail = (error: unknown): void => {
      settle(() => reject(error));
      outgoing.destroy();
    };
    const late = (what: string, ms: number): void =>
      fail(new TransportError('timeout', `${name}: expected ${what} within ${ms} ms, found none`));
    const onAbort = (): void => fail(signal?.reason);
    const deadline = setTimeout(late, timeoutMs, 'a complete answer', timeoutMs);
    let connectDeadline: NodeJS.Timeout | undefined;
    signal?.addEventListener('abort', onAbort, { once: true });
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return;
      const ms = exchange.connectTimeoutMs;
      connectDeadline = setTimeout(late, ms, 'a connection', ms);
      socket.once('connect', () => clearTimeout(connectDeadline));
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const stale =
        outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (stale) settle(() => resolve('stale'));
      else fail(brokenConnection(name, error));
    });
    outgoing.on('response', (incoming) => {
      readReply(incoming, name, exchange.maxBodyBytes).then(
        (reply) => settle(() => resolve(reply)),
        (error: unknown) => fail(error),
      );
    });
    outgoing.end(request.body);
  });
}

function joinPath(url: URL, path: string): string {
  const base =
    url.pathname.endsWith('/') && path.startsWith('/') ? url.pathname.slice(0, -1) : url.pathname;
  const joined = path === '' ? url.pathname : base + path;
  if (url.search === '') return joined;
  return joined + (joined.includes('?') ? `&${url.search.slice(1)}` : url.search);
}

function bodyHeaders(body: string | undefined): Record<string, string | number> {
  if (body === undefined) return {};
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
}

/** What a code does not say by itself. */
const CONNECTION_FAULTS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'ECONNREFUSED: nothing listens there',
  ENOTFOUND: 'ENOTFOUND: there is no host of that name',
  EPROTO: 'EPROTO: it does not speak TLS; is its URL one with http?',
  HPE_INVALID_CONSTANT: 'it does not speak HTTP; is this the right port?',
};

function brokenConnection(name: string, error: NodeJS.ErrnoException): TransportError {
  const what = CONNECTION_FAULTS[error.code ?? ''] ?? error.code ?? 'connection broken';
  // The system's own error repeats the address only; its cause chain is kept for its stack.
  return new TransportError('connection', `${name}: ${what}`, { cause: error });
}

async function readReply(
  incoming: IncomingMessage,
  name: string,
  maxBodyBytes: number,
): Promise<HttpReply> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) throw tooLarge(name, maxBodyBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof TransportError) throw error;
    throw brokenConnection(name, error as NodeJS.ErrnoException);
  }
  const retryAfter = Number(incoming.headers['retry-after']);
  return {
    status: incoming.statusCode ?? 0,
    body: await decodeBody(Buffer.concat(chunks), incoming, name, maxBodyBytes),
    contentType: incoming.headers['content-type'],
    location: incoming.headers.location,
    retryAfterMs: retryAfter >= 0 ? retryAfter * 1000 : undefined,
  };
}

async function decodeBody(
  bytes: Buffer,
  incoming: IncomingMessage,
  name: string,
  maxBodyBytes: number,
): Promise<string> {
  if (incoming.headers['content-encoding'] !== 'gzip') return bytes.toString('utf8');
  try {
    const plain = await unzip(bytes, { maxOutputLength: maxBodyBytes });
    return plain.toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw tooLarge(name, maxBodyBytes);
    }
    throw new TransportError('badAnswer', `${name}: the gzip body does not unpack`, {
      cause: error,
    });
  }
}

function tooLarge(name: string, maxBodyBytes: number): TransportError {
  return new TransportError(
    'tooLarge',
    `${name}: expected at most ${maxBodyBytes} bytes, found more`,
  );
}
