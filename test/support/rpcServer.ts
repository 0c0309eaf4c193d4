import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One JSON-RPC call as it came in. */
export type Call = { readonly method: string; readonly params: readonly unknown[] };

/** A JSON-RPC error to answer with. */
export class CallError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What happens to a whole HTTP request instead of an answer. */
export type RequestFault =
  | { readonly type: 'status'; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly type: 'truncate' }
  | { readonly type: 'hang' }
  | { readonly type: 'body'; readonly body: string };

export type RpcServer = {
  readonly url: URL;
  /** Calls answered so far, in order. */
  readonly calls: Call[];
  /** HTTP requests so far: how many calls each had. */
  readonly requests: number[];
  readonly close: () => Promise<void>;
};

export type RpcServerOptions = {
  /** The result of a call, or a promise of it; may throw CallError. */
  readonly answer: (call: Call) => unknown;
  /** Asked once for each request, before it is answered. */
  readonly fault?: (calls: readonly Call[], request: IncomingMessage) => RequestFault | undefined;
  readonly latencyMs?: number;
};

/** A JSON-RPC server on a free port of 127.0.0.1. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const calls: Call[] = [];
  const requests: number[] = [];
  const server = createServer((request, response) => {
    void serve(options, calls, requests, request, response);
  });
  return { url: await listen(server), calls, requests, close: () => closeServer(server) };
}

/** Starts any server on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<URL> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

async function serve(
  options: RpcServerOptions,
  log: Call[],
  requests: number[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  const asked = JSON.parse(text) as (Call & { id: unknown }) | (Call & { id: unknown })[];
  const batch = Array.isArray(asked) ? asked : [asked];
  requests.push(batch.length);
  if (options.latencyMs !== undefined) {
    await new Promise((done) => setTimeout(done, options.latencyMs));
  }
  const fault = options.fault?.(batch, request);
  if (fault?.type === 'hang') return;
  if (fault?.type === 'status') {
    response.writeHead(fault.status, fault.headers).end('{}');
    return;
  }
  if (fault?.type === 'body') {
    response.end(fault.body);
    return;
  }
  const answers: object[] = [];
  for (const call of batch) {
    log.push({ method: call.method, params: call.params });
    answers.push({ jsonrpc: '2.0', id: call.id, ...(await outcome(options, call)) });
  }
  const body = JSON.stringify(Array.isArray(asked) ? answers : answers[0]);
  response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
  if (fault?.type !== 'truncate') response.end(body);
  else response.write(body.slice(0, body.length >> 1), () => response.destroy());
}

async function outcome(options: RpcServerOptions, call: Call): Promise<object> {
  try {
    return { result: (await options.answer(call)) ?? null };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}
