import { ZERO_HASH } from '../../src/base/bytes.ts';
import { encodeExtraData } from '../../src/protocol/extraData.ts';
import type { Fork } from '../../src/protocol/forks.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L1ChainConfig } from '../../src/protocol/l1ChainConfig.ts';
import { l1InfoTx } from '../../src/protocol/l1InfoTx.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import type { SystemConfig } from '../../src/protocol/systemConfig.ts';

const L1_CHAIN: L1ChainConfig = { chainId: 1n, blobSchedule: [] };

/** L1 origin of the blocks that `blockOf` makes. */
export const L1_ORIGIN: L1Block = {
  ref: { number: 105n, hash: `0x${'1b'.repeat(32)}`, parentHash: ZERO_HASH, timestamp: 1490n },
  baseFee: 7n,
  mixHash: ZERO_HASH,
  excessBlobGas: undefined,
  parentBeaconBlockRoot: undefined,
  inboxTxs: [],
  logs: [],
};

/** A config whose every field survives from Jovian on. */
export const FULL: SystemConfig = {
  batcherAddr: `0x${'ba'.repeat(20)}`,
  overhead: ZERO_HASH,
  scalar: `0x01${'00'.repeat(23)}000c5fc500000558`,
  gasLimit: 40_000_000n,
  eip1559Params: '0x000000fa00000006',
  operatorFeeParams: `0x${'00'.repeat(20)}0000abcd000000000000dcba`,
  minBaseFee: 1_000_000n,
  daFootprintGasScalar: 312,
};

/** A block that a chain with this config makes at time 1500 out of a system config. */
export function blockOf(
  config: RollupConfig,
  systemConfig: SystemConfig,
  changes: Partial<L2Block> = {},
): L2Block {
  const timestamp = changes.timestamp ?? 1500n;
  const isActive = (fork: Fork) => (config.forkTimes[fork] ?? timestamp + 1n) <= timestamp;
  const minBaseFee = isActive('jovian') ? systemConfig.minBaseFee : undefined;
  return {
    number: 250n,
    hash: `0x${'2b'.repeat(32)}`,
    parentHash: `0x${'2c'.repeat(32)}`,
    timestamp,
    gasLimit: systemConfig.gasLimit,
    extraData: isActive('holocene')
      ? encodeExtraData(systemConfig.eip1559Params, minBaseFee)
      : new Uint8Array(0),
    transactions: [
      l1InfoTx(config, L1_CHAIN, {
        systemConfig,
        sequenceNumber: 3n,
        l1: L1_ORIGIN,
        l2Time: timestamp,
      }),
    ],
    ...changes,
  };
}

/** The genesis of `rollupConfig`, with content that nobody may look at. */
export const GENESIS: L2Block = {
  number: 0n,
  hash: `0x${'2a'.repeat(32)}`,
  parentHash: ZERO_HASH,
  timestamp: 1000n,
  gasLimit: 1n,
  extraData: new Uint8Array(30),
  transactions: [],
};
