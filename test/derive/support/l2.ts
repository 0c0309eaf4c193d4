import { bigintToMinimalBytes, ZERO_HASH } from '../../../src/base/bytes.ts';
import { encodeRlp } from '../../../src/base/rlp.ts';
import { buildAttributes } from '../../../src/derive/attributesBuilder.ts';
import { type DeriveConfig, nullBlock, type SafeHead } from '../../../src/derive/index.ts';
import type { L2BlockRef } from '../../../src/protocol/ids.ts';
import type { L1Block } from '../../../src/protocol/l1Block.ts';
import type { L2Block } from '../../../src/protocol/l2Block.ts';
import { l2BlockRef } from '../../../src/protocol/l2BlockRef.ts';
import { systemConfigOfL2Block } from '../../../src/protocol/systemConfigOfL2Block.ts';
import { L1_GENESIS } from './l1.ts';

/** One L2 block to make: number of its L1 origin, and its user transactions. */
export type BlockPlan = { readonly epoch: number; readonly txs?: readonly Uint8Array[] };

/** The genesis block of a chain. */
export function genesisOf({ rollup }: DeriveConfig): L2Block {
  const { l2, l2Time, systemConfig } = rollup.genesis;
  return {
    ...l2,
    parentHash: ZERO_HASH,
    timestamp: l2Time,
    gasLimit: systemConfig.gasLimit,
    extraData: new Uint8Array(0),
    transactions: [],
  };
}

/**
 * What an honest sequencer builds: genesis and one block for each plan, made by the null engine.
 * Index is block number less genesis number.
 */
export function honestChain(
  config: DeriveConfig,
  l1: readonly L1Block[],
  plans: readonly BlockPlan[],
): L2Block[] {
  const chain = [genesisOf(config)];
  for (const { epoch, txs = [] } of plans) {
    const parent = headAt(config, chain.at(-1) as L2Block);
    const origin = l1[epoch - L1_GENESIS] as L1Block;
    const built = buildAttributes(config, parent, origin, txs);
    if (built.type !== 'built') throw new RangeError(`cannot build: ${built.message}`);
    chain.push(nullBlock(config.rollup, parent.ref, built.attributes));
  }
  return chain;
}

/** A block as the safe head to ask from. */
export function headAt({ rollup }: DeriveConfig, block: L2Block): SafeHead {
  return { ref: l2BlockRef(rollup, block), systemConfig: systemConfigOfL2Block(rollup, block) };
}

/** Reference of a block. */
export function refOf({ rollup }: DeriveConfig, block: L2Block): L2BlockRef {
  return l2BlockRef(rollup, block);
}

/**
 * Plans for `count` blocks that move to the next L1 origin as soon as its time allows, each with
 * one transaction that tells it apart.
 */
export function steadyPlans(
  { rollup }: DeriveConfig,
  l1: readonly L1Block[],
  count: number,
): BlockPlan[] {
  let epoch = 0;
  return Array.from({ length: count }, (_, i) => {
    const timestamp = rollup.genesis.l2Time + rollup.blockTime * BigInt(i + 1);
    const following = l1[epoch + 1];
    if (following !== undefined && following.ref.timestamp <= timestamp) epoch += 1;
    return { epoch: L1_GENESIS + epoch, txs: [userTx(i + 1)] };
  });
}
/** A well-formed unprotected legacy transaction with nonce `nonce`. */
export function userTx(nonce: number): Uint8Array {
  const word = new Uint8Array(32).fill(1);
  const number = Uint8Array.of(1);
  const to = new Uint8Array(20).fill(7);
  const data = Uint8Array.of(nonce & 0xff, nonce >> 8);
  return encodeRlp([
    bigintToMinimalBytes(BigInt(nonce)),
    number,
    number,
    to,
    number,
    data,
    Uint8Array.of(27),
    word,
    word,
  ]);
}
