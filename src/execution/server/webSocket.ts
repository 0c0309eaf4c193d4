import { setImmediate } from 'node:timers/promises';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerMessage } from './jsonRpc.ts';
import type { Refusal, RpcServerOptions } from './rpcServer.ts';

/** Messages of one connection that may wait for their turn. */
const MAX_WAITING_MESSAGES = 256;

/** Bytes that a reader may be behind before it is let go. */
const MAX_BUFFERED_BYTES = 32 << 20;

/**
 * Serves JSON-RPC and subscriptions on WebSockets of `server`.
 *
 * @param refusalOf Why a request is not let in.
 * @returns         closes all connections.
 */
export function serveWebSockets(
  server: Server,
  options: RpcServerOptions,
  refusalOf: (request: IncomingMessage) => Refusal | undefined,
): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.limits.bodyBytes });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const refusal = refusalOf(request) ?? originRefusal(options, request);
    if (refusal !== undefined || options.ws === undefined) {
      const status = refusal?.status ?? 404;
      stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => serveSocket(options, socket));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function originRefusal(
  { wsOrigins }: RpcServerOptions,
  request: IncomingMessage,
): Refusal | undefined {
  const { origin } = request.headers;
  if (origin === undefined || wsOrigins.includes('*') || wsOrigins.includes(origin)) {
    return undefined;
  }
  return { status: 403, reason: 'origin not allowed' };
}

/** Answers messages one after the other, so that answers come in the order of calls. */
function serveSocket(options: RpcServerOptions, socket: WebSocket): void {
  const { limits, log } = options;
  const send = (text: string): void => {
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.send(text);
  };
  const left = new AbortController();
  const { methods, close } = options.subscriptions.open(send);
  const all = { ...options.ws, ...methods };
  const onFault = (name: string, fault: unknown) => log.error('call failed', { name, err: fault });
  let last = Promise.resolve();
  let waiting = 0;
  socket.on('message', (data) => {
    waiting += 1;
    if (waiting > MAX_WAITING_MESSAGES) return socket.close(1008, 'too many messages at once');
    last = last.then(async () => {
      // Others are let in between messages, as between the calls of a batch.
      await setImmediate();
      if (socket.readyState !== socket.OPEN) return;
      const answer = await answerMessage(all, String(data), limits, onFault, left);
      waiting -= 1;
      if (answer !== '') send(answer);
    });
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    left.abort();
    close();
  });
}
