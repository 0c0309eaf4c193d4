import type { L2BlockRef } from './ids.ts';
import type { L1Info } from './l1Info.ts';
import type { L2Block } from './l2Block.ts';
import type { RollupConfig } from './rollupConfig.ts';
import type { SystemConfig } from './systemConfig.ts';
import { assertGenesis, l1InfoOfL2Block, systemConfigOf } from './systemConfigOfL2Block.ts';

/**
 * Reference of an L2 block: its L1 origin and sequence number come from its L1 attributes, for
 * genesis from the rollup config.
 *
 * @throws DecodeError when the block is a genesis of another chain, or its first transaction is
 *         not the L1 attributes its time asks for.
 * @spec protocol/derivation-2-attributes-engine.md 9.5
 */
export function l2BlockRef(config: RollupConfig, block: L2Block): L2BlockRef {
  return block.number === config.genesis.l2.number
    ? genesisRef(config, block)
    : refOf(block, l1InfoOfL2Block(config, block));
}

/**
 * Reference and system config of an L2 block at once, its L1 attributes decoded only once.
 *
 * @throws DecodeError as `l2BlockRef` and `systemConfigOfL2Block`.
 */
export function l2Head(
  config: RollupConfig,
  block: L2Block,
): { readonly ref: L2BlockRef; readonly systemConfig: SystemConfig } {
  if (block.number === config.genesis.l2.number) {
    return { ref: genesisRef(config, block), systemConfig: config.genesis.systemConfig };
  }
  const info = l1InfoOfL2Block(config, block);
  return { ref: refOf(block, info), systemConfig: systemConfigOf(config, block, info) };
}

function genesisRef(config: RollupConfig, block: L2Block): L2BlockRef {
  assertGenesis(config, block);
  const { number, hash, parentHash, timestamp } = block;
  const l1Origin = config.genesis.l1;
  return { number, hash, parentHash, timestamp, l1Origin, sequenceNumber: 0n };
}

function refOf({ number, hash, parentHash, timestamp }: L2Block, info: L1Info): L2BlockRef {
  const l1Origin = { number: info.number, hash: info.hash };
  return { number, hash, parentHash, timestamp, l1Origin, sequenceNumber: info.sequenceNumber };
}
