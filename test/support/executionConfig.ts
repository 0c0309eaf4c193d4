import type { EvmFork } from '../../src/execution/evm/port.ts';
import type { ExecutionConfig } from '../../src/execution/executionConfig.ts';
import { forksUpTo } from './rollupConfig.ts';

/** Chain 901 with every fork up to `fork` active from time 0, and the later ones never. */
export function configAt(fork: EvmFork): ExecutionConfig {
  return {
    chainId: 901n,
    forkTimes: forksUpTo(fork),
    chainOpConfig: {
      eip1559Elasticity: 6n,
      eip1559Denominator: 50n,
      eip1559DenominatorCanyon: 250n,
    },
  };
}
