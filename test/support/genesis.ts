import type { GenesisOptions } from '../../src/devnet/genesis/buildGenesis.ts';
import { DEFAULT_CHAIN_OP_CONFIG } from '../../src/devnet/genesis/buildGenesis.ts';
import type { ForkSchedule } from '../../src/devnet/genesis/forkSchedule.ts';
import { l1ContractAddresses } from '../../src/devnet/l1Contracts.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';

const ETHER = 10n ** 18n;

/** A small new chain with ten funded accounts. */
export function genesisOptions(schedule: ForkSchedule): GenesisOptions {
  return {
    l1Start: { number: 4n, hash: `0x${'11'.repeat(32)}`, timestamp: 1_700_000_000n },
    l1ChainId: 900n,
    l1Contracts: l1ContractAddresses(devAccount(0).address),
    l2ChainId: 901n,
    batchInbox: '0xff00000000000000000000000000000000000901',
    batcher: devAccount(1).address,
    gasLimit: 60_000_000n,
    baseFeeScalar: 1368,
    blobBaseFeeScalar: 810_949,
    owner: devAccount(0).address,
    funded: new Map([[devAccount(5).address, 10_000n * ETHER]]),
    blockTime: 2n,
    seqWindowSize: 100n,
    channelTimeout: 300n,
    maxSequencerDrift: 600n,
    schedule,
    chainOpConfig: DEFAULT_CHAIN_OP_CONFIG,
  };
}
