/** OP Stack forks that derivation knows, oldest first. @spec protocol/derivation.md 0.3 */
export const FORKS = [
  'regolith',
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
  'jovian',
  'karst',
] as const;

/** Name of a fork. */
export type Fork = (typeof FORKS)[number];

/** Activation time of each fork in seconds; undefined means never. */
export type ForkTimes = { readonly [fork in Fork]: bigint | undefined };

/** True from the fork's activation time on. Which clock `time` is depends on the rule. */
export function isActive(times: ForkTimes, fork: Fork, time: bigint): boolean {
  const activation = times[fork];
  return activation !== undefined && time >= activation;
}

/**
 * True for the first L2 block at or after the fork's time. A fork active at genesis has no
 * activation block, because the block one `blockTime` earlier would have it active too.
 */
export function isActivationBlock(
  times: ForkTimes,
  fork: Fork,
  time: bigint,
  blockTime: bigint,
): boolean {
  return (
    isActive(times, fork, time) && time >= blockTime && !isActive(times, fork, time - blockTime)
  );
}

/** The newest fork active at `time`, or `bedrock`. */
export function newestFork(times: ForkTimes, time: bigint): Fork | 'bedrock' {
  for (let i = FORKS.length - 1; i >= 0; i--) {
    const fork = FORKS[i] as Fork;
    if (isActive(times, fork, time)) return fork;
  }
  return 'bedrock';
}
