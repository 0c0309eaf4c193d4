import { Session } from 'node:inspector/promises';

/** Parts of a program's time. */
export type Shares = ReadonlyMap<string, number>;

/** A part and the files that it is in; a stack belongs to the part of its innermost match. */
export type Part = readonly [name: string, file: RegExp, functionName?: RegExp];

const SAMPLE_MICROSECONDS = 500;

/**
 * Runs `work` under V8's sampling profiler.
 *
 * @returns what `work` gave, and the part of the samples that each part has: 0 to 1. Time without
 *          JavaScript on the stack, like that of the garbage collector, goes by V8's own names.
 */
export async function profiled<T>(
  parts: readonly Part[],
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly shares: Shares }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
  await session.post('Profiler.start');
  const value = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const parents = new Map<number, number>();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  for (const { id, children } of profile.nodes) {
    for (const child of children ?? []) parents.set(child, id);
  }
  const partOf = (id: number): string => {
    const leaf = nodes.get(id)?.callFrame.functionName ?? '';
    if (leaf === '(idle)' || leaf === '(program)') return leaf;
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { url, functionName } = nodes.get(at)?.callFrame ?? { url: '', functionName: '' };
      const part = parts.find(
        ([, file, name]) => file.test(url) && (name?.test(functionName) ?? true),
      );
      if (part !== undefined) return part[0];
    }
    return leaf === '(garbage collector)' ? leaf : 'the rest';
  };
  const counts = new Map<string, number>();
  let total = 0;
  for (const sample of profile.samples ?? []) {
    const part = partOf(sample);
    if (part === '(idle)') continue;
    counts.set(part, (counts.get(part) ?? 0) + 1);
    total += 1;
  }
  return { value, shares: new Map([...counts].map(([part, count]) => [part, count / total])) };
}

/** Mean of the shares of several runs of the same. */
export function meanShares(runs: readonly Shares[]): Shares {
  const parts = new Set(runs.flatMap((shares) => [...shares.keys()]));
  const sum = (part: string): number =>
    runs.reduce((total, shares) => total + (shares.get(part) ?? 0), 0);
  return new Map([...parts].map((part) => [part, sum(part) / runs.length]));
}

/** Shares for people, the largest first. */
export function sharesLine(shares: Shares): string {
  return [...shares]
    .toSorted(([, a], [, b]) => b - a)
    .filter(([, share]) => share >= 0.005)
    .map(([part, share]) => `${part} ${(share * 100).toFixed(0)} %`)
    .join(', ');
}
