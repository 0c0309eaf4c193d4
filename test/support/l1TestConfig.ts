import { bytesToHex, type Address, ZERO_HASH } from '../../src/base/bytes.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { rollupConfig, SYSTEM_CONFIG } from './rollupConfig.ts';

const address = (byte: number): Address => bytesToHex(new Uint8Array(20).fill(byte));

/** Every fork from the start; addresses of one repeated byte. */
export const L1_TEST_CONFIG: RollupConfig = rollupConfig('karst', {
  genesis: {
    l1: { number: 0n, hash: ZERO_HASH },
    l2: { number: 0n, hash: ZERO_HASH },
    l2Time: 1_700_000_000n,
    systemConfig: {
      ...SYSTEM_CONFIG,
      batcherAddr: address(0xba),
      overhead: ZERO_HASH,
      scalar: ZERO_HASH,
    },
  },
  l1ChainId: 1n,
  l2ChainId: 10n,
  batchInboxAddress: address(0xff),
  depositContractAddress: address(0xde),
});
