import { countZeros } from '../base/bytes.ts';
import type { EvmFork } from './evm/port.ts';
import { hasRules } from './evm/forkRules.ts';
import type { AccessListEntry } from './transaction.ts';

/** Longest creation data in bytes, from Canyon on (EIP-3860). */
export const MAX_INIT_CODE_BYTES = 49_152;

/** No transaction costs less: that of one that only transfers. */
export const LEAST_TX_GAS = 21_000n;

/** The parts of a transaction that cost gas before it runs. */
export type IntrinsicParts = {
  readonly isCreation: boolean;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessListEntry[];
  readonly authorizationCount: number;
};

/** Gas that a transaction costs before it runs, and the least it costs in the end. */
export type IntrinsicGas = {
  readonly intrinsic: bigint;
  /** EIP-7623, from Isthmus on; else 0. */
  readonly floor: bigint;
};

/** @spec protocol/execution.md 1.3, 2.2 */
export function intrinsicGas(fork: EvmFork, parts: IntrinsicParts): IntrinsicGas {
  const { data, accessList } = parts;
  const zeros = countZeros(data);
  const tokens = zeros + 4 * (data.length - zeros);
  let gas = (parts.isCreation ? 53_000 : 21_000) + 4 * tokens;
  if (parts.isCreation && hasRules(fork, 'canyon')) gas += 2 * Math.ceil(data.length / 32);
  for (const { slots } of accessList) gas += 2400 + 1900 * slots.length;
  gas += 25_000 * parts.authorizationCount;
  const floor = hasRules(fork, 'isthmus') ? 21_000 + 10 * tokens : 0;
  return { intrinsic: BigInt(gas), floor: BigInt(floor) };
}
