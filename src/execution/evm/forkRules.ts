import { FORKS, type Fork } from '../../protocol/forks.ts';
import type { EvmFork } from './port.ts';

/** True when `fork` has the rules of `since`: forks are cumulative. */
export function hasRules(fork: EvmFork, since: Fork): boolean {
  return fork !== 'bedrock' && FORKS.indexOf(fork) >= FORKS.indexOf(since);
}

/** Longest inputs in bytes of precompiles whose cost in a fault proof is bounded. */
export type InputLimits = {
  readonly bn256Pairing: number | undefined;
  readonly g1Msm: number | undefined;
  readonly g2Msm: number | undefined;
  readonly blsPairing: number | undefined;
};

/**
 * Input limits of a fork: a longer input fails and takes all gas.
 *
 * @spec protocol/execution.md 4.2
 */
export function inputLimits(fork: EvmFork): InputLimits {
  const jovian = hasRules(fork, 'jovian');
  const bls = hasRules(fork, 'isthmus');
  return {
    bn256Pairing: hasRules(fork, 'karst')
      ? 57_600
      : jovian
        ? 81_984
        : hasRules(fork, 'granite')
          ? 112_687
          : undefined,
    g1Msm: bls ? (jovian ? 288_960 : 513_760) : undefined,
    g2Msm: bls ? (jovian ? 278_784 : 488_448) : undefined,
    blsPairing: bls ? (jovian ? 156_672 : 235_008) : undefined,
  };
}

/** Gas of P256VERIFY; undefined where there is no such precompile. */
export function p256VerifyGas(fork: EvmFork): bigint | undefined {
  if (hasRules(fork, 'karst')) return 6900n;
  return hasRules(fork, 'fjord') ? 3450n : undefined;
}
