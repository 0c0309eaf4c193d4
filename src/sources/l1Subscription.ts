import WebSocket from 'ws';
import { isObject } from '../base/json.ts';
import { endpointName } from '../transport/secrets.ts';
import { SourceError } from './errors.ts';
import type { HeadSubscription } from './l1Heads.ts';
import { l1BlockRefFromRpc } from './verify.ts';

/** Where to subscribe, and whom to tell. */
export type SubscriptionOptions = {
  /** `ws:` or `wss:`. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told when a connection failed or broke; the next one is tried after a pause. */
  readonly onBroken?: (error: SourceError) => void;
  readonly firstPauseMs?: number;
  /** Longest time without any message before the connection is given up. */
  readonly silenceMs?: number;
};

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** Five L1 slots. */
const SILENCE_MS = 60_000;
const MAX_MESSAGE_BYTES = 1 << 20;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * New L1 heads by `eth_subscribe` over WebSocket. A header that does not hash to what it claims
 * breaks the connection.
 */
export function subscribeNewHeads(options: SubscriptionOptions): HeadSubscription {
  return (onHead, { signal }) => {
    let failures = 0;
    let timer: NodeJS.Timeout | undefined;
    const connect = (): void => {
      const socket = new WebSocket(options.url, {
        headers: options.headers ?? {},
        maxPayload: MAX_MESSAGE_BYTES,
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      });
      const close = (): void => socket.terminate();
      let silence: NodeJS.Timeout | undefined;
      const heard = (): void => {
        clearTimeout(silence);
        silence = setTimeout(close, options.silenceMs ?? SILENCE_MS);
      };
      let broken: unknown;
      signal.addEventListener('abort', close, { once: true });
      socket.on('open', () => {
        heard();
        socket.send(JSON.stringify(SUBSCRIBE));
      });
      socket.on('message', (data) => {
        heard();
        try {
          const header = headerOf(String(data));
          if (header === undefined) return;
          onHead(l1BlockRefFromRpc(header));
          failures = 0;
        } catch (error) {
          broken = error;
          close();
        }
      });
      socket.on('error', (error) => {
        broken ??= error;
      });
      socket.on('close', () => {
        clearTimeout(silence);
        signal.removeEventListener('abort', close);
        if (signal.aborted) return;
        options.onBroken?.(brokenError(options.url, broken));
        const first = options.firstPauseMs ?? FIRST_PAUSE_MS;
        timer = setTimeout(
          connect,
          Math.min(LONGEST_PAUSE_MS, first * 2 ** Math.min(failures++, 8)),
        );
      });
    };
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    if (!signal.aborted) connect();
  };
}

const SUBSCRIBE = { jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] };

/** The header in a notification; undefined for the answer to the subscription itself. */
function headerOf(text: string): unknown {
  const message: unknown = JSON.parse(text);
  if (!isObject(message)) throw new SourceError('badAnswer', 'expected a JSON-RPC message');
  if (isObject(message['error'])) {
    throw new SourceError('rpc', `eth_subscribe: ${String(message['error']['message'])}`);
  }
  const { params } = message;
  return isObject(params) ? params['result'] : undefined;
}

function brokenError(url: URL, cause: unknown): SourceError {
  if (cause instanceof SourceError) return cause;
  const message = `${endpointName(url)}: subscription to new heads broke`;
  return new SourceError('connection', message, { cause });
}
