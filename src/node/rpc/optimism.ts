import { ZERO_HASH } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { EngineError } from '../../engine/errors.ts';
import type { PayloadEnvelope } from '../../protocol/executionPayload.ts';
import { toRollupConfigJson } from '../../protocol/rollupConfigJson.ts';
import type { RollupNode } from '../node.ts';
import { outputOf, readL2Ref } from '../outputs.ts';
import { plain, RPC_CODES, RpcError, type RpcMethods, readUint64, unary } from './rpcMethods.ts';
import { toBlockIdJson, toL2RefJson, toSyncStatusJson } from './statusJson.ts';

/** What the methods are told beside the node. */
export type OptimismOptions = {
  /** Like `v1.2.3-name`. */
  readonly version: string;
  /** False: `optimism_safeHeadAtL1Block` is refused, as nothing is kept on disk. */
  readonly hasSafeHeadDb: boolean;
};

/** The `optimism_` and `health_` methods. @spec protocol/node-surface.md 2.1 */
export function optimismMethods(
  node: RollupNode,
  { version, hasSafeHeadDb }: OptimismOptions,
): RpcMethods {
  return {
    optimism_syncStatus: plain(() => toSyncStatusJson(node)),
    optimism_rollupConfig: plain(() => toRollupConfigJson(node.options.config.rollup)),
    optimism_version: plain(() => version),
    health_status: plain(() => version),
    optimism_dependencySet: plain(() => {
      throw new RpcError(RPC_CODES.application, 'not found');
    }),
    optimism_outputAtBlock: unary(readUint64, (number) => outputAtBlock(node, number)),
    optimism_safeHeadAtL1Block: unary(readUint64, async (number) => {
      if (!hasSafeHeadDb) {
        const message = `failed to get safe head at l1 block 0x${number.toString(16)}`;
        throw new RpcError(RPC_CODES.application, `${message}: safe head database not enabled`);
      }
      const record = await node.options.safeHeads.at(number);
      if (record === undefined) throw new RpcError(RPC_CODES.application, 'not found');
      return { l1Block: toBlockIdJson(record.l1), safeHead: toBlockIdJson(record.l2) };
    }),
  };
}

const MAX_INT64 = (1n << 63n) - 1n;

async function outputAtBlock(node: RollupNode, number: bigint): Promise<JsonValue> {
  const envelope = await payloadAt(node, number);
  // Together with the block, so that no reorg slips between.
  const syncStatus = toSyncStatusJson(node);
  const { rollup } = node.options.config;
  const output = await outputOf(node.options.engine, rollup, envelope);
  return {
    version: ZERO_HASH,
    outputRoot: output.outputRoot,
    blockRef: toL2RefJson(readL2Ref(rollup, envelope)),
    withdrawalStorageRoot: output.messagePasserStorageRoot,
    stateRoot: output.stateRoot,
    syncStatus,
  };
}

async function payloadAt(node: RollupNode, number: bigint): Promise<PayloadEnvelope> {
  const where =
    'failed to get L2 block ref with sync status: failed to determine L2BlockRef of height ' +
    `${number}, could not get payload`;
  if (number > MAX_INT64) {
    const reason = 'invalid argument 0: block number larger than int64';
    throw new RpcError(RPC_CODES.application, `${where}: ${reason}`);
  }
  let envelope: PayloadEnvelope | undefined;
  try {
    envelope = await node.options.engine.block({ number });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new RpcError(RPC_CODES.application, `${where}: ${error.message}`);
  }
  if (envelope === undefined) throw new RpcError(RPC_CODES.application, `${where}: not found`);
  return envelope;
}
