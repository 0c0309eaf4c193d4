import type { Hash, Hex } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { excerpt } from '../base/excerpt.ts';
import {
  fromEnvelopeJson,
  toAttributesJson,
  toPayloadJson,
} from '../protocol/executionPayloadJson.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { headerHash } from '../protocol/header.ts';
import { payloadHeader } from '../protocol/payloadHeader.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import {
  isAbsent,
  readFixedHex,
  readHash,
  readQuantity,
  toQuantity,
  toRecord,
} from '../protocol/rpcJson.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { type CallWatch, callFailure } from '../transport/callWatch.ts';
import { TransportError, type TransportErrorCode } from '../transport/errors.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import { encodeJwt } from '../transport/jwt.ts';
import { EngineError, type EngineErrorCode, engineErrorCode } from './errors.ts';
import { forkchoiceMethod, getPayloadMethod, newPayloadMethod } from './methods.ts';
import type { BlockSelector, EnginePort, ForkchoiceOutcome, PayloadStatus } from './port.ts';
import { fromBlockJson } from './rpcBlock.ts';

/** Where the engine is, and how it is called. */
export type HttpEngineOptions = {
  readonly url: URL;
  readonly jwtSecret: Uint8Array;
  readonly config: Pick<RollupConfig, 'forkTimes'>;
  /** Of each call. */
  readonly timeoutMs?: number;
  readonly watch?: CallWatch;
  /** Seconds since 1970, for the token. */
  readonly nowS?: () => number;
};

const TIMEOUT_MS = 10_000;

/**
 * An engine behind the authenticated port of op-geth, op-reth or another: Engine API and `eth_`
 * over HTTP, a fresh token with every request.
 *
 * @spec protocol/execution.md 3.11
 */
export function createHttpEngine(options: HttpEngineOptions): EnginePort {
  const client = createHttpClient({
    url: options.url,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });
  const nowS = options.nowS ?? (() => Math.floor(Date.now() / 1000));
  const watch = options.watch ?? (() => {});
  const call: Call = (method, params, { signal } = {}) =>
    send(client, watch, method, params, {
      headers: { authorization: `Bearer ${encodeJwt(options.jwtSecret, nowS())}` },
      ...(signal === undefined ? {} : { signal }),
    });
  return { ...engineMethods(call, options.config), ...readMethods(call, options.config), close };

  async function close(): Promise<void> {
    client.close();
  }
}

type Call = (
  method: string,
  params: readonly unknown[],
  options?: AbortOptions,
) => Promise<unknown>;

type EngineMethods = Pick<
  EnginePort,
  'forkchoiceUpdated' | 'getPayload' | 'newPayload' | 'hasEngineApi'
>;
type ReadMethods = Pick<EnginePort, 'block' | 'storageRoot' | 'chainId'>;

function engineMethods(call: Call, config: HttpEngineOptions['config']): EngineMethods {
  const { forkTimes } = config;
  return {
    forkchoiceUpdated: async (state, attributes, options) => {
      const method = forkchoiceMethod(forkTimes, attributes?.timestamp);
      const json = attributes === undefined ? null : toAttributesJson(attributes);
      const answer = await refusalOfTx(call(method, [state, json], options));
      return decoded(method, () => fromForkchoiceJson(answer, attributes?.timestamp));
    },
    getPayload: async (build, options) => {
      const method = getPayloadMethod(forkTimes, build.timestamp);
      const answer = await call(method, [build.id], options);
      return decoded(method, () => provenEnvelope(config, answer));
    },
    newPayload: async ({ executionPayload, parentBeaconBlockRoot }, options) => {
      const method = newPayloadMethod(forkTimes, executionPayload.timestamp);
      const json = toPayloadJson(executionPayload);
      const root = parentBeaconBlockRoot ?? null;
      const params =
        method === 'engine_newPayloadV4'
          ? [json, [], root, []]
          : method === 'engine_newPayloadV3'
            ? [json, [], root]
            : [json];
      const answer = await call(method, params, options);
      return decoded(method, () => fromStatusJson(answer));
    },
    hasEngineApi: async (options) => {
      const forkchoice = forkchoiceMethod(forkTimes, undefined);
      if (await isServed(call, 'engine_exchangeCapabilities', [[forkchoice]], options)) return true;
      // Not every engine has that one. Without parameters this one changes nothing.
      return isServed(call, forkchoice, [], options);
    },
  };
}

/** JSON-RPC: the method does not exist. */
const METHOD_NOT_FOUND = -32601;

/** Whether there is such a method, whatever it thinks of its parameters. */
async function isServed(
  call: Call,
  method: string,
  params: readonly unknown[],
  options: AbortOptions | undefined,
): Promise<boolean> {
  try {
    await call(method, params, options);
    return true;
  } catch (error) {
    if (!(error instanceof EngineError) || error.rpcCode === undefined) throw error;
    return error.rpcCode !== METHOD_NOT_FOUND;
  }
}

function readMethods(call: Call, config: HttpEngineOptions['config']): ReadMethods {
  return {
    block: async (id, options) => {
      const [method, selector] = blockQuery(id);
      const answer = await nullIfAbsent(call(method, [selector, true], options));
      return answer === null ? undefined : decoded(method, () => fromBlockJson(config, answer));
    },
    storageRoot: async (address, blockHash, options): Promise<Hash> => {
      const answer = await call('eth_getProof', [address, [], blockHash], options);
      return decoded('eth_getProof', () =>
        readHash(toRecord(answer, 'account proof'), 'storageHash'),
      );
    },
    chainId: async (options) => {
      const answer = await call('eth_chainId', [], options);
      return decoded('eth_chainId', () => readQuantity({ answer }, 'answer'));
    },
  };
}

/**
 * Choice: goes by the words. op-geth before 1.101702 has no code of its own for attributes with a
 * transaction that does not decode. Batches can contain such a thing, so asking again would stop
 * the chain for good.
 */
async function refusalOfTx<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'rpc') throw error;
    if (!/transaction \d+ is not valid/.test(error.message)) throw error;
    throw new EngineError('invalidAttributes', error.message, { cause: error });
  }
}

/**
 * op-geth says with an error that it has no safe or finalized block yet, as it has none on a fresh
 * chain; other engines do so for any block that they lack. The words are those that op-node knows.
 */
async function nullIfAbsent(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'rpc' && ABSENT.test(error.message)) {
      return null;
    }
    throw error;
  }
}

const ABSENT = /(block|header) not found|unknown block/i;

/**
 * A payload that hashes to what it says. A damaged one would come back as INVALID, and be taken for
 * a block that the engine refuses.
 */
function provenEnvelope(config: HttpEngineOptions['config'], answer: unknown): PayloadEnvelope {
  const envelope = fromEnvelopeJson(answer);
  const { blockHash, blockNumber } = envelope.executionPayload;
  const found = headerHash(payloadHeader(config, envelope));
  if (found === blockHash) return envelope;
  const fields = `its fields give \`${found}\``;
  const message = `payload ${blockNumber}: expected \`${blockHash}\`, but ${fields}`;
  throw new DecodeError('blockHash', -1, message);
}

function blockQuery(id: BlockSelector): readonly [method: string, selector: string] {
  if ('hash' in id) return ['eth_getBlockByHash', id.hash];
  return ['eth_getBlockByNumber', 'number' in id ? toQuantity(id.number) : id.label];
}

function fromForkchoiceJson(answer: unknown, timestamp: bigint | undefined): ForkchoiceOutcome {
  const json = toRecord(answer, 'forkchoice answer');
  const status = fromStatusJson(json['payloadStatus']);
  if (timestamp === undefined || isAbsent(json, 'payloadId')) return { status, build: undefined };
  const id: Hex = readFixedHex(json, 'payloadId', 8);
  return { status, build: { id, timestamp } };
}

function fromStatusJson(answer: unknown): PayloadStatus {
  const json = toRecord(answer, 'payload status');
  switch (json['status']) {
    case 'VALID':
      return { type: 'valid' };
    case 'SYNCING':
    case 'ACCEPTED':
      return { type: 'syncing' };
    case 'INVALID':
    case 'INVALID_BLOCK_HASH':
      return {
        type: 'invalid',
        validationError: String(json['validationError'] ?? json['status']),
        latestValidHash: isAbsent(json, 'latestValidHash')
          ? undefined
          : readHash(json, 'latestValidHash'),
      };
    default: {
      const message = `expected a payload status, found \`${excerpt(String(json['status']))}\``;
      throw new DecodeError('payloadStatus', -1, message);
    }
  }
}

async function send(
  client: HttpClient,
  watch: CallWatch,
  method: string,
  params: readonly unknown[],
  options: AbortOptions & { readonly headers: Readonly<Record<string, string>> },
): Promise<unknown> {
  const startedMs = performance.now();
  try {
    const result = await rpcCall(client, { method, params }, options);
    watch(method, performance.now() - startedMs, undefined);
    return result;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    watch(method, performance.now() - startedMs, callFailure(error));
    throw toEngineError(method, error);
  }
}

function decoded<T>(method: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new EngineError('badAnswer', `${method}: ${error.message}`, { cause: error });
  }
}

const CODES: { readonly [code in TransportErrorCode]: EngineErrorCode } = {
  timeout: 'timeout',
  connection: 'connection',
  rateLimited: 'rpc',
  unauthorized: 'unauthorized',
  status: 'connection',
  tooLarge: 'badAnswer',
  badAnswer: 'badAnswer',
  rpc: 'rpc',
};

function toEngineError(method: string, cause: TransportError): EngineError {
  const { status } = cause;
  if (cause.code === 'rpc' && status !== undefined) {
    const code = engineErrorCode(status);
    return new EngineError(code, `${method}: ${cause.message}`, { rpcCode: status, cause });
  }
  const remedy =
    cause.code === 'unauthorized' ? '. Both sides must read the same JWT secret file' : '';
  return new EngineError(CODES[cause.code], `${method}: ${cause.message}${remedy}`, { cause });
}
