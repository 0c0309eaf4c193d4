import type { L1ContractOptions } from '../../src/devnet/l1Contracts.ts';
import { rpc } from './anvil.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';

/** Contracts of a small chain: an output every 5 L2 blocks, 6 seconds until it is final. */
export function l1ContractOptions(l1Url: string): L1ContractOptions {
  return {
    l1Url,
    deployerKey: devAccount(0).key,
    batcher: devAccount(1).address,
    proposer: devAccount(2).address,
    challenger: devAccount(0).address,
    unsafeBlockSigner: devAccount(3).address,
    batchInbox: '0xff00000000000000000000000000000000000901',
    gasLimit: 60_000_000n,
    baseFeeScalar: 1368,
    blobBaseFeeScalar: 810_949,
    l2BlockTime: 2n,
    submissionIntervalL2Blocks: 5n,
    finalizationPeriod: 6n,
    mine: () => rpc(l1Url, 'evm_mine', []),
  };
}
