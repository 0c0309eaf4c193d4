import WebSocket from 'ws';
import { TransportError } from './errors.ts';
import { encodeRpcCall, isRecord, type RpcAnswer, toRpcAnswer } from './jsonRpc.ts';
import type { RpcConnection } from './rpcConnection.ts';
import { endpointName } from './secrets.ts';

export type WsConnectionOptions = {
  /** `ws:` or `wss:`. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly connectTimeoutMs?: number;
  readonly maxMessageBytes?: number;
};

const CONNECT_TIMEOUT_MS = 4_000;
const MAX_MESSAGE_BYTES = 128 << 20;

/** One message on its way: answers by position, and how many are missing. */
type Pending = {
  readonly firstId: number;
  readonly answers: (RpcAnswer | undefined)[];
  missing: number;
  readonly succeed: (answers: readonly RpcAnswer[]) => void;
  readonly fail: (error: TransportError) => void;
};

/** Over one WebSocket, opened with the first message and again with the next after it broke. */
export function wsConnection(options: WsConnectionOptions): RpcConnection {
  const peer = { name: endpointName(options.url), url: options.url };
  const pending = new Set<Pending>();
  let socket: Promise<WebSocket> | undefined;
  let lastId = 0;

  const breakAll = (error: TransportError): void => {
    socket = undefined;
    for (const each of pending) each.fail(error);
  };
  const open = (): Promise<WebSocket> => {
    const opened = new WebSocket(options.url, {
      headers: options.headers ?? {},
      handshakeTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      maxPayload: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    });
    return new Promise((resolve, reject) => {
      const broken = (cause?: unknown): void => {
        const error = new TransportError('connection', `${peer.name}: connection broken`, {
          cause,
        });
        reject(error);
        breakAll(error);
      };
      opened.on('open', () => resolve(opened));
      opened.on('message', (data) => receive(String(data)));
      opened.on('error', broken);
      opened.on('close', () => broken());
    });
  };
  const receive = (text: string): void => {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      breakAll(
        new TransportError('badAnswer', `${peer.name}: expected JSON, found something else`),
      );
      return;
    }
    for (const item of Array.isArray(message) ? message : [message]) accept(item);
  };
  const accept = (item: unknown): void => {
    const id = isRecord(item) ? item['id'] : undefined;
    const answer = toRpcAnswer(item, peer);
    if (typeof id !== 'number') {
      // A refusal of a whole batch names no call: it is about the oldest one.
      const batch = [...pending].find(({ answers }) => answers.length > 1);
      if (answer.type === 'error') batch?.fail(answer.error);
      return;
    }
    const found = [...pending].find(
      ({ firstId, answers }) => id >= firstId && id < firstId + answers.length,
    );
    if (found === undefined || found.answers[id - found.firstId] !== undefined) return;
    found.answers[id - found.firstId] = answer;
    found.missing -= 1;
    if (found.missing === 0) found.succeed(found.answers as RpcAnswer[]);
  };

  return {
    name: peer.name,
    request: async (calls, { signal, timeoutMs }) => {
      signal?.throwIfAborted();
      socket ??= open();
      const ready = await socket;
      signal?.throwIfAborted();
      const firstId = lastId + 1;
      lastId += calls.length;
      const texts = calls.map((call, index) => encodeRpcCall(call, firstId + index));
      return new Promise<readonly RpcAnswer[]>((resolve, reject) => {
        const finish = (end: () => void): void => {
          pending.delete(entry);
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          end();
        };
        const fail = (error: TransportError): void => finish(() => reject(error));
        const entry: Pending = {
          firstId,
          answers: calls.map(() => undefined),
          missing: calls.length,
          succeed: (answers) => finish(() => resolve(answers)),
          fail,
        };
        const onAbort = (): void => finish(() => reject(signal?.reason));
        const message = `${peer.name}: expected an answer within ${timeoutMs} ms, found none`;
        const timer = setTimeout(() => fail(new TransportError('timeout', message)), timeoutMs);
        signal?.addEventListener('abort', onAbort, { once: true });
        pending.add(entry);
        ready.send(texts.length === 1 ? (texts[0] as string) : `[${texts.join(',')}]`);
      });
    },
    close: () => {
      void socket?.then(
        (opened) => opened.terminate(),
        () => undefined,
      );
      breakAll(new TransportError('connection', `${peer.name}: closed`));
    },
  };
}
