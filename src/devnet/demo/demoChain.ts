import type { Address } from '../../base/bytes.ts';
import type { DeriveConfig } from '../../derive/index.ts';
import { openEngine } from '../../execution/engine.ts';
import type { Genesis } from '../../execution/genesis.ts';
import { memoryKeyValueStore } from '../../execution/store/keyValueStore.ts';
import { FORKS } from '../../protocol/forks.ts';
import type { L1Block } from '../../protocol/l1Block.ts';
import type { L1ChainConfig } from '../../protocol/l1ChainConfig.ts';
import type { L2Block } from '../../protocol/l2Block.ts';
import { localSigner, type Signer } from '../../l1Tx/signer.ts';
import type { L1Contracts } from '../l1Contracts.ts';
import {
  buildGenesis,
  type BuiltGenesis,
  DEFAULT_CHAIN_OP_CONFIG,
} from '../genesis/buildGenesis.ts';
import { type PostedChannel, writeChannel } from './modelBatcher.ts';
import { configLog, depositLog, L1_BLOCK_TIME, type L1Content, mineL1Block } from './modelL1.ts';
import { sequenceBlock, startSequencer } from './modelSequencer.ts';

/** A small chain through every fork, made in memory: the L1, and what a verifier must derive. */
export type DemoChain = {
  readonly config: DeriveConfig;
  readonly genesis: Genesis;
  /** From the rollup's genesis L1 block on. */
  readonly l1: readonly L1Block[];
  /** What the sequencer built, block 1 first. */
  readonly l2: readonly L2Block[];
  readonly channels: readonly PostedChannel[];
  readonly deposits: number;
  readonly configUpdates: number;
};

const GENESIS_TIME = 1_700_000_000n;
const UPGRADE_EVERY = 36n;
const L1_BLOCKS = 40;
const L1_BLOCKS_PER_CHANNEL = 3;
const BLOCK_TIME = 2n;
const ETHER = 10n ** 18n;
const BATCHER: Address = '0xba7c4e0000000000000000000000000000000001';
const DEPOSITOR: Address = '0xde90517000000000000000000000000000000001';
const OWNER: Address = '0x0e0e000000000000000000000000000000000001';

/** Keys of the demo's users: worth nothing anywhere else. */
const USER_KEYS = [1, 2, 3].map((i) => `0x${String(i).repeat(64)}`);

const L1_CHAIN: L1ChainConfig = {
  chainId: 900n,
  blobSchedule: [
    { fork: 'cancun', time: 0n, target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n },
    { fork: 'prague', time: 0n, target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n },
  ],
};

/**
 * Builds the demo's chain: an L1 of 40 blocks with deposits, config updates and every form of
 * batch, and the L2 blocks that a sequencer made meanwhile, a fork every 18 of them.
 */
export async function buildDemoChain(): Promise<DemoChain> {
  const users = USER_KEYS.map(localSigner);
  const first = mineL1Block(undefined, GENESIS_TIME, { inbox: [], logs: [] });
  const { genesis, rollup } = await demoGenesis(first, users);
  const config: DeriveConfig = { rollup, l1Chain: L1_CHAIN };
  const engine = await openEngine(genesis, memoryKeyValueStore());
  const sequencer = startSequencer(config, engine, first, users);
  const l1 = [first];
  const l2: L2Block[] = [];
  const channels: PostedChannel[] = [];
  let unbatched: L2Block[] = [];
  for (let index = 1; index < L1_BLOCKS; index++) {
    const time = GENESIS_TIME + L1_BLOCK_TIME * BigInt(index);
    const isBatched = index % L1_BLOCKS_PER_CHANNEL === 0 && unbatched.length > 0;
    const channel = isBatched
      ? writeChannel(rollup, BATCHER, unbatched, channels.length, time)
      : undefined;
    if (channel !== undefined) {
      channels.push(channel);
      unbatched = [];
    }
    const logs = scriptedLogs(rollup.depositContractAddress, rollup.l1SystemConfigAddress, index);
    const block = mineL1Block(l1.at(-1), GENESIS_TIME, { inbox: channel?.posts ?? [], logs });
    l1.push(block);
    if (index === L1_BLOCKS - 1) break;
    while (sequencer.head.ref.timestamp + BLOCK_TIME < block.ref.timestamp + L1_BLOCK_TIME) {
      const made = await sequenceBlock(sequencer, l1[Number(sequencer.origin.ref.number)]);
      l2.push(made);
      unbatched.push(made);
    }
  }
  await engine.close();
  const derivable = l2.slice(0, l2.length - unbatched.length);
  const deposits = countLogs(l1, rollup.depositContractAddress);
  const configUpdates = countLogs(l1, rollup.l1SystemConfigAddress);
  return { config, genesis, l1, l2: derivable, channels, deposits, configUpdates };
}

function countLogs(l1: readonly L1Block[], contract: Address): number {
  return l1.flatMap(({ logs }) => logs).filter(({ address }) => address === contract).length;
}

/** Who deposits and what the chain's owner changes, by L1 block. */
function scriptedLogs(portal: Address, systemConfig: Address, index: number): L1Content['logs'] {
  const value = BigInt(index) * (ETHER / 10n);
  const deposit = depositLog(portal, { from: DEPOSITOR, to: DEPOSITOR, value });
  if (index === 8) return [configLog(systemConfig, 2n, 40_000_000n)];
  if (index === 28) return [deposit, configLog(systemConfig, 4n, (100n << 32n) | 4n)];
  if (index === 32) return [configLog(systemConfig, 5n, (1_000n << 64n) | 7n)];
  return index % 4 === 1 ? [deposit] : [];
}

async function demoGenesis(first: L1Block, users: readonly Signer[]): Promise<BuiltGenesis> {
  const last = FORKS.at(-1) as (typeof FORKS)[number];
  return buildGenesis({
    l1Start: first.ref,
    l1ChainId: L1_CHAIN.chainId,
    l1Contracts: demoContracts(),
    l2ChainId: 901n,
    batchInbox: '0xff00000000000000000000000000000000000901',
    batcher: BATCHER,
    gasLimit: 30_000_000n,
    baseFeeScalar: 1_368,
    blobBaseFeeScalar: 810_949,
    owner: OWNER,
    funded: new Map(users.map(({ address }) => [address, 1_000n * ETHER])),
    blockTime: BLOCK_TIME,
    seqWindowSize: 20n,
    channelTimeout: 10n,
    maxSequencerDrift: 600n,
    schedule: { atGenesis: 'bedrock', until: last, upgradeEvery: UPGRADE_EVERY },
    chainOpConfig: DEFAULT_CHAIN_OP_CONFIG,
  });
}

function demoContracts(): L1Contracts {
  const at = (index: number): Address => `0x11${'0'.repeat(37)}${index}`;
  return {
    superchainConfig: at(1),
    systemConfig: at(2),
    optimismPortal: at(3),
    l2OutputOracle: at(4),
    l1CrossDomainMessenger: at(5),
    l1StandardBridge: at(6),
    l1ERC721Bridge: at(7),
    optimismMintableERC20Factory: at(8),
  };
}
