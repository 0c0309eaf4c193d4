import { readFileSync } from 'node:fs';

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

/**
 * Starts a watch that tells the seconds of processor time of this thread alone since now: without
 * the threads that collect garbage, compile, and recover senders. Where the system does not tell
 * them apart, those of the whole process. It goes by ticks of a few milliseconds.
 */
export function threadStopwatch(): () => number {
  const start = threadSeconds();
  if (start === undefined) return cpuStopwatch();
  return () => (threadSeconds() ?? start) - start;
}

function threadSeconds(): number | undefined {
  try {
    const [nanoseconds] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(nanoseconds) / 1e9;
  } catch {
    return undefined;
  }
}
