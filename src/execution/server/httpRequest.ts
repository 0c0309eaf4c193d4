import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { CallerBytes } from './heldBytes.ts';
import { answerMessage } from './jsonRpc.ts';
import type { Port, Refusal } from './port.ts';

const JSON_TYPES = /^application\/(json|json-rpc|jsonrequest)\s*(;|$)/i;

/** Requests that a connection may send before the first is answered. */
const MAX_PIPELINED = 64;

/**
 * Answers JSON-RPC requests of `server`, those of one connection one after the other: their answers
 * must come in this order, and whatever is ready before its turn would have to be held.
 *
 * @param refusalOf Why a request is not let in.
 */
export function serveHttp(
  server: Server,
  port: Port,
  refusalOf: (request: IncomingMessage) => Refusal | undefined,
): void {
  const lines = new WeakMap<Socket, { last: Promise<void>; waiting: number }>();
  server.on('request', (request, response) => {
    const line = lines.get(request.socket) ?? { last: Promise.resolve(), waiting: 0 };
    lines.set(request.socket, line);
    if (line.waiting >= MAX_PIPELINED) return void request.socket.destroy();
    line.waiting += 1;
    const turn = () => serve(port, request, response, refusalOf(request));
    line.last = line.last
      .then(turn)
      .catch(() => void request.socket.destroy())
      .finally(() => {
        line.waiting -= 1;
      });
  });
}

async function serve(
  port: Port,
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal | undefined,
): Promise<void> {
  const { socket } = request;
  if (socket.destroyed) return;
  // A response that waits for the one before it knows nothing of its connection's end.
  const end = (): void => {
    response.destroy();
    socket.destroy();
  };
  const held = port.held.open(end);
  const left = new AbortController();
  let deadline: NodeJS.Timeout | undefined;
  const closed = new Promise<void>((resolve) => {
    const close = (): void => {
      socket.off('close', close);
      clearTimeout(deadline);
      held.close();
      if (!response.writableFinished) left.abort();
      resolve();
    };
    response.once('close', close);
    socket.once('close', close);
  });
  const answer = refusal ?? (await answerTo(port, request, response, held, left.signal));
  if (response.destroyed || socket.destroyed) return;
  // Whoever does not take its answer must not keep it here.
  deadline = setTimeout(end, port.times.writeMs);
  if ('reason' in answer) refuse(request, response, answer);
  else send(response, answer.status, answer.body, held);
  await closed;
}

/** What a request is answered with. */
type Answer = Refusal | { readonly status: number; readonly body: string };

async function answerTo(
  port: Port,
  request: IncomingMessage,
  response: ServerResponse,
  held: CallerBytes,
  signal: AbortSignal,
): Promise<Answer> {
  const { http, limits, log } = port;
  if (http === undefined) return { status: 404, reason: 'not found' };
  allowOrigin(port, request, response);
  const { method, headers } = request;
  const isPreflight = method === 'OPTIONS' && 'access-control-request-method' in headers;
  if (isPreflight && port.corsOrigins.length > 0) return preflight(request, response);
  // What asks whether somebody is there. Node leaves the body out for HEAD.
  if ((method === 'GET' || method === 'HEAD') && headers['content-length'] === undefined) {
    return { status: 200, body: '' };
  }
  if (method === 'PUT' || method === 'DELETE') {
    return { status: 405, reason: 'method not allowed' };
  }
  // go-ethereum takes OPTIONS with any type, and answers what is in its body.
  if (method !== 'OPTIONS' && !JSON_TYPES.test(headers['content-type'] ?? '')) {
    const reason = 'invalid content type, only application/json is supported';
    return { status: 415, reason };
  }
  const body = await readBody(request, limits.bodyBytes, held);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    const reason = `content length too large (>${limits.bodyBytes})`;
    return { status: 413, reason };
  }
  response.setHeader('content-type', 'application/json');
  if (body === '') return { status: 200, body: '' };
  const onFault = (name: string, fault: unknown) => log.error('call failed', { name, err: fault });
  return { status: 200, body: await answerMessage(http, body, limits, onFault, { signal }) };
}

/** Undefined when it is longer than allowed, whatever its header said. */
async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  held: CallerBytes,
): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    held.add(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function allowOrigin(
  { corsOrigins }: Pick<Port, 'corsOrigins'>,
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

function preflight(request: IncomingMessage, response: ServerResponse): Answer {
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-methods', 'POST, GET');
    const asked = request.headers['access-control-request-headers'] ?? '*';
    response.setHeader('access-control-allow-headers', asked);
    response.setHeader('access-control-max-age', '600');
  }
  return { status: 204, body: '' };
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  request.resume();
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  send(response, refusal.status, `${refusal.reason}\n`);
}

function send(response: ServerResponse, status: number, body: string, held?: CallerBytes): void {
  const length = Buffer.byteLength(body);
  held?.add(length);
  if (response.destroyed) return;
  response.writeHead(status, status === 204 ? {} : { 'content-length': length });
  response.end(body);
}
