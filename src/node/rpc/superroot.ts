import { bigintToBytes, concatBytes, type Hash, hexToBytes, ZERO_HASH } from '../../base/bytes.ts';
import { keccak256Hex } from '../../base/hash.ts';
import type { JsonValue } from '../../base/json.ts';
import type { BlockId } from '../../protocol/ids.ts';
import type { RollupNode } from '../node.ts';
import { outputOf } from '../outputs.ts';
import { RPC_CODES, RpcError, type RpcMethods, readUint64, unary } from './rpcMethods.ts';
import { toBlockIdJson } from './statusJson.ts';

/** The `superroot_` namespace. @spec protocol/node-surface.md 2.5 */
export function superrootMethods(node: RollupNode): RpcMethods {
  return { superroot_atTimestamp: unary(readUint64, (time) => atTimestamp(node, time)) };
}

async function atTimestamp(node: RollupNode, time: bigint): Promise<JsonValue> {
  const { rollup } = node.options.config;
  const { genesis, blockTime } = rollup;
  if (time < genesis.l2Time) {
    const message = `target block number for timestamp ${time}: did not reach genesis time`;
    throw new RpcError(RPC_CODES.application, `${message} (${genesis.l2Time}) yet`);
  }
  const number = genesis.l2.number + (time - genesis.l2Time) / blockTime;
  const heads = node.heads();
  const currentL1 = node.driver.status().currentL1 ?? { hash: ZERO_HASH, number: 0n };
  const chainId = rollup.l2ChainId.toString();
  const common = {
    current_l1: toBlockIdJson(currentL1),
    safe_timestamp: heads?.safeHead.timestamp ?? 0n,
    local_safe_timestamp: heads?.safeHead.timestamp ?? 0n,
    finalized_timestamp: heads?.finalizedHead.timestamp ?? 0n,
  };
  const isSafe = heads !== undefined && number <= heads.safeHead.number;
  const envelope = isSafe ? await node.options.engine.block({ number }) : undefined;
  if (envelope === undefined) {
    return { ...common, optimistic_at_timestamp: {}, chain_ids: [chainId] };
  }
  const output = await outputOf(node.options.engine, rollup, envelope);
  const requiredL1 = await requiredL1Of(node, { number, hash: output.blockHash });
  const { stateRoot, messagePasserStorageRoot, blockHash } = output;
  return {
    ...common,
    optimistic_at_timestamp: {
      [chainId]: {
        output: { stateRoot, messagePasserStorageRoot, blockHash },
        output_root: output.outputRoot,
        required_l1: toBlockIdJson(requiredL1),
      },
    },
    chain_ids: [chainId],
    data: {
      verified_required_l1: toBlockIdJson(requiredL1),
      super: {
        timestamp: `0x${time.toString(16)}`,
        chains: [{ ChainID: chainId, Output: output.outputRoot }],
      },
      super_root: superRoot(time, rollup.l2ChainId, output.outputRoot),
    },
  };
}

/** The L1 block at which an L2 block became safe. Genesis was from the beginning. */
async function requiredL1Of(node: RollupNode, block: BlockId): Promise<BlockId> {
  const { safeHeads, config } = node.options;
  if (block.number === config.rollup.genesis.l2.number) return { hash: ZERO_HASH, number: 0n };
  const record = await safeHeads.firstWithL2(block.number);
  const before = record === undefined ? undefined : await safeHeads.at(record.l1.number - 1n);
  // Without an earlier record nobody knows whether it was safe before.
  if (record !== undefined && before !== undefined) return record.l1;
  const what = `l1AtSafeHead@${block.hash}:${block.number}`;
  throw new RpcError(RPC_CODES.application, `${what}: l1 at safe head history unavailable`);
}

function superRoot(time: bigint, chainId: bigint, output: Hash): Hash {
  const [version, word] = [Uint8Array.of(1), bigintToBytes(chainId, 32)];
  return keccak256Hex(concatBytes(version, bigintToBytes(time, 8), word, hexToBytes(output)));
}
