/** Where a node stood at a moment. Heights are null while unknown. */
export type Sample = {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly unsafe: number | null;
  readonly safe: number | null;
  /** The L1 block being read. */
  readonly l1: number | null;
  readonly l1Head: number | null;
  /** Calls to L1 endpoints since the process began. */
  readonly l1Calls: number;
};

/** How fast a node goes. Rates are null while nothing can be said. */
export type SyncRate = {
  /** L2 blocks made safe each second. */
  readonly l2PerSecond: number | null;
  readonly l1PerSecond: number | null;
  readonly l1CallsPerSecond: number | null;
  /** L1 blocks not read yet. */
  readonly l1Left: number | null;
  /** Until L1 is read to its head, which moves on meanwhile; null when it is not coming nearer. */
  readonly secondsLeft: number | null;
};

/** Rates are those of the newest stretch of this length. */
const WINDOW_MS = 30_000;

/** Rates and the time left, from samples in order of time. */
export function syncRate(samples: readonly Sample[]): SyncRate {
  const last = samples.at(-1);
  if (last === undefined) return UNKNOWN;
  const first = samples.find(({ atMs }) => last.atMs - atMs <= WINDOW_MS) as Sample;
  const seconds = (last.atMs - first.atMs) / 1000;
  const rate = (from: number | null, to: number | null): number | null =>
    seconds === 0 || from === null || to === null || to < from ? null : (to - from) / seconds;
  const l1PerSecond = rate(first.l1, last.l1);
  const l1Left =
    last.l1 === null || last.l1Head === null ? null : Math.max(0, last.l1Head - last.l1);
  return {
    l2PerSecond: rate(first.safe, last.safe),
    l1PerSecond,
    l1CallsPerSecond: rate(first.l1Calls, last.l1Calls),
    l1Left,
    secondsLeft: secondsLeft(l1Left, l1PerSecond, rate(first.l1Head, last.l1Head)),
  };
}

const UNKNOWN: SyncRate = {
  l2PerSecond: null,
  l1PerSecond: null,
  l1CallsPerSecond: null,
  l1Left: null,
  secondsLeft: null,
};

function secondsLeft(
  left: number | null,
  perSecond: number | null,
  headPerSecond: number | null,
): number | null {
  if (left === 0) return 0;
  if (left === null || perSecond === null) return null;
  const gain = perSecond - (headPerSecond ?? 0);
  return gain <= 0 ? null : left / gain;
}
