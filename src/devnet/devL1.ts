import type { Address, Hash } from '../base/bytes.ts';
import { createHttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import { startTogether } from '../transport/startTogether.ts';
import { type Anvil, startAnvil } from './anvil.ts';
import { type ServedKzg, startBeaconShim } from './beaconShim.ts';
import { createBlobShelf } from './blobShelf.ts';
import { DEV_ROLES, devAccount } from './devAccounts.ts';
import {
  buildGenesis,
  type BuiltGenesis,
  DEFAULT_CHAIN_OP_CONFIG,
} from './genesis/buildGenesis.ts';
import type { ForkSchedule } from './genesis/forkSchedule.ts';
import { deployL1Contracts, type L1Contracts } from './l1Contracts.ts';
import { startL1Front } from './l1Front.ts';

/** What a devnet's L1 and chain are like. */
export type DevL1Options = {
  readonly l1ChainId: bigint;
  /** Seconds of wall clock and of chain time. */
  readonly l1BlockTime: number;
  readonly l2ChainId: bigint;
  /** Seconds. */
  readonly l2BlockTime: bigint;
  readonly schedule: ForkSchedule;
  /** L1 blocks. */
  readonly seqWindowSize: bigint;
  readonly submissionIntervalL2Blocks: bigint;
  /** Seconds. */
  readonly finalizationPeriod: bigint;
  /** L1 blocks between head and `safe`, and between `safe` and `finalized`. */
  readonly epochL1Blocks: number;
  /** For `blob_sidecars`, which nodes of before 2026 ask for. */
  readonly kzg?: ServedKzg;
  /** Binary of the L1; found by itself when left out. */
  readonly anvil?: string;
};

/** A running L1 with the contracts of one rollup, and that rollup's genesis. */
export type DevL1 = BuiltGenesis & {
  readonly rpcUrl: string;
  readonly beaconUrl: string;
  readonly contracts: L1Contracts;
  /** A blob of its transactions; undefined when it is too old. */
  readonly blob: (versionedHash: Hash) => Uint8Array | undefined;
  /** Where anvil itself listens, for what a real L1 cannot be asked. */
  readonly anvilUrl: string;
  /** Settles when the L1 ends, asked to or not. */
  readonly exited: Anvil['exited'];
  readonly stop: () => Promise<void>;
};

/** 128 KiB each. */
const MAX_BLOBS = 512;

/** L1 blocks made before the clock starts: contracts in two, the oracle in a third. */
const BLOCKS_BEFORE_START = 3;

const ETHER = 10n ** 18n;
const FUNDED_ACCOUNTS = 10;
const CHAIN = { gasLimit: 60_000_000n, baseFeeScalar: 1368, blobBaseFeeScalar: 810_949 } as const;

/**
 * Starts an L1, deploys a rollup's contracts, builds its genesis, and sets the L1's clock going.
 * The contracts' blocks are in the past, so that head and wall clock agree when this returns.
 *
 * @param now Seconds since 1970.
 * @throws As `startAnvil` and `deployL1Contracts`. Everything is stopped again on every path.
 */
export async function startDevL1(
  options: DevL1Options,
  now: number,
  { signal }: { signal?: AbortSignal } = {},
): Promise<DevL1> {
  return startTogether(async (started) => {
    const anvil = await startAnvil(
      {
        ...(options.anvil === undefined ? {} : { binary: options.anvil }),
        chainId: Number(options.l1ChainId),
        mining: { type: 'manual' },
        timestamp: now - BLOCKS_BEFORE_START * options.l1BlockTime,
        epochL1Blocks: options.epochL1Blocks,
      },
      signal === undefined ? {} : { signal },
    );
    started.add(anvil.stop);
    const shelf = createBlobShelf(MAX_BLOBS);
    const front = await startL1Front({ anvilUrl: anvil.url, shelf });
    started.add(front.stop);
    const beacon = await startBeaconShim({
      l1Url: anvil.url,
      shelf,
      secondsPerSlot: options.l1BlockTime,
      ...(options.kzg === undefined ? {} : { kzg: options.kzg }),
    });
    started.add(beacon.stop);
    signal?.throwIfAborted();
    const chain = await foundChain(options, anvil.url);
    return {
      ...chain,
      rpcUrl: front.url,
      beaconUrl: beacon.url,
      blob: shelf.blob,
      anvilUrl: anvil.url,
      exited: anvil.exited,
      stop: started.stop,
    };
  });
}

/** Contracts and genesis; afterwards the L1 makes blocks by itself. */
async function foundChain(
  options: DevL1Options,
  url: string,
): Promise<BuiltGenesis & { readonly contracts: L1Contracts }> {
  const { deployer, batcher, proposer, sequencer } = devRoleAddresses();
  const batchInbox: Address = `0xff${options.l2ChainId.toString().padStart(38, '0')}`;
  const http = createHttpClient({ url: new URL(url), timeoutMs: 60_000 });
  const ask = async (method: string, params: readonly unknown[]): Promise<void> => {
    await rpcCall(http, { method, params });
  };
  try {
    await ask('anvil_setBlockTimestampInterval', [options.l1BlockTime]);
    const { contracts, start } = await deployL1Contracts({
      ...CHAIN,
      l1Url: url,
      deployerKey: devAccount(DEV_ROLES.deployer).key,
      batcher,
      proposer,
      challenger: deployer,
      unsafeBlockSigner: sequencer,
      batchInbox,
      l2BlockTime: options.l2BlockTime,
      submissionIntervalL2Blocks: options.submissionIntervalL2Blocks,
      finalizationPeriod: options.finalizationPeriod,
      mine: () => ask('evm_mine', []),
    });
    const built = await buildGenesis({
      ...CHAIN,
      l1Start: start,
      l1ChainId: options.l1ChainId,
      l1Contracts: contracts,
      l2ChainId: options.l2ChainId,
      batchInbox,
      batcher,
      owner: deployer,
      funded: devFunds(),
      blockTime: options.l2BlockTime,
      seqWindowSize: options.seqWindowSize,
      channelTimeout: 300n,
      maxSequencerDrift: 600n,
      schedule: options.schedule,
      chainOpConfig: DEFAULT_CHAIN_OP_CONFIG,
    });
    await ask('evm_setIntervalMining', [options.l1BlockTime]);
    return { ...built, contracts };
  } finally {
    http.close();
  }
}

/** Who does what in a devnet. Their keys are known to everybody. */
function devRoleAddresses(): { readonly [role in keyof typeof DEV_ROLES]: Address } {
  const address = (role: keyof typeof DEV_ROLES): Address => devAccount(DEV_ROLES[role]).address;
  return {
    deployer: address('deployer'),
    batcher: address('batcher'),
    proposer: address('proposer'),
    sequencer: address('sequencer'),
  };
}

/** Accounts with ether on a devnet's L2: the same as on its L1. Wei. */
export function devFunds(): ReadonlyMap<Address, bigint> {
  const indexes = Array.from({ length: FUNDED_ACCOUNTS }, (_, index) => index);
  return new Map(indexes.map((index) => [devAccount(index).address, 10_000n * ETHER]));
}
