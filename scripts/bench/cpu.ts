import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** CPU seconds of one call: the median of `rounds`, each of `callsPerRound` calls. */
export function cpuSeconds(call: () => void, callsPerRound: number, rounds = 7): number {
  const samples = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage();
    for (let i = 0; i < callsPerRound; i++) call();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6 / callsPerRound;
  });
  return samples.toSorted((a, b) => a - b)[rounds >> 1] as number;
}

/** Starts a watch that tells the seconds of processor time since now. */
export function cpuStopwatch(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}

/** Collects all garbage, so that what is timed next does not pay for what was before it. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
