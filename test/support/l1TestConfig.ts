import { bytesToHex, type Address, ZERO_HASH } from '../../src/base/bytes.ts';
import { FORKS, type ForkTimes } from '../../src/protocol/forks.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';

const address = (byte: number): Address => bytesToHex(new Uint8Array(20).fill(byte));

/** Every fork from the start; addresses of one repeated byte. */
export const L1_TEST_CONFIG: RollupConfig = {
  genesis: {
    l1: { number: 0n, hash: ZERO_HASH },
    l2: { number: 0n, hash: ZERO_HASH },
    l2Time: 1_700_000_000n,
    systemConfig: {
      batcherAddr: address(0xba),
      overhead: ZERO_HASH,
      scalar: ZERO_HASH,
      gasLimit: 30_000_000n,
      eip1559Params: '0x0000000000000000',
      operatorFeeParams: ZERO_HASH,
      minBaseFee: 0n,
      daFootprintGasScalar: 0,
    },
  },
  blockTime: 2n,
  maxSequencerDrift: 600n,
  seqWindowSize: 3600n,
  channelTimeout: 300n,
  l1ChainId: 1n,
  l2ChainId: 10n,
  forkTimes: Object.fromEntries(FORKS.map((fork) => [fork, 0n])) as ForkTimes,
  pectraBlobScheduleTime: undefined,
  keepKarstUpgradeGas: false,
  batchInboxAddress: address(0xff),
  depositContractAddress: address(0xde),
  l1SystemConfigAddress: address(0x5c),
  chainOpConfig: {
    eip1559Elasticity: 6n,
    eip1559Denominator: 50n,
    eip1559DenominatorCanyon: 250n,
  },
  spanBatchV2Time: undefined,
};
