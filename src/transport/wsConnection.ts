import WebSocket from 'ws';
import { isObject } from '../base/json.ts';
import type { AbortOptions } from './abort.ts';
import { TransportError, type TransportErrorCode } from './errors.ts';
import { encodeRpcCall, type RpcAnswer, type RpcCall, toRpcAnswer } from './jsonRpc.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { endpointName } from './secrets.ts';

/** A WebSocket server and its limits; only the URL is needed. */
export type WsConnectionOptions = {
  /** `ws:` or `wss:`. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs?: number;
  readonly maxMessageBytes?: number;
};

const CONNECT_TIMEOUT_MS = 4_000;
const MAX_MESSAGE_BYTES = 128 << 20;

/** Over one WebSocket, opened with the first message and again with the next after it broke. */
export function wsConnection(options: WsConnectionOptions): RpcConnection {
  const channel = new WsChannel(options);
  return {
    name: endpointName(options.url),
    request: async (calls, sending) => {
      sending.signal?.throwIfAborted();
      const socket = await channel.open();
      sending.signal?.throwIfAborted();
      return channel.send(socket, calls, sending);
    },
    close: () => channel.close(),
  };
}

/** One message on its way: answers by position, and how many are missing. */
type Pending = {
  readonly firstId: number;
  readonly answers: (RpcAnswer | undefined)[];
  missing: number;
  readonly succeed: (answers: readonly RpcAnswer[]) => void;
  readonly fail: (error: TransportError) => void;
};

/** Owns the socket and knows who waits for which answer. */
class WsChannel {
  readonly #options: WsConnectionOptions;
  readonly #name: string;
  readonly #pending = new Set<Pending>();
  #socket: Promise<WebSocket> | undefined;
  #lastId = 0;

  constructor(options: WsConnectionOptions) {
    this.#options = options;
    this.#name = endpointName(options.url);
  }

  open(): Promise<WebSocket> {
    this.#socket ??= this.#connect();
    return this.#socket;
  }

  send(
    socket: WebSocket,
    calls: readonly RpcCall[],
    { signal, timeoutMs }: AbortOptions & { readonly timeoutMs: number },
  ): Promise<readonly RpcAnswer[]> {
    const firstId = this.#lastId + 1;
    this.#lastId += calls.length;
    const texts = calls.map((call, index) => encodeRpcCall(call, firstId + index));
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        this.#pending.delete(entry);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const entry: Pending = {
        firstId,
        answers: calls.map(() => undefined),
        missing: calls.length,
        succeed: (answers) => finish(() => resolve(answers)),
        fail: (error) => finish(() => reject(error)),
      };
      const onAbort = (): void => finish(() => reject(signal?.reason));
      const late = `expected an answer within ${timeoutMs} ms, found none`;
      const timer = setTimeout(() => entry.fail(this.#error('timeout', late)), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.add(entry);
      socket.send(texts.length === 1 ? (texts[0] as string) : `[${texts.join(',')}]`);
    });
  }

  close(): void {
    const socket = this.#socket;
    this.#break(this.#error('connection', 'closed'));
    void socket?.then(
      (opened) => opened.terminate(),
      () => undefined,
    );
  }

  #connect(): Promise<WebSocket> {
    const { url, headers, connectTimeoutMs, maxMessageBytes } = this.#options;
    const socket = new WebSocket(url, {
      headers: headers ?? {},
      handshakeTimeout: connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      maxPayload: maxMessageBytes ?? MAX_MESSAGE_BYTES,
    });
    return new Promise((resolve, reject) => {
      const onBroken = (cause?: unknown): void => {
        const error = this.#error('connection', 'connection broken', cause);
        reject(error);
        this.#break(error);
      };
      socket.on('open', () => resolve(socket));
      socket.on('message', (data) => this.#receive(String(data)));
      socket.on('error', onBroken);
      socket.on('close', () => onBroken());
    });
  }

  #break(error: TransportError): void {
    this.#socket = undefined;
    for (const each of this.#pending) each.fail(error);
  }

  #receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch (cause) {
      this.#break(this.#error('badAnswer', 'expected JSON, found something else', cause));
      return;
    }
    for (const item of Array.isArray(message) ? message : [message]) this.#accept(item);
  }

  #accept(item: unknown): void {
    const id = isObject(item) ? item['id'] : undefined;
    const answer = toRpcAnswer(item, { name: this.#name, url: this.#options.url });
    if (typeof id !== 'number') {
      // A refusal of a whole batch names no call: it is about the oldest one.
      const batch = [...this.#pending].find(({ answers }) => answers.length > 1);
      if (answer.type === 'error') batch?.fail(answer.error);
      return;
    }
    const found = [...this.#pending].find(
      ({ firstId, answers }) => id >= firstId && id < firstId + answers.length,
    );
    if (found === undefined || found.answers[id - found.firstId] !== undefined) return;
    found.answers[id - found.firstId] = answer;
    found.missing -= 1;
    if (found.missing === 0) found.succeed(found.answers as RpcAnswer[]);
  }

  #error(code: TransportErrorCode, what: string, cause?: unknown): TransportError {
    return new TransportError(code, `${this.#name}: ${what}`, { cause });
  }
}
