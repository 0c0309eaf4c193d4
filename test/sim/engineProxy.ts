import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient, type HttpClient } from '../../src/transport/http.ts';
import type { FaultKind } from '../support/servedChain.ts';

/** What befalls the calls of an engine: a fault of the tool's, or an engine that lacks blocks. */
export type EngineFault = { readonly kind: FaultKind | 'syncing'; readonly every: number };

/** A way to an engine on which things go wrong when told so. */
export type EngineProxy = {
  readonly url: URL;
  /** Undefined: none any more. */
  readonly setFault: (fault: EngineFault | undefined) => void;
  /** Another engine takes its place. */
  readonly setUpstream: (url: URL) => void;
  /** Refuses connections until `back` is called. */
  readonly down: () => Promise<void>;
  readonly back: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type Json = { readonly [key: string]: unknown };
type Call = { readonly id: unknown; readonly method: string; readonly params: readonly unknown[] };

/** Starts a proxy before the engine behind `upstreamUrl`. Tokens are passed on. */
export async function startEngineProxy(upstreamUrl: URL): Promise<EngineProxy> {
  const state: ProxyState = { upstream: clientOf(upstreamUrl), fault: undefined, matched: 0 };
  let server = await listening(state, 0);
  const { port } = server.address() as AddressInfo;
  const down = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    setFault: (fault) => {
      state.fault = fault;
      state.matched = 0;
    },
    setUpstream: (url) => {
      state.upstream.close();
      state.upstream = clientOf(url);
    },
    down,
    back: async () => {
      server = await listening(state, port);
    },
    close: async () => {
      await down();
      state.upstream.close();
    },
  };
}

type ProxyState = { upstream: HttpClient; fault: EngineFault | undefined; matched: number };

function clientOf(url: URL): HttpClient {
  return createHttpClient({ url, timeoutMs: 30_000 });
}

async function listening(state: ProxyState, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    pass(state, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return server;
}

async function pass(
  state: ProxyState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  const call = JSON.parse(body) as Call;
  const kind = drawFault(state, call);
  if (kind === 'timeout') return;
  if (kind === '429' || kind === '500') return send(response, Number(kind), '{}');
  if (kind === 'error') return send(response, 200, answerOf(call, undefined));
  if (kind === 'syncing') return send(response, 200, answerOf(call, syncing(call.method)));
  const { authorization = '' } = request.headers;
  const reply = await state.upstream.send({ method: 'POST', body, headers: { authorization } });
  if (kind === undefined) return send(response, reply.status, reply.body);
  if (kind === 'truncate') {
    response.writeHead(200, { 'content-length': reply.body.length });
    response.write(reply.body.slice(0, reply.body.length >> 1), () => response.destroy());
    return;
  }
  const { result } = JSON.parse(reply.body) as Json;
  const damaged = result === undefined ? reply.body : answerOf(call, damage(kind, result));
  send(response, reply.status, damaged);
}

function drawFault(state: ProxyState, call: Call): EngineFault['kind'] | undefined {
  const { fault } = state;
  if (fault === undefined) return undefined;
  const isStatus = /^engine_(forkchoiceUpdated|newPayload)/.test(call.method);
  if (fault.kind === 'syncing' && !isStatus) return undefined;
  return ++state.matched % fault.every === 0 ? fault.kind : undefined;
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body);
}

function answerOf({ id }: Call, result: unknown): string {
  const error = { code: -32_000, message: 'injected fault' };
  return JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) });
}

function syncing(method: string): unknown {
  const status = { status: 'SYNCING', latestValidHash: null, validationError: null };
  return method.startsWith('engine_new') ? status : { payloadStatus: status, payloadId: null };
}

/** The damage that the tool does to blocks, done to what engines answer. */
function damage(kind: FaultKind, result: unknown): unknown {
  if (kind === 'null') return null;
  if (result === null || typeof result !== 'object') return result;
  const answer = result as Json;
  const inner = answer['executionPayload'];
  if (inner !== undefined) return { ...answer, executionPayload: damage(kind, inner) };
  if (kind === 'missing-tx') {
    const transactions = answer['transactions'];
    const isLong = Array.isArray(transactions) && transactions.length > 0;
    return isLong ? { ...answer, transactions: transactions.slice(0, -1) } : answer;
  }
  const keys = kind === 'wrong-hash' ? ['blockHash', 'hash'] : ['stateRoot'];
  const key = keys.find((name) => typeof answer[name] === 'string');
  return key === undefined ? answer : { ...answer, [key]: flipped(String(answer[key])) };
}

function flipped(hex: string): string {
  return `${hex.slice(0, -1)}${hex.endsWith('0') ? '1' : '0'}`;
}
