import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Hash } from '../../src/base/bytes.ts';
import { buildBlock, type ParentBlock } from '../../src/execution/buildBlock.ts';
import type { Evm } from '../../src/execution/evm/port.ts';
import { executeRecorded } from '../../src/execution/executeRecorded.ts';
import { applyGenesis, type Genesis } from '../../src/execution/genesis.ts';
import { parseGenesisJson } from '../../src/execution/genesisJson.ts';
import {
  parseRecordedBlock,
  parseWitness,
  type RecordedBlock,
} from '../../src/execution/recordedBlock.ts';
import { recoverSendersAhead } from '../../src/execution/sendersAhead.ts';
import { openState } from '../../src/execution/state/worldState.ts';
import { fromAttributesJson } from '../../src/protocol/executionPayloadJson.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';

/** A chain to execute from genesis. */
export type ChainWorkload = {
  readonly genesis: Genesis;
  readonly blocks: readonly PayloadAttributes[];
};

type Line = { readonly attributes?: unknown };

/** A recorded chain of the shared corpora. */
export function readChain(shared: string, name: string): ChainWorkload {
  const folder = join(shared, 'data/chains', name);
  const lines = readText(join(folder, 'l2.ndjson.gz')).trimEnd().split('\n').slice(1);
  return {
    genesis: parseGenesisJson(JSON.parse(readText(join(folder, 'genesis.json.gz')))),
    blocks: lines.map((line) => fromAttributesJson((JSON.parse(line) as Line).attributes)),
  };
}

/**
 * Makes the genesis of a chain. Calling what it gives, once, executes the blocks with nothing
 * around them: one state, no store. That gives the last block's hash. Transactions are told of in
 * pieces before their blocks come, as derivation does with those of a span.
 */
export function openChain(chain: ChainWorkload, evm: Evm): () => Promise<Hash> {
  const { genesis } = chain;
  const blocks = chain.blocks.map(unseen);
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  let parent: ParentBlock = applyGenesis(genesis, state);
  const hashes = [parent.hash];
  const builder = { config: genesis.config, evm };
  const blockHash = (number: bigint) => hashes[Number(number)];
  return async () => {
    for (const [i, attributes] of blocks.entries()) {
      const piece = i % TOLD_BLOCKS === 0 ? blocks.slice(i, i + TOLD_BLOCKS) : [];
      recoverSendersAhead(piece.flatMap(({ transactions }) => transactions));
      const outcome = await buildBlock(builder, parent, attributes, state, blockHash);
      if (outcome.type !== 'sealed') throw new Error(outcome.reason);
      parent = outcome.block;
      hashes.push(parent.hash);
    }
    return parent.hash;
  };
}

/** Blocks in a piece of `upcomingTransactions`. */
const TOLD_BLOCKS = 32;

/**
 * The same with transactions in arrays of their own. What the node knows of a transaction it knows
 * by the array, so that each run decodes all of them, as a node does that sees them once.
 */
function unseen(attributes: PayloadAttributes): PayloadAttributes {
  return { ...attributes, transactions: attributes.transactions.map((raw) => raw.slice()) };
}

/** A recorded real block with what it reads. */
export type RealBlock = {
  readonly folder: string;
  readonly recorded: RecordedBlock;
  readonly witness: ReadonlyMap<Hash, Uint8Array>;
};

/** The real blocks of the shared corpora. */
export function readRealBlocks(shared: string): readonly RealBlock[] {
  const root = join(shared, 'data/execution');
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'every-fork')
    .map(({ name }) => ({
      folder: name,
      recorded: parseRecordedBlock(JSON.parse(readText(join(root, name, 'fixture.json')))),
      witness: parseWitness(readText(join(root, name, 'witness.ndjson.gz'))),
    }));
}

/**
 * Calling what this gives, once, executes real blocks on their witnesses, each with the EVM of its
 * chain. That gives all their gas. Their transactions are told of together, as those of a span are.
 */
export function openReal(
  real: readonly RealBlock[],
  evmOf: (chainId: bigint) => Evm,
): () => Promise<bigint> {
  const blocks = real.map((block) => {
    const { recorded } = block;
    return { ...block, recorded: { ...recorded, attributes: unseen(recorded.attributes) } };
  });
  return async () => {
    recoverSendersAhead(blocks.flatMap(({ recorded }) => recorded.attributes.transactions));
    let gas = 0n;
    for (const { folder, recorded, witness } of blocks) {
      const { config } = recorded;
      const builder = { config, evm: evmOf(config.chainId) };
      const outcome = await executeRecorded(builder, recorded, witness, () => undefined);
      if (outcome.type !== 'equal') throw new Error(`${folder}: ${outcome.difference}`);
      gas += outcome.block.header.gasUsed;
    }
    return gas;
  };
}

function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
