import { excerpt } from '../base/excerpt.ts';
import { encodeJsonExact, isObject, type JsonValue } from '../base/json.ts';
import type { AbortOptions } from './abort.ts';
import { TransportError } from './errors.ts';
import type { HttpClient, HttpReply } from './http.ts';
import { parseJsonReply, statusError } from './reply.ts';
import { withoutSecrets } from './secrets.ts';

/** One JSON-RPC call. */
export type RpcCall = { readonly method: string; readonly params: readonly unknown[] };

/** What one call of a batch came to. */
export type RpcAnswer =
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'error'; readonly error: TransportError };

/** Of one call. */
export type RpcOptions = AbortOptions & {
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** JSON-RPC error codes by which providers say "too many requests". */
const RATE_LIMIT_CODES: ReadonlySet<number> = new Set([429, -32005, -32029]);

/**
 * One call, one HTTP request.
 *
 * @returns The `result`, which may be null. Its shape is not checked.
 * @throws  TransportError, or the signal's reason.
 */
export async function rpcCall(
  client: HttpClient,
  call: RpcCall,
  options: RpcOptions = {},
): Promise<unknown> {
  const reply = await post(client, encodeRpcCall(call, 1), options);
  const answer = toRpcAnswer(parseReply(client, reply), client);
  if (answer.type === 'error') throw answer.error;
  return answer.result;
}

/**
 * Several calls in one HTTP request.
 *
 * @returns As many answers as calls, in their order.
 * @throws  TransportError when the request failed as a whole, for instance when the server
 *          refuses a batch of this size; or the signal's reason.
 */
export async function rpcBatch(
  client: HttpClient,
  calls: readonly RpcCall[],
  options: RpcOptions = {},
): Promise<readonly RpcAnswer[]> {
  const body = `[${calls.map((call, index) => encodeRpcCall(call, index + 1)).join(',')}]`;
  const reply = await post(client, body, options);
  const parsed = parseReply(client, reply);
  if (!Array.isArray(parsed)) {
    const answer = toRpcAnswer(parsed, client);
    if (answer.type === 'error') throw answer.error;
    throw badAnswer(client, 'an array of answers', parsed);
  }
  const byId = new Map<unknown, RpcAnswer>();
  for (const item of parsed as readonly unknown[]) byId.set(idOf(item), toRpcAnswer(item, client));
  return calls.map((_, index) => {
    const answer = byId.get(index + 1);
    return answer ?? { type: 'error', error: badAnswer(client, `an answer to call ${index + 1}`) };
  });
}

/** JSON of a call. A bigint in it is written as an integer with all its digits. */
export function encodeRpcCall(call: RpcCall, id: number): string {
  const { method, params } = call;
  const request = { jsonrpc: '2.0', id, method, params };
  try {
    return JSON.stringify(request);
  } catch {
    // A bigint: an integer beyond 2^53, which must go out with all its digits.
    return encodeJsonExact(request as JsonValue);
  }
}

function post(client: HttpClient, body: string, options: RpcOptions): Promise<HttpReply> {
  const { timeoutMs, headers, signal } = options;
  const request = {
    method: 'POST' as const,
    body,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(headers === undefined ? {} : { headers }),
  };
  return client.send(request, signal === undefined ? {} : { signal });
}

function parseReply(client: HttpClient, reply: HttpReply): unknown {
  const refused = statusError(client, reply);
  if (refused === undefined) return parseJsonReply(client, reply);
  // Some servers send JSON-RPC errors with status 400 or 500: the error inside says more.
  const inside = refused.code === 'status' ? parsed(reply.body) : undefined;
  if (hasError(inside)) return inside;
  throw refused;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasError(value: unknown): boolean {
  return isObject(value) && isObject(value['error']) && value['jsonrpc'] === '2.0';
}

/** Who is asked, as messages name it; the URL says what must not be in them. */
export type RpcPeer = { readonly name: string; readonly url: URL };

/** What a JSON-RPC answer comes to. Its id is not looked at. */
export function toRpcAnswer(item: unknown, client: RpcPeer): RpcAnswer {
  if (!isObject(item))
    return { type: 'error', error: badAnswer(client, 'a JSON-RPC answer', item) };
  const { error } = item;
  if (error !== undefined && error !== null)
    return { type: 'error', error: rpcError(client, error) };
  if ('result' in item) return { type: 'result', result: item['result'] };
  return { type: 'error', error: badAnswer(client, 'a `result` or an `error`', item) };
}

function rpcError(client: RpcPeer, error: unknown): TransportError {
  const fields = isObject(error) ? error : { message: String(error) };
  const status = typeof fields['code'] === 'number' ? fields['code'] : undefined;
  const text = withoutSecrets(String(fields['message'] ?? 'no message'), client.url);
  const isLimited = status !== undefined && RATE_LIMIT_CODES.has(status);
  const where = status === undefined ? client.name : `${client.name}: error ${status}`;
  return new TransportError(isLimited ? 'rateLimited' : 'rpc', `${where}: ${text}`, { status });
}

function badAnswer(client: RpcPeer, expected: string, found?: unknown): TransportError {
  const text = excerpt(withoutSecrets(jsonBeginning(found), client.url));
  const was = text === '' ? 'none' : `\`${text}\``;
  return new TransportError('badAnswer', `${client.name}: expected ${expected}, found ${was}`);
}

/** As much of an answer as is looked at for a message: all of it may be as long as a body. */
const MAX_JSON_CHARS = 1000;
const MAX_JSON_DEPTH = 8;

/** The beginning of a value's JSON, and not much more; empty for undefined. */
function jsonBeginning(value: unknown, depth = 0): string {
  if (depth > MAX_JSON_DEPTH) return '…';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_JSON_CHARS));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const isList = Array.isArray(value);
  let text = isList ? '[' : '{';
  for (const [key, item] of itemsOf(value)) {
    if (text.length > MAX_JSON_CHARS) return text;
    if (text.length > 1) text += ',';
    if (!isList) text += `${jsonBeginning(key)}:`;
    text += jsonBeginning(item, depth + 1);
  }
  return `${text}${isList ? ']' : '}'}`;
}

/** One by one: a list of all would cost as much as the answer is long. */
function* itemsOf(value: object): Generator<readonly [string, unknown]> {
  for (const key in value) yield [key, (value as { readonly [key: string]: unknown })[key]];
}

function idOf(item: unknown): unknown {
  return isObject(item) ? item['id'] : undefined;
}
