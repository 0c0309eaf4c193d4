import type { ForkTimes } from '../protocol/forks.ts';
import type { ChainOpConfig, RollupConfig } from '../protocol/rollupConfig.ts';

/** What executing blocks needs to know of a chain. */
export type ExecutionConfig = {
  readonly chainId: bigint;
  readonly forkTimes: ForkTimes;
  readonly chainOpConfig: ChainOpConfig;
};

/** The part of a rollup config that execution needs. */
export function toExecutionConfig(config: RollupConfig): ExecutionConfig {
  const { l2ChainId: chainId, forkTimes, chainOpConfig } = config;
  return { chainId, forkTimes, chainOpConfig };
}
