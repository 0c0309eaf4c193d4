import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { createHttpClient } from '../../src/transport/http.ts';
import { rpcCall } from '../../src/transport/jsonRpc.ts';

/** An L1 endpoint that announces the heads of another one, and can lose its connections. */
export type HeadSource = {
  /** `ws:`. */
  readonly url: URL;
  /** Reads the other's head, and tells it to all who subscribed. */
  readonly announce: () => Promise<void>;
  /** Breaks every connection; whoever comes again is served. */
  readonly drop: () => void;
  readonly close: () => void;
};

/** Starts one for the L1 behind `l1Url`. A subscriber is told the head at once. */
export async function startHeadSource(l1Url: string): Promise<HeadSource> {
  const upstream = createHttpClient({ url: new URL(l1Url), timeoutMs: 10_000 });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((listening) => server.once('listening', listening));
  const subscribers = new Set<WebSocket>();
  const announce = async (): Promise<void> => {
    const call = { method: 'eth_getBlockByNumber', params: ['latest', false] };
    const result = await rpcCall(upstream, call);
    const params = { subscription: '0x1', result };
    const text = JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params });
    for (const socket of subscribers) socket.send(text);
  };
  server.on('connection', (socket) => {
    socket.on('close', () => subscribers.delete(socket));
    socket.on('message', (data) => {
      const { id } = JSON.parse(String(data)) as { readonly id: number };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: '0x1' }));
      subscribers.add(socket);
      void announce().catch(() => socket.terminate());
    });
  });
  const drop = (): void => {
    for (const socket of server.clients) socket.terminate();
  };
  return {
    url: new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`),
    announce,
    drop,
    close: () => {
      drop();
      server.close();
      upstream.close();
    },
  };
}
