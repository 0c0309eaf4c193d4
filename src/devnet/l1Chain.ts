import type { L1ChainConfig } from '../protocol/l1ChainConfig.ts';

/**
 * Blob schedule of a development L1: Osaka from its first block, with the parameters of Prague.
 *
 * @spec EIP-7691
 */
export function devL1ChainConfig(chainId: bigint): L1ChainConfig {
  const osaka = { fork: 'osaka', time: 0n, target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n };
  return { chainId, blobSchedule: [osaka] };
}
