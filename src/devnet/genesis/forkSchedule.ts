import { ConfigError } from '../../base/errors.ts';
import { FORKS, type Fork, type ForkTimes } from '../../protocol/forks.ts';

/** When the forks of a new chain activate, in seconds after its genesis. */
export type ForkSchedule = {
  /** This fork and all before it are active at genesis. */
  readonly atGenesis: Fork | 'bedrock';
  /** The last fork that activates at all. */
  readonly until: Fork | 'bedrock';
  /** Seconds between two forks behind `atGenesis`; a whole number of L2 blocks. */
  readonly upgradeEvery: bigint;
};

/** Names of the forks a schedule may have, oldest first. */
export const SCHEDULE_FORKS: readonly (Fork | 'bedrock')[] = ['bedrock', ...FORKS];

/**
 * Activation times of a schedule. Forks active at genesis have time 0, as the reference writes it.
 *
 * @throws ConfigError when `until` is before `atGenesis`, or two forks would share a block.
 */
export function forkTimesOf(schedule: ForkSchedule, l2Time: bigint, blockTime: bigint): ForkTimes {
  const first = SCHEDULE_FORKS.indexOf(schedule.atGenesis);
  const last = SCHEDULE_FORKS.indexOf(schedule.until);
  if (last < first) {
    throw new ConfigError('until', schedule.until, `a fork not before ${schedule.atGenesis}`);
  }
  const { upgradeEvery } = schedule;
  // Isthmus and Jovian in one block give attributes that execution clients refuse.
  if (last > first && (upgradeEvery < blockTime || upgradeEvery % blockTime !== 0n)) {
    const accepted = `a positive multiple of the block time (${blockTime} s)`;
    throw new ConfigError('upgradeEvery', `${upgradeEvery} s`, accepted);
  }
  const times = FORKS.map((fork, i): [Fork, bigint | undefined] => {
    const position = i + 1;
    if (position <= first) return [fork, 0n];
    if (position > last) return [fork, undefined];
    return [fork, l2Time + BigInt(position - first) * upgradeEvery];
  });
  return Object.fromEntries(times) as ForkTimes;
}
