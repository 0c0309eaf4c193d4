import type { Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import type { BlockId, L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { parseRollupConfig } from '../protocol/rollupConfigJson.ts';
import { l2BlockFromRpc } from '../protocol/rpcBlock.ts';
import { type JsonRecord, readHash, toQuantity, toRecord } from '../protocol/rpcJson.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';

/** Heads as a rollup node tells them. Unknown ones are zero. */
export type RollupStatus = {
  /** L1 block up to which everything has been derived. */
  readonly currentL1: L1BlockRef;
  readonly headL1: L1BlockRef;
  readonly unsafeL2: L2BlockRef;
  readonly safeL2: L2BlockRef;
  /** Safe by L1 data alone; nodes that do not tell it have no other safety. */
  readonly localSafeL2: L2BlockRef;
  readonly finalizedL2: L2BlockRef;
};

/** An output root, and where the node stood when it told it. */
export type OutputAtBlock = {
  readonly outputRoot: Hash;
  readonly block: BlockId;
  readonly stateRoot: Hash;
  readonly withdrawalStorageRoot: Hash;
  readonly status: RollupStatus;
};

/** What roles ask a rollup node. All throw TransportError, DecodeError or the signal's reason. */
export type RollupClient = {
  readonly syncStatus: (options?: AbortOptions) => Promise<RollupStatus>;
  readonly outputAtBlock: (number: bigint, options?: AbortOptions) => Promise<OutputAtBlock>;
  readonly rollupConfig: (options?: AbortOptions) => Promise<RollupConfig>;
  readonly sequencerActive: (options?: AbortOptions) => Promise<boolean>;
};

/** A rollup node over JSON-RPC. */
export function createRollupClient(http: HttpClient): RollupClient {
  const call = (method: string, params: readonly unknown[], options: AbortOptions = {}) =>
    rpcCall(http, { method, params }, options);
  return {
    syncStatus: async (options) => toStatus(await call('optimism_syncStatus', [], options)),
    outputAtBlock: async (number, options) => {
      const answer = await call('optimism_outputAtBlock', [toQuantity(number)], options);
      return toOutput(answer, number);
    },
    rollupConfig: async (options) =>
      parseRollupConfig(await call('optimism_rollupConfig', [], options), () => {}),
    sequencerActive: async (options) => (await call('admin_sequencerActive', [], options)) === true,
  };
}

/**
 * The L2 block of that number from an execution client, proven by its own hash; undefined where it
 * has none.
 */
export async function readL2Block(
  http: HttpClient,
  number: bigint,
  options: AbortOptions = {},
): Promise<L2Block | undefined> {
  const params = [toQuantity(number), true];
  const answer = await rpcCall(http, { method: 'eth_getBlockByNumber', params }, options);
  return answer === null ? undefined : l2BlockFromRpc(answer);
}

function toStatus(answer: unknown): RollupStatus {
  const status = toRecord(answer, 'sync status');
  const safeL2 = toL2Ref(status, 'safe_l2');
  return {
    currentL1: toL1Ref(status, 'current_l1'),
    headL1: toL1Ref(status, 'head_l1'),
    unsafeL2: toL2Ref(status, 'unsafe_l2'),
    safeL2,
    localSafeL2: 'local_safe_l2' in status ? toL2Ref(status, 'local_safe_l2') : safeL2,
    finalizedL2: toL2Ref(status, 'finalized_l2'),
  };
}

/** Bad caches exist: an answer of another version or about another block is refused. */
function toOutput(answer: unknown, wanted: bigint): OutputAtBlock {
  const output = toRecord(answer, 'output');
  const block = toBlockId(toRecord(output['blockRef'], 'blockRef'));
  if (BigInt(readHash(output, 'version')) !== 0n) {
    throw new DecodeError('outputVersion', -1, 'output: expected version 0, found another');
  }
  if (block.number !== wanted) {
    const message = `output: expected that of block ${wanted}, found that of ${block.number}`;
    throw new DecodeError('outputBlock', -1, message);
  }
  return {
    outputRoot: readHash(output, 'outputRoot'),
    block,
    stateRoot: readHash(output, 'stateRoot'),
    withdrawalStorageRoot: readHash(output, 'withdrawalStorageRoot'),
    status: toStatus(output['syncStatus']),
  };
}

function toL1Ref(status: JsonRecord, key: string): L1BlockRef {
  const ref = toRecord(status[key], key);
  return {
    ...toBlockId(ref),
    parentHash: readHash(ref, 'parentHash'),
    timestamp: readInteger(ref, 'timestamp'),
  };
}

function toL2Ref(status: JsonRecord, key: string): L2BlockRef {
  const ref = toRecord(status[key], key);
  return {
    ...toL1Ref(status, key),
    l1Origin: toBlockId(toRecord(ref['l1origin'], 'l1origin')),
    sequenceNumber: readInteger(ref, 'sequenceNumber'),
  };
}

function toBlockId(ref: JsonRecord): BlockId {
  return { number: readInteger(ref, 'number'), hash: readHash(ref, 'hash') };
}

/** Rollup nodes write heights and times as plain JSON numbers. */
function readInteger(record: JsonRecord, key: string): bigint {
  const value = record[key];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  const message = `field \`${key}\`: expected an integer, found ${JSON.stringify(value)}`;
  throw new DecodeError('jsonField', -1, message);
}
