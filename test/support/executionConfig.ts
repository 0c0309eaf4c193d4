import type { EvmFork } from '../../src/execution/evm/port.ts';
import type { ExecutionConfig } from '../../src/execution/executionConfig.ts';
import { FORKS, type ForkTimes } from '../../src/protocol/forks.ts';

/** Chain 901 with every fork up to `fork` active from time 0, and the later ones never. */
export function configAt(fork: EvmFork): ExecutionConfig {
  const last = fork === 'bedrock' ? -1 : FORKS.indexOf(fork);
  const times = FORKS.map((name, i) => [name, i <= last ? 0n : undefined] as const);
  return {
    chainId: 901n,
    forkTimes: Object.fromEntries(times) as ForkTimes,
    chainOpConfig: {
      eip1559Elasticity: 6n,
      eip1559Denominator: 50n,
      eip1559DenominatorCanyon: 250n,
    },
  };
}
