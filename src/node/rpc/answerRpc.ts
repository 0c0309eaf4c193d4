import { encodeJsonExact, isObject, type JsonValue, parseJsonExact } from '../../base/json.ts';
import { DecodeError } from '../../base/errors.ts';
import { RPC_CODES, RpcError, type RpcMethods } from './rpcMethods.ts';

/** What calls are told to, for metrics. `error` undefined: it went well. */
export type RpcWatch = (method: string, durationMs: number, error: number | undefined) => void;

/** Calls of one batch. Beyond this nothing is run. */
const MAX_BATCH_CALLS = 10_000;

/** Text of all answers of a batch together. */
const MAX_BATCH_ANSWER_CHARS = 25_000_000;

/**
 * The answer to the body of one request: to one call or to a batch. Empty where none is due.
 * Whatever follows the first JSON value is ignored, as in go-ethereum's server.
 */
export async function answerRpc(
  methods: RpcMethods,
  body: string,
  watch: RpcWatch,
): Promise<string> {
  if (body.trim() === '') return '';
  const message = parse(body);
  if (message === undefined) return encode(failure(null, RPC_CODES.parse, 'parse error'));
  if (!Array.isArray(message)) {
    const answer = await answerCall(methods, message as JsonValue, watch);
    return answer === undefined ? '' : `${encode(answer)}\n`;
  }
  const calls = message as readonly JsonValue[];
  if (calls.length === 0) return encode(failure(null, RPC_CODES.invalidRequest, 'empty batch'));
  if (calls.length > MAX_BATCH_CALLS) {
    return encode(failure(null, RPC_CODES.invalidRequest, 'batch too large'));
  }
  const answers: string[] = [];
  let chars = 0;
  for (const call of calls) {
    const answer = await answerCall(methods, call, watch);
    if (answer === undefined) continue;
    const text = encode(answer);
    chars += text.length;
    if (chars > MAX_BATCH_ANSWER_CHARS) return encode(failure(null, -32_003, 'response too large'));
    answers.push(text);
  }
  return answers.length === 0 ? '' : `[${answers.join(',')}]\n`;
}

async function answerCall(
  methods: RpcMethods,
  message: JsonValue,
  watch: RpcWatch,
): Promise<JsonValue | undefined> {
  if (!isObject(message)) return failure(null, RPC_CODES.invalidRequest, 'invalid request');
  const { jsonrpc, id, method } = message;
  const isResponse = method === undefined && ('result' in message || 'error' in message);
  if (isResponse) return undefined;
  const isId = id === null || typeof id !== 'object';
  if (jsonrpc !== '2.0' || !isId || typeof method !== 'string' || method === '') {
    return failure(
      isId && id !== undefined ? id : null,
      RPC_CODES.invalidRequest,
      'invalid request',
    );
  }
  const startedMs = performance.now();
  try {
    const result = await run(methods, method, message['params']);
    watch(known(methods, method), performance.now() - startedMs, undefined);
    return id === undefined ? undefined : { jsonrpc: '2.0', id, result };
  } catch (error) {
    const refusal = toRpcError(error);
    watch(known(methods, method), performance.now() - startedMs, refusal.code);
    return id === undefined ? undefined : failure(id, refusal.code, refusal.message);
  }
}

/** What anybody may call things must not become a metric label. */
function known(methods: RpcMethods, method: string): string {
  return Object.hasOwn(methods, method) ? method : 'unknown';
}

function run(
  methods: RpcMethods,
  name: string,
  given: JsonValue | undefined,
): Promise<JsonValue> | JsonValue {
  if (name.endsWith('_subscribe')) {
    throw new RpcError(RPC_CODES.methodNotFound, 'notifications not supported');
  }
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) {
    const message = `the method ${name} does not exist/is not available`;
    throw new RpcError(RPC_CODES.methodNotFound, message);
  }
  if (given !== undefined && given !== null && !Array.isArray(given)) {
    throw new RpcError(RPC_CODES.invalidParams, 'non-array args');
  }
  const params = (given ?? []) as readonly JsonValue[];
  const { paramCount, answer } = method;
  if (params.length > paramCount) {
    const message = `too many arguments, want at most ${paramCount}`;
    throw new RpcError(RPC_CODES.invalidParams, message);
  }
  if (params.length < paramCount) {
    const message = `missing value for required argument ${params.length}`;
    throw new RpcError(RPC_CODES.invalidParams, message);
  }
  return answer(params);
}

function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new RpcError(RPC_CODES.application, message);
}

function parse(body: string): JsonValue | undefined {
  try {
    return parseJsonExact(firstValue(body));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** The text up to the end of its first object or array; all of it where it is neither. */
function firstValue(text: string): string {
  const start = text.search(/\S/);
  if (text[start] !== '{' && text[start] !== '[') return text;
  const token = /"(?:[^"\\]|\\.)*"?|[{[]|[}\]]/gs;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '{' || found[0] === '[') depth += 1;
    if (found[0] === '}' || found[0] === ']') depth -= 1;
    if (depth === 0) return text.slice(start, token.lastIndex);
  }
  return text;
}

function failure(id: JsonValue, code: number, message: string): JsonValue {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

const ESCAPED: { readonly [character: string]: string } = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
};

/** JSON with the three characters escaped that Go escapes; they occur in strings only. */
function encode(value: JsonValue): string {
  return encodeJsonExact(value).replace(/[<>&]/g, (character) => ESCAPED[character] as string);
}
