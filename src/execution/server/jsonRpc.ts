import { setImmediate } from 'node:timers/promises';
import { DecodeError } from '../../base/errors.ts';
import { encodeJsonExact, isObject, type JsonValue, parseJsonExact } from '../../base/json.ts';
import type { AbortOptions } from '../../transport/abort.ts';
import { PrunedStateError } from '../stateKeeper.ts';
import { MOST_PARAMS } from './paramCounts.ts';

/** Codes of JSON-RPC errors, those of the Engine API among them. @spec execution.md 3.15 */
const ERROR_CODES = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** What the application itself refuses. */
  application: -32_000,
  timedOut: -32_002,
  responseTooLarge: -32_003,
  limitExceeded: -32_005,
  reverted: 3,
  unknownPayload: -38_001,
  invalidForkchoiceState: -38_002,
  invalidAttributes: -38_003,
  tooLargeRequest: -38_004,
  unsupportedFork: -38_005,
} as const;

/** A refusal that goes to the caller as it is. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly data: JsonValue | undefined;

  constructor(code: keyof typeof ERROR_CODES, message: string, data?: JsonValue) {
    super(message);
    this.code = ERROR_CODES[code];
    this.data = data;
  }
}

/**
 * Answers one call. Missing trailing parameters are undefined. `signal` tells that the caller has
 * left: what takes long ends then, with the signal's reason.
 *
 * @throws RpcError
 */
export type RpcMethod = (
  params: readonly JsonValue[],
  options: AbortOptions,
) => Promise<JsonValue> | JsonValue;

/** Methods by full name, like `eth_chainId`. */
export type RpcMethods = { readonly [name: string]: RpcMethod };

/** What one message may cost, and all of a port together. */
export type RpcLimits = {
  /** Requests that are not answered, and answers that are not taken, of all callers. */
  readonly heldBytes: number;
  readonly bodyBytes: number;
  readonly batchCalls: number;
  /** Time after which no further call of a batch is begun. */
  readonly batchMs: number;
  /** Text of all answers of a batch together. */
  readonly answerChars: number;
};

/** Told of faults that are ours, not the caller's. */
export type OnFault = (method: string, fault: unknown) => void;

/**
 * The answer to one message, a call or a batch; empty where none is due. Calls of a batch run one
 * after the other, and let others in between: a call that only computes does not wait for anything,
 * so without that a batch of them would stop the process. None is begun when the caller has left.
 */
export async function answerMessage(
  methods: RpcMethods,
  text: string,
  limits: RpcLimits,
  onFault: OnFault,
  options: AbortOptions = {},
): Promise<string> {
  const message = parse(text);
  if (message === undefined)
    return encodeJsonExact(failure(null, new RpcError('parse', 'parse error')));
  if (!Array.isArray(message))
    return (await answerCall(methods, message as JsonValue, onFault, options)) ?? '';
  const calls = message as readonly JsonValue[];
  if (calls.length === 0) return refusal('empty batch');
  if (calls.length > limits.batchCalls) return refusal('batch too large');
  const answers: string[] = [];
  let chars = 0;
  const deadline = performance.now() + limits.batchMs;
  for (const call of calls) {
    await setImmediate();
    if (options.signal?.aborted === true) return '';
    if (performance.now() > deadline) {
      if (isObject(call) && call['id'] === undefined) continue;
      const error = new RpcError('timedOut', 'request timed out');
      answers.push(encodeJsonExact(failure(idOf(call), error)));
      continue;
    }
    const answer = await answerCall(methods, call, onFault, options);
    if (answer === undefined) continue;
    chars += answer.length;
    if (chars > limits.answerChars) {
      const error = new RpcError('responseTooLarge', 'response too large');
      answers.push(encodeJsonExact(failure(idOf(call), error)));
      break;
    }
    answers.push(answer);
  }
  return answers.length === 0 ? '' : `[${answers.join(',')}]`;
}

async function answerCall(
  methods: RpcMethods,
  call: JsonValue,
  onFault: OnFault,
  options: AbortOptions,
): Promise<string | undefined> {
  if (!isObject(call)) return refusal('invalid request');
  const { jsonrpc, method, params } = call;
  const id = idOf(call);
  const isId = id === null || typeof id !== 'object';
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !isId) {
    return encodeJsonExact(
      failure(isId ? id : null, new RpcError('invalidRequest', 'invalid request')),
    );
  }
  const isNotification = call['id'] === undefined;
  try {
    const result = await run(methods, method, params, options);
    return isNotification ? undefined : encodeJsonExact({ jsonrpc: '2.0', id, result });
  } catch (fault) {
    const { signal } = options;
    if (signal?.aborted === true && fault === signal.reason) return undefined;
    const error = refusalOf(fault);
    if (!(error instanceof RpcError)) onFault(method, error);
    return isNotification ? undefined : encodeJsonExact(failure(id, error));
  }
}

function run(
  methods: RpcMethods,
  name: string,
  params: JsonValue | undefined,
  options: AbortOptions,
): Promise<JsonValue> | JsonValue {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) {
    const message = `the method ${name.slice(0, 64)} does not exist/is not available`;
    throw new RpcError('methodNotFound', message);
  }
  if (params === undefined || params === null) return method([], options);
  if (!Array.isArray(params)) throw new RpcError('invalidParams', 'non-array args');
  const most = MOST_PARAMS[name];
  if (most === undefined || params.length <= most) return method(params, options);
  throw new RpcError('invalidParams', `too many arguments, want at most ${most}`);
}

/** Any read of a state may find that it was pruned meanwhile, which is nobody's fault. */
function refusalOf(fault: unknown): unknown {
  return fault instanceof PrunedStateError ? new RpcError('application', fault.message) : fault;
}

/** What an error looks like to the caller. The details of our own faults stay with us. */
function failure(id: JsonValue, error: unknown): JsonValue {
  const known = error instanceof RpcError ? error : undefined;
  const code = known?.code ?? ERROR_CODES.internal;
  const message = known?.message ?? (error instanceof Error ? error.message : 'internal error');
  const data = known?.data;
  return {
    jsonrpc: '2.0',
    id,
    error: data === undefined ? { code, message } : { code, message, data },
  };
}

function refusal(message: string): string {
  return encodeJsonExact(failure(null, new RpcError('invalidRequest', message)));
}

function idOf(call: JsonValue): JsonValue {
  return isObject(call) ? (call['id'] ?? null) : null;
}

function parse(text: string): JsonValue | undefined {
  try {
    return parseJsonExact(text);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
