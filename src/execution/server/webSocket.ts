import { setImmediate } from 'node:timers/promises';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerMessage } from './jsonRpc.ts';
import type { CallerBytes } from './heldBytes.ts';
import type { ConnectionTimes, Port, Refusal } from './port.ts';

/** Messages of one connection that may wait for their turn. */
const MAX_WAITING_MESSAGES = 256;

/** Bytes that a reader may be behind before it is let go. */
const MAX_BUFFERED_BYTES = 32 << 20;

/** Whoever is further behind than this gets no answers to pings. */
const MAX_BEFORE_PONG_BYTES = 1 << 20;

/**
 * Serves JSON-RPC and subscriptions on WebSockets of `server`.
 *
 * @param refusalOf Why a request is not let in.
 * @returns         closes all connections.
 */
export function serveWebSockets(
  server: Server,
  port: Port,
  refusalOf: (request: IncomingMessage) => Refusal | undefined,
): () => void {
  const { bodyBytes: maxPayload } = port.limits;
  const sockets = new WebSocketServer({ noServer: true, maxPayload, autoPong: false });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const refusal = refusalOf(request) ?? originRefusal(port, request);
    if (refusal !== undefined || port.ws === undefined) {
      const status = refusal?.status ?? 404;
      // It is no connection of the HTTP server any more, which would end it in time.
      stream.once('finish', () => stream.destroy());
      stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => serveSocket(port, socket, stream));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function originRefusal({ wsOrigins }: Port, request: IncomingMessage): Refusal | undefined {
  const { origin } = request.headers;
  if (origin === undefined || wsOrigins.includes('*') || wsOrigins.includes(origin)) {
    return undefined;
  }
  return { status: 403, reason: 'origin not allowed' };
}

/** Answers messages one after the other, so that answers come in the order of calls. */
function serveSocket(port: Port, socket: WebSocket, stream: Duplex): void {
  const { limits, log, times, places } = port;
  const held = port.held.open(() => socket.terminate());
  const left = new AbortController();
  const send = (text: string): void => {
    if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
    if (socket.readyState !== socket.OPEN) return;
    held.add(text.length);
    socket.send(text, () => held.add(-text.length));
  };
  const { methods, count, close } = port.subscriptions.open(send);
  const all = { ...port.ws, ...methods };
  const onFault = (name: string, fault: unknown) => log.error('call failed', { name, err: fault });
  let last = Promise.resolve();
  let waiting = 0;
  // Who has shown a token is known; anybody else is when the first call is answered.
  if (port.jwtSecret !== undefined) places.noteUse(stream);
  places.noteUpgrade(stream, () => waiting > 0 || count() > 0);
  socket.on('ping', (data) => {
    // Whoever pings and takes nothing would fill the memory with the answers.
    if (socket.bufferedAmount <= MAX_BEFORE_PONG_BYTES) socket.pong(data);
  });
  socket.on('message', (data) => {
    waiting += 1;
    if (waiting > MAX_WAITING_MESSAGES) return socket.close(1008, 'too many messages at once');
    const text = String(data);
    held.add(text.length);
    last = last.then(async () => {
      // Others are let in between messages, as between the calls of a batch.
      await setImmediate();
      if (socket.readyState !== socket.OPEN) return;
      const answer = await answerMessage(all, text, limits, onFault, left);
      waiting -= 1;
      places.noteUse(stream);
      held.add(-text.length);
      if (answer !== '') send(answer);
    });
  });
  const stopPulse = watchPulse(socket, times);
  holdUnfinished(socket, stream, held);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    stopPulse();
    left.abort();
    held.close();
    close();
  });
}

/** Lets go of whoever says nothing and does not answer pings. @returns ends that. */
function watchPulse(socket: WebSocket, { pingMs, pongMs }: ConnectionTimes): () => void {
  let timer: NodeJS.Timeout | undefined;
  const hear = (): void => {
    clearTimeout(timer);
    timer = setTimeout(ping, pingMs);
  };
  const ping = (): void => {
    socket.ping();
    timer = setTimeout(() => socket.terminate(), pongMs);
  };
  hear();
  for (const sign of ['message', 'ping', 'pong'] as const) socket.on(sign, hear);
  return () => clearTimeout(timer);
}

/** Header and mask of a caller's ping or pong. */
const CONTROL_HEADER_BYTES = 6;

/** Counts what came of a message that is not whole yet. */
function holdUnfinished(socket: WebSocket, stream: Duplex, held: CallerBytes): void {
  let bytes = 0;
  const add = (more: number): void => {
    bytes += more;
    held.add(more);
  };
  stream.prependListener('data', (chunk: Buffer) => add(chunk.length));
  socket.prependListener('message', () => add(-bytes));
  // Whoever subscribes once may send nothing else for months.
  for (const sign of ['ping', 'pong'] as const) {
    socket.prependListener(sign, (data: Buffer) =>
      add(-Math.min(bytes, CONTROL_HEADER_BYTES + data.length)),
    );
  }
}
