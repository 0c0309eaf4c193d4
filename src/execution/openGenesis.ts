import type { EngineParts } from './engineCore.ts';
import { applyGenesis, type Genesis } from './genesis.ts';
import { openState } from './state/worldState.ts';
import {
  canonicalChange,
  firstHeads,
  headsChange,
  identityChange,
  otherData,
} from './store/chainStore.ts';
import type { BlockRecord } from './store/records.ts';

/**
 * The genesis block, which is stored with its state and the chain's identity when the store is
 * empty.
 *
 * @throws ConfigError when the store belongs to another chain.
 */
export async function openGenesis(
  genesis: Genesis,
  { store, chain, tree, keeper }: EngineParts,
): Promise<BlockRecord> {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const made = applyGenesis(genesis, state);
  const block: BlockRecord = { ...made, transactions: [], receipts: [] };
  const { chainId } = genesis.config;
  const found = chain.identity();
  if (found === undefined) {
    tree.add(block, state.newCode);
    keeper.adopt(block.hash, state);
    await store.write([
      identityChange({ chainId, genesisHash: block.hash }),
      headsChange(firstHeads(block.hash)),
      canonicalChange(block.header.number, block.hash),
      ...tree.unstored(block.hash),
      ...keeper.flush(block),
    ]);
    tree.stored(block.hash);
    return block;
  }
  if (found.chainId !== chainId || found.genesisHash !== block.hash) {
    const accepted = `the data of chain ${chainId} with genesis \`${block.hash}\``;
    const other = `that of chain ${found.chainId} with genesis \`${found.genesisHash}\``;
    throw otherData(store, accepted, other);
  }
  return block;
}
