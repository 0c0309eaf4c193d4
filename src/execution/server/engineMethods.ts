import { type Hash, type Hex, ZERO_HASH } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import type { PayloadAttributes } from '../../protocol/payloadAttributes.ts';
import type { ExecutionEngine } from '../engine.ts';
import { buildFromPool } from '../pool/buildFromPool.ts';
import type { TxPool } from '../pool/txPool.ts';
import type { BlockRecord } from '../store/records.ts';
import { readAttributes, readForkchoiceState, readPayload } from './engineParams.ts';
import { invalidStatus, SYNCING, toBodyJson, toPayloadAnswer, validStatus } from './engineJson.ts';
import {
  assertAttributesVersion,
  assertGetVersion,
  assertPayloadVersion,
  badAttributes,
  type ForkchoiceVersion,
  type GetPayloadVersion,
  type NewPayloadVersion,
} from './engineVersions.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { invalidParam, readHash, readQuantity, required, toFixedHex } from './params.ts';
import { payloadId } from './payloadId.ts';
import type { JsonObject } from './transactionJson.ts';

/** Builds that are remembered; the oldest goes first. */
const MAX_BUILDS = 16;

/** Blocks known to be invalid that are remembered. */
const MAX_INVALID_BLOCKS = 512;

/** Bodies of one request. */
const MAX_BODIES = 1024;

/** How the engine names itself. */
export type ClientVersion = { readonly version: string };

/**
 * The Engine API over the embedded engine.
 *
 * @spec protocol/execution.md 3.10 to 3.15
 */
export function engineMethods(
  engine: ExecutionEngine,
  pool: TxPool,
  { version }: ClientVersion,
): RpcMethods {
  const api: EngineApi = { engine, pool, builds: new Map(), invalid: new Map() };
  const methods: RpcMethods = {
    engine_forkchoiceUpdatedV1: (params) => forkchoiceUpdated(api, 1, params),
    engine_forkchoiceUpdatedV2: (params) => forkchoiceUpdated(api, 2, params),
    engine_forkchoiceUpdatedV3: (params) => forkchoiceUpdated(api, 3, params),
    engine_getPayloadV1: (params) => sealedPayload(api, 1, params),
    engine_getPayloadV2: (params) => sealedPayload(api, 2, params),
    engine_getPayloadV3: (params) => sealedPayload(api, 3, params),
    engine_getPayloadV4: (params) => sealedPayload(api, 4, params),
    engine_getPayloadV5: (params) => sealedPayload(api, 5, params),
    engine_newPayloadV1: (params) => newPayload(api, 1, params),
    engine_newPayloadV2: (params) => newPayload(api, 2, params),
    engine_newPayloadV3: (params) => newPayload(api, 3, params),
    engine_newPayloadV4: (params) => newPayload(api, 4, params),
    engine_getPayloadBodiesByHashV1: (params) => bodiesByHash(engine, params),
    engine_getPayloadBodiesByRangeV1: (params) => bodiesByRange(engine, params),
    engine_getClientVersionV1: () => [
      { code: 'HW', name: 'headwater', version, commit: '0x00000000' },
    ],
  };
  const capabilities = Object.keys(methods);
  return { ...methods, engine_exchangeCapabilities: () => capabilities };
}

type EngineApi = {
  readonly engine: ExecutionEngine;
  readonly pool: TxPool;
  readonly builds: Map<Hex, Build>;
  /** Bad blocks, and the newest good ancestor of each. */
  readonly invalid: Map<Hash, Hash | undefined>;
};

/** Attributes that were accepted, and what became of them. */
type Build = {
  readonly parent: BlockRecord;
  readonly attributes: PayloadAttributes;
  /** With `noTxPool` the block as built at once; else made when it is asked for, from the pool. */
  sealed: Promise<BlockRecord> | undefined;
};

async function forkchoiceUpdated(
  api: EngineApi,
  version: ForkchoiceVersion,
  params: readonly JsonValue[],
): Promise<JsonValue> {
  const { engine, invalid } = api;
  const heads = readForkchoiceState(required(params, 0));
  const wanted = readAttributes(params[1], (json, time) =>
    assertAttributesVersion(engine.config.forkTimes, version, json, time),
  );
  const answer = (payloadStatus: JsonObject, id: Hex | null = null): JsonValue => ({
    payloadStatus,
    payloadId: id,
  });
  if (heads.head === ZERO_HASH) return answer(invalidStatus('the head is zero', undefined));
  if (invalid.has(heads.head)) {
    return answer(invalidStatus('the head is known to be invalid', invalid.get(heads.head)));
  }
  const verdict = await engine.setForkchoice(heads);
  if (verdict.type === 'unknownHead') return answer(SYNCING);
  if (verdict.type === 'inconsistent') {
    const message = `Invalid forkchoice state: ${verdict.reason}`;
    throw new RpcError('invalidForkchoiceState', message, { err: verdict.reason });
  }
  const status = validStatus(heads.head);
  if (wanted === undefined) return answer(status);
  const id = payloadId(heads.head, wanted, version);
  if (!api.builds.has(id)) await startBuild(api, id, verdict.head, wanted);
  return answer(status, id);
}

/** Executes the forced list now, so that bad attributes are told at once. */
async function startBuild(
  api: EngineApi,
  id: Hex,
  parent: BlockRecord,
  attributes: PayloadAttributes,
): Promise<void> {
  const outcome = await api.engine.build(parent.hash, attributes);
  if (outcome.type === 'unknownParent') throw new RpcError('internal', 'the head is gone');
  if (outcome.type === 'invalid') throw badAttributes(outcome.reason);
  const sealed = attributes.noTxPool ? Promise.resolve(outcome.block) : undefined;
  remember(api.builds, id, { parent, attributes, sealed }, MAX_BUILDS);
}

async function sealedPayload(
  api: EngineApi,
  version: GetPayloadVersion,
  params: readonly JsonValue[],
): Promise<JsonValue> {
  const id = toFixedHex(required(params, 0), 8, 0);
  const build = api.builds.get(id);
  if (build === undefined) throw new RpcError('unknownPayload', 'Unknown payload');
  assertGetVersion(api.engine.config.forkTimes, version, build.attributes.timestamp);
  build.sealed ??= sealFromPool(api, build);
  return toPayloadAnswer(api.engine.config, await build.sealed, version);
}

async function sealFromPool(
  { engine, pool }: EngineApi,
  { parent, attributes }: Build,
): Promise<BlockRecord> {
  const outcome = await buildFromPool(engine, pool, parent.hash, attributes);
  if (outcome.type === 'sealed') return outcome.block;
  throw new RpcError('unknownPayload', 'Unknown payload');
}

async function newPayload(
  api: EngineApi,
  version: NewPayloadVersion,
  params: readonly JsonValue[],
): Promise<JsonValue> {
  const { engine, invalid } = api;
  const { envelope, fault } = readPayload(params, version, (json, time) =>
    assertPayloadVersion(engine.config.forkTimes, version, json, time, params.slice(1)),
  );
  const { blockHash, parentHash } = envelope.executionPayload;
  if (fault !== undefined) return invalidStatus(fault, undefined);
  for (const bad of [blockHash, parentHash]) {
    if (!invalid.has(bad)) continue;
    const latestValidHash = invalid.get(bad);
    remember(invalid, blockHash, latestValidHash, MAX_INVALID_BLOCKS);
    return invalidStatus('links to a block that is known to be invalid', latestValidHash);
  }
  const outcome = await engine.insert(envelope);
  if (outcome.type === 'valid') return validStatus(blockHash);
  if (outcome.type === 'unknownParent') return SYNCING;
  const { reason, latestValidHash } = outcome;
  // Without an ancestor the hash itself was wrong: the block that has it may be another, good one.
  if (latestValidHash !== undefined) {
    remember(invalid, blockHash, latestValidHash, MAX_INVALID_BLOCKS);
  }
  return invalidStatus(reason, latestValidHash);
}

function bodiesByHash(engine: ExecutionEngine, params: readonly JsonValue[]): JsonValue {
  const list = required(params, 0);
  if (!Array.isArray(list)) throw invalidParam(0, 'expected a list of hashes');
  assertBodyCount(BigInt(list.length));
  const bodies = list.map((_, i) => engine.block(readHash(list as readonly JsonValue[], i)));
  return bodies.map((block) => (block === undefined ? null : toBodyJson(block)));
}

function bodiesByRange(engine: ExecutionEngine, params: readonly JsonValue[]): JsonValue {
  const start = readQuantity(params, 0);
  const count = readQuantity(params, 1);
  if (start === 0n || count === 0n) {
    throw new RpcError('invalidParams', `invalid start or count, start: ${start} count: ${count}`);
  }
  assertBodyCount(count);
  const bodies: JsonValue[] = [];
  for (let number = start; number < start + count; number++) {
    const block = engine.blockByNumber(number);
    if (block === undefined) break;
    bodies.push(toBodyJson(block));
  }
  return bodies;
}

function assertBodyCount(count: bigint): void {
  if (count <= MAX_BODIES) return;
  const message = `Too large request: ${count} bodies, at most ${MAX_BODIES}`;
  throw new RpcError('tooLargeRequest', message);
}

/** Sets a key as the newest; beyond `limit` the oldest goes. */
function remember<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > limit) map.delete(map.keys().next().value as K);
}
