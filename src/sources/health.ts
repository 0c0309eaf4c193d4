import { performance } from 'node:perf_hooks';

/** How well an endpoint is, and how long it is left alone. */
export type Health = {
  /** Milliseconds until it may be asked again; 0 for now. */
  readonly restMs: () => number;
  /** Whether the last request failed and none has succeeded since. */
  readonly isUnsure: () => boolean;
  readonly succeeded: () => void;
  /** No answer at all: it rests, longer each time. */
  readonly failed: () => void;
  /** An answer was proven wrong: it rests, longer each time. */
  readonly distrust: () => void;
  /** An answer was proven right. */
  readonly trust: () => void;
  /** It lacks what others have: it rests for a moment. */
  readonly lags: () => void;
};

const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 10_000;

/** About the time in which one L1 node catches up with another. */
const LAG_REST_MS = 500;

/** Health of an endpoint that nobody has asked yet: good. */
export function createHealth(now: () => number = () => performance.now()): Health {
  let failuresInARow = 0;
  let liesInARow = 0;
  let restUntilMs = 0;
  const rest = (ms: number): void => {
    restUntilMs = Math.max(restUntilMs, now() + ms);
  };
  return {
    restMs: () => Math.max(0, restUntilMs - now()),
    isUnsure: () => failuresInARow > 0,
    succeeded: () => {
      failuresInARow = 0;
    },
    failed: () => rest(restAfter(failuresInARow++)),
    distrust: () => rest(restAfter(liesInARow++)),
    trust: () => {
      liesInARow = 0;
    },
    lags: () => rest(LAG_REST_MS),
  };
}

/** @param before How many in a row there were before this one. */
function restAfter(before: number): number {
  return Math.min(FIRST_REST_MS * 2 ** Math.min(before, 10), LONGEST_REST_MS);
}
