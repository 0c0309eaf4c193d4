import type { Hash } from '../../src/base/bytes.ts';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { type RpcReply } from './servedEngine.ts';

/** Sends one call with a token and gives what came back. */
export type EngineCall = (method: string, ...params: readonly unknown[]) => Promise<RpcReply>;

/** Attributes as recorded JSON; only what picks the method is read here. */
export type AttributesJson = {
  readonly timestamp: string;
  readonly withdrawals?: unknown;
  readonly parentBeaconBlockRoot?: unknown;
};

/** A payload as `engine_getPayload` gives it. */
type PayloadAnswer = {
  readonly executionPayload: { readonly blockHash: Hash; readonly withdrawalsRoot?: Hash };
  readonly parentBeaconBlockRoot?: Hash;
};

/**
 * Has an engine build, check and adopt one block, the way a rollup node does, knowing nothing but
 * the Engine API.
 *
 * @returns Hash of the block, now head and safe.
 */
export async function driveBlock(
  call: EngineCall,
  parent: Hash,
  attributes: AttributesJson,
  getVersion: number,
): Promise<Hash> {
  const heads = (head: Hash) => ({
    headBlockHash: head,
    safeBlockHash: head,
    finalizedBlockHash: ZERO_HASH,
  });
  const forkchoice = `engine_forkchoiceUpdatedV${forkchoiceVersion(attributes)}`;
  const started = resultOf<Forkchoice>(await call(forkchoice, heads(parent), attributes));
  expectValid(started.payloadStatus);
  const got = await call(`engine_getPayloadV${getVersion}`, started.payloadId);
  const { executionPayload, parentBeaconBlockRoot } = resultOf<PayloadAnswer>(got);
  const put =
    executionPayload.withdrawalsRoot !== undefined
      ? call('engine_newPayloadV4', executionPayload, [], parentBeaconBlockRoot, [])
      : parentBeaconBlockRoot !== undefined
        ? call('engine_newPayloadV3', executionPayload, [], parentBeaconBlockRoot)
        : call('engine_newPayloadV2', executionPayload);
  expectValid(resultOf<Status>(await put));
  const { blockHash } = executionPayload;
  const adopted = await call('engine_forkchoiceUpdatedV3', heads(blockHash), null);
  expectValid(resultOf<Forkchoice>(adopted).payloadStatus);
  return blockHash;
}

/** The version that goes with the fields of recorded attributes. */
export function forkchoiceVersion(attributes: AttributesJson): 2 | 3 {
  return attributes.parentBeaconBlockRoot === undefined ? 2 : 3;
}

type Status = { readonly status: string; readonly validationError: string | null };
type Forkchoice = { readonly payloadStatus: Status; readonly payloadId: string | null };

function expectValid({ status, validationError }: Status): void {
  if (status === 'VALID') return;
  throw new Error(`expected VALID, found ${status}: ${validationError}`);
}

function resultOf<T>(reply: RpcReply): T {
  if (reply.error !== undefined) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return reply.result as T;
}
