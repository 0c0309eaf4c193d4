import { type ExecutionEngine, openEngine } from '../../src/execution/engine.ts';
import type { Genesis } from '../../src/execution/genesis.ts';
import {
  type EngineServer,
  type EngineServerOptions,
  startEngineServer,
} from '../../src/execution/server/engineServer.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { encodeJwt } from '../../src/transport/jwt.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';

/** The secret of every served test engine. */
export const ENGINE_SECRET = new Uint8Array(32).fill(7);

/** An engine in memory behind its server, on free ports of this machine. */
export type ServedEngine = {
  readonly engine: ExecutionEngine;
  readonly server: EngineServer;
  readonly authUrl: URL;
  readonly httpUrl: URL;
  /** Calls the port with the token. */
  readonly call: (method: string, ...params: readonly unknown[]) => Promise<RpcReply>;
  readonly close: () => Promise<void>;
};

/** What a JSON-RPC call came to. */
export type RpcReply = {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
};

/** Starts an engine with all ports open. */
export async function serveEngine(
  genesis: Genesis,
  options: Partial<EngineServerOptions> = {},
): Promise<ServedEngine> {
  const engine = await openEngine(genesis, memoryKeyValueStore());
  const host = '127.0.0.1';
  const open = { host, port: 0, origins: ['*'], apis: ['eth', 'net', 'web3', 'txpool', 'debug'] };
  const server = await startEngineServer({
    engine,
    version: '0.0.0',
    log: SILENT_LOG,
    auth: { host, port: 0, jwtSecret: ENGINE_SECRET, vhosts: ['localhost'] },
    http: { ...open, vhosts: ['localhost'] },
    ws: open,
    ...options,
  });
  const authUrl = new URL(`http://${host}:${server.auth.port}`);
  return {
    engine,
    server,
    authUrl,
    httpUrl: new URL(`http://${host}:${server.http?.port}`),
    call: (method, ...params) => callWithToken(authUrl, method, params),
    close: async () => {
      await server.stop();
      await engine.close();
    },
  };
}

/** One call with a fresh token. */
export async function callWithToken(
  url: URL,
  method: string,
  params: readonly unknown[],
  secret: Uint8Array = ENGINE_SECRET,
): Promise<RpcReply> {
  const call = { jsonrpc: '2.0', id: 1, method, params };
  const reply = await post(url, call, engineToken(secret));
  return (await reply.json()) as RpcReply;
}

/** A token as a driver makes one for each call. */
export function engineToken(
  secret: Uint8Array = ENGINE_SECRET,
  nowS = Math.floor(Date.now() / 1000),
): string {
  return encodeJwt(secret, nowS);
}

/** One request with any body. */
export function post(url: URL, body: unknown, token?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
