import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { EMPTY_BYTES, type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { encodeJsonExact } from '../../src/base/json.ts';
import type { DeriveConfig } from '../../src/derive/index.ts';
import { writeChannel } from '../../src/devnet/demo/modelBatcher.ts';
import { depositLog, type InboxPost } from '../../src/devnet/demo/modelL1.ts';
import { sequenceBlock, startSequencer } from '../../src/devnet/demo/modelSequencer.ts';
import { buildGenesis } from '../../src/devnet/genesis/buildGenesis.ts';
import { devL1ChainConfig } from '../../src/devnet/l1Chain.ts';
import { type ExecutionEngine, openEngine } from '../../src/execution/engine.ts';
import type { Genesis } from '../../src/execution/genesis.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { signL1Tx } from '../../src/l1Tx/l1Transaction.ts';
import type { Sidecar } from '../../src/l1Tx/sidecar.ts';
import { localSigner } from '../../src/l1Tx/signer.ts';
import { createKzg } from '../../src/native/kzg.ts';
import { encodeBlob } from '../../src/protocol/blob.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { toRollupConfigJson } from '../../src/protocol/rollupConfigJson.ts';
import { blobVersionedHash } from '../../src/protocol/versionedHash.ts';
import { l1BlockFromRpc } from '../../src/sources/verify.ts';
import { genesisOptions } from '../support/genesis.ts';
import { mineBlock, type MinedBlock, type MinedTx } from './minedL1.ts';

// An L1 with branches, and what a sequencer makes of each: recordings for reorgs that are served
// live. Everything follows from the parameters; a branch shares its blocks below the fork with the
// main chain because both are made in the same way.

/** What is to be made. */
export type BranchedOptions = {
  /** Blocks of the main chain above the rollup's genesis block. */
  readonly l1Blocks: number;
  /** How many blocks of the main chain each branch replaces. */
  readonly depths: readonly number[];
  /** How many blocks each branch goes on above the main chain's last. */
  readonly longer: number;
};

/** One chain of it: where its recording lies, and what a verifier must come to. */
export type Branch = {
  readonly folder: string;
  readonly lastL1: number;
  /** The last block that can be derived once everything is read. */
  readonly safe: { readonly number: bigint; readonly hash: Hash };
  /** The L2 chain up to there, block 1 first. */
  readonly l2: readonly L2Block[];
};

/** The main chain and its branches, by depth. */
export type BranchedChain = {
  readonly config: DeriveConfig;
  readonly genesis: Genesis;
  readonly main: Branch;
  readonly branches: ReadonlyMap<number, Branch>;
};

const FIRST_L1 = 1;
const FIRST_TIME = 1_700_000_000n;
const L1_BLOCK_TIME = 2n;
const BLOCK_TIME = 2n;
const L1_BLOCKS_PER_CHANNEL = 2;
const L1_CHAIN_ID = 900n;
const ETHER = 10n ** 18n;
/** Keys of nobody. */
const BATCHER = localSigner(`0x${'ba'.repeat(32)}`);
const DEPOSITOR = localSigner(`0x${'de'.repeat(32)}`);
const USERS = ['11', '22', '33'].map((byte) => localSigner(`0x${byte.repeat(32)}`));

/** Makes the chains and writes their recordings below `folder`. */
export async function recordBranches(
  folder: string,
  { l1Blocks, depths, longer }: BranchedOptions,
): Promise<BranchedChain> {
  const first = mineBlock(placeOf(FIRST_L1, ZERO_HASH, 0), []);
  const built = await buildGenesis({
    ...genesisOptions({ atGenesis: 'karst', until: 'karst', upgradeEvery: 0n }),
    l1Start: {
      number: BigInt(FIRST_L1),
      hash: first.block.hash,
      timestamp: FIRST_TIME,
    },
    l1ChainId: L1_CHAIN_ID,
    batcher: BATCHER.address,
    funded: new Map(USERS.map(({ address }) => [address, 1_000n * ETHER])),
    blockTime: BLOCK_TIME,
    seqWindowSize: 100n,
    channelTimeout: 40n,
  });
  const config = { rollup: built.rollup, l1Chain: devL1ChainConfig(L1_CHAIN_ID) };
  const kzg = createKzg();
  // Branches share most of their blobs, and a commitment takes 45 ms.
  const commitment = remembered((blob) => kzg.commitment(blob));
  const scene = { ...built, config, first, commitment };
  try {
    const last = FIRST_L1 + l1Blocks;
    const main = await recordBranch(scene, join(folder, 'main'), last, undefined);
    const rollupJson = encodeJsonExact(toRollupConfigJson(config.rollup));
    writeFileSync(join(folder, 'main', 'rollup.json'), rollupJson);
    const branches = new Map<number, Branch>();
    for (const depth of depths) {
      const fork = { above: last - depth, salt: depth };
      const path = join(folder, `fork-${depth}`);
      branches.set(depth, await recordBranch(scene, path, last + longer, fork));
    }
    return { config, genesis: scene.genesis, main, branches };
  } finally {
    await kzg.close();
  }
}

/** An engine with the genesis of the chains. */
export function branchedEngine({ genesis }: BranchedChain): Promise<ExecutionEngine> {
  return openEngine(genesis, memoryKeyValueStore());
}

type Commit = (blob: Uint8Array) => Promise<Uint8Array>;

function remembered(commit: Commit): Commit {
  const known = new Map<Hash, Promise<Uint8Array>>();
  return (blob) => {
    const key = keccak256Hex(blob);
    const found = known.get(key) ?? commit(blob);
    known.set(key, found);
    return found;
  };
}

type Fork = { readonly above: number; readonly salt: number };

type Scene = {
  readonly config: DeriveConfig;
  readonly genesis: Genesis;
  readonly first: MinedBlock;
  readonly commitment: Commit;
};

async function recordBranch(
  scene: Scene,
  folder: string,
  lastL1: number,
  fork: Fork | undefined,
): Promise<Branch> {
  const { config } = scene;
  const { rollup } = config;
  const engine = await openEngine(scene.genesis, memoryKeyValueStore());
  const fact = (mined: MinedBlock): L1Block =>
    l1BlockFromRpc({ config: rollup }, mined.block, mined.receipts);
  const l1 = [fact(scene.first)];
  const sequencer = startSequencer(config, engine, l1[0] as L1Block, USERS);
  const lines = fork === undefined ? [scene.first] : [];
  const nonces = { batcher: 0n, depositor: 0n };
  let l2: L2Block[] = [];
  let unbatched: L2Block[] = [];
  let channels = 0;
  for (let number = FIRST_L1 + 1; number <= lastL1; number++) {
    const isForked = fork !== undefined && number > fork.above;
    const txs: MinedTx[] = [];
    if (number % 3 === 0) txs.push(await depositTx(config, nonces, number));
    if (number % L1_BLOCKS_PER_CHANNEL === 0 && unbatched.length > 0) {
      const time = timeOf(number);
      const { posts } = writeChannel(rollup, BATCHER.address, unbatched, channels++, time);
      for (const post of posts) txs.push(await batcherTx(scene, nonces, post));
      l2 = [...l2, ...unbatched];
      unbatched = [];
    }
    const parentHash = (l1.at(-1) as L1Block).ref.hash;
    const mined = mineBlock(placeOf(number, parentHash, isForked ? fork.salt : 0), txs);
    l1.push(fact(mined));
    if (fork === undefined || isForked) lines.push(mined);
    while (sequencer.head.ref.timestamp + BLOCK_TIME < timeOf(number + 1)) {
      const next = l1[Number(sequencer.origin.ref.number) - FIRST_L1 + 1];
      unbatched.push(await sequenceBlock(sequencer, next));
    }
  }
  await engine.close();
  mkdirSync(folder, { recursive: true });
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(folder, 'l1.ndjson.gz'), gzipSync(text, { level: 1 }));
  const { number, hash } = l2.at(-1) as L2Block;
  return { folder, lastL1, safe: { number, hash }, l2 };
}

function timeOf(l1Number: number): bigint {
  return FIRST_TIME + L1_BLOCK_TIME * BigInt(l1Number - FIRST_L1);
}

function placeOf(number: number, parentHash: Hash, salt: number): Parameters<typeof mineBlock>[0] {
  return { number: BigInt(number), parentHash, timestamp: timeOf(number), salt };
}

const FEES = { tip: 1n, feeCap: 10n ** 11n, blobFeeCap: 10n ** 9n };

async function depositTx(
  { rollup }: DeriveConfig,
  nonces: { depositor: bigint },
  number: number,
): Promise<MinedTx> {
  const portal = rollup.depositContractAddress;
  const { address } = DEPOSITOR;
  const signed = await signL1Tx(
    {
      chainId: L1_CHAIN_ID,
      nonce: nonces.depositor++,
      fees: FEES,
      gas: 100_000n,
      to: portal,
      value: BigInt(number),
      data: EMPTY_BYTES,
      sidecar: undefined,
    },
    DEPOSITOR,
  );
  const log = depositLog(portal, { from: address, to: address, value: BigInt(number) });
  return { signed, logs: [log], sidecar: undefined };
}

async function batcherTx(
  { config, commitment }: Scene,
  nonces: { batcher: bigint },
  { form, pieces }: InboxPost,
): Promise<MinedTx> {
  const sidecar =
    form === 'blobs' ? await sidecarOf(commitment, pieces.map(encodeBlob)) : undefined;
  const signed = await signL1Tx(
    {
      chainId: L1_CHAIN_ID,
      nonce: nonces.batcher++,
      fees: FEES,
      gas: 1_000_000n,
      to: config.rollup.batchInboxAddress,
      value: 0n,
      data: form === 'blobs' ? EMPTY_BYTES : (pieces[0] as Uint8Array),
      sidecar,
    },
    BATCHER,
  );
  return { signed, logs: [], sidecar };
}

/** Without proofs: nobody here asks for one. */
async function sidecarOf(commit: Commit, blobs: readonly Uint8Array[]): Promise<Sidecar> {
  const commitments = await Promise.all(blobs.map(commit));
  const versionedHashes = commitments.map(blobVersionedHash);
  return { version: 1, blobs, commitments, proofs: [], versionedHashes };
}
