import type { L2BlockRef } from './ids.ts';
import type { L2Block } from './l2Block.ts';
import type { RollupConfig } from './rollupConfig.ts';
import { assertGenesis, l1InfoOfL2Block } from './systemConfigOfL2Block.ts';

/**
 * Reference of an L2 block: its L1 origin and sequence number come from its L1 attributes, for
 * genesis from the rollup config.
 *
 * @throws DecodeError when the block is a genesis of another chain, or its first transaction is
 *         not the L1 attributes its time asks for.
 * @spec protocol/derivation-2-attributes-engine.md 9.5
 */
export function l2BlockRef(config: RollupConfig, block: L2Block): L2BlockRef {
  const { number, hash, parentHash, timestamp } = block;
  if (number === config.genesis.l2.number) {
    assertGenesis(config, block);
    const l1Origin = config.genesis.l1;
    return { number, hash, parentHash, timestamp, l1Origin, sequenceNumber: 0n };
  }
  const info = l1InfoOfL2Block(config, block);
  const l1Origin = { number: info.number, hash: info.hash };
  return { number, hash, parentHash, timestamp, l1Origin, sequenceNumber: info.sequenceNumber };
}
