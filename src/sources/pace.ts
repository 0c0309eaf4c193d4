// How many calls an endpoint takes. Learned from what it refuses, and forgotten slowly.
//
//   too many requests   half the requests at once; nothing is sent until it asked to be asked
//                       again, or for a growing pause; the rate falls under what was let through,
//                       but only where we had come near it: a refusal may have other reasons
//   batch refused       half the batch, and never again larger than that
//   batch broke         half the batch for a while
//   success             one request more at once, a little more rate, twice the batch

/** What may be sent to an endpoint now. Times are milliseconds of one clock. */
export type Pace = {
  /** HTTP requests at once. */
  readonly concurrency: number;
  /** Calls in one HTTP request. */
  readonly batchSize: number;
  /** A larger batch has been refused for its size. */
  readonly batchCeiling: number;
  /** Calls per second; Infinity where no limit is known. */
  readonly callsPerSecond: number;
  /** Nothing is sent before. */
  readonly pausedUntilMs: number;
  /** Refusals in a row. */
  readonly refusals: number;
  /** Calls that may be sent at `tokensAtMs` without waiting. */
  readonly tokens: number;
  readonly tokensAtMs: number;
  /** Good answers since the last change for the better. */
  readonly successes: number;
};

/** Upper bounds, from the operator's flags. */
export type PaceLimits = {
  readonly maxConcurrency: number;
  readonly maxBatchSize: number;
  /** Infinity: none. */
  readonly maxCallsPerSecond: number;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** Good requests before one more is sent at once. */
const SUCCESSES_PER_STEP = 8;
/** Of the rate, at each step. */
const RATE_GROWTH = 1.25;
/** A learned rate that has grown beyond this is forgotten. */
const FORGET_RATE = 1_000;
/** The lowest first guess; only refusals at this rate lower it further. Calls per second. */
const FIRST_RATE = 10;

/** As fast as the limits allow. */
export function startPace(limits: PaceLimits, nowMs: number): Pace {
  return {
    concurrency: limits.maxConcurrency,
    batchSize: limits.maxBatchSize,
    batchCeiling: limits.maxBatchSize,
    callsPerSecond: limits.maxCallsPerSecond,
    pausedUntilMs: 0,
    refusals: 0,
    tokens: Math.min(limits.maxBatchSize, Math.max(1, limits.maxCallsPerSecond)),
    tokensAtMs: nowMs,
    successes: 0,
  };
}

/** Calls that may be sent in one request now; 0 when none may. */
export function allowedCalls(pace: Pace, nowMs: number): number {
  if (nowMs < pace.pausedUntilMs) return 0;
  if (pace.callsPerSecond === Infinity) return pace.batchSize;
  return Math.min(pace.batchSize, Math.floor(refilled(pace, nowMs)));
}

/** Milliseconds until one call may be sent. */
export function waitMs(pace: Pace, nowMs: number): number {
  const paused = Math.max(0, pace.pausedUntilMs - nowMs);
  if (pace.callsPerSecond === Infinity) return paused;
  const missing = Math.max(0, 1 - refilled(pace, nowMs));
  return Math.max(paused, Math.ceil((missing / pace.callsPerSecond) * 1000));
}

/** After `calls` were sent. */
export function spend(pace: Pace, calls: number, nowMs: number): Pace {
  if (pace.callsPerSecond === Infinity) return pace;
  return { ...pace, tokens: refilled(pace, nowMs) - calls, tokensAtMs: nowMs };
}

/** After a request was answered. */
export function afterSuccess(pace: Pace, limits: PaceLimits): Pace {
  const successes = pace.successes + 1;
  if (successes < SUCCESSES_PER_STEP) return { ...pace, successes, refusals: 0 };
  const grown = pace.callsPerSecond * RATE_GROWTH;
  return {
    ...pace,
    successes: 0,
    refusals: 0,
    concurrency: Math.min(limits.maxConcurrency, pace.concurrency + 1),
    batchSize: Math.min(pace.batchCeiling, pace.batchSize * 2),
    callsPerSecond:
      grown > FORGET_RATE ? limits.maxCallsPerSecond : Math.min(limits.maxCallsPerSecond, grown),
  };
}

/**
 * After "too many requests".
 *
 * @param recentCalls  Calls answered during the last second: what the endpoint does take.
 * @param retryAfterMs What it asked for, where it did.
 */
export function afterRefusal(
  pace: Pace,
  recentCalls: number,
  retryAfterMs: number | undefined,
  nowMs: number,
): Pace {
  // Answers to requests sent before the pause began say nothing new.
  if (nowMs < pace.pausedUntilMs) return pace;
  const pauseMs = retryAfterMs ?? FIRST_PAUSE_MS * 2 ** Math.min(pace.refusals, 10);
  return {
    ...pace,
    concurrency: Math.max(1, pace.concurrency >> 1),
    callsPerSecond: learnedRate(pace.callsPerSecond, recentCalls),
    pausedUntilMs: nowMs + Math.min(pauseMs, LONGEST_PAUSE_MS),
    refusals: pace.refusals + 1,
    tokens: 1,
    tokensAtMs: nowMs,
    successes: 0,
  };
}

function learnedRate(rate: number, recentCalls: number): number {
  if (rate === Infinity) return Math.max(FIRST_RATE, recentCalls * 0.8);
  return recentCalls >= rate / 2 ? Math.max(1, rate * 0.7) : rate;
}

/** After a batch of `calls` was refused for its size, or was too much to answer. */
export function afterBatchRefusal(pace: Pace, calls: number): Pace {
  const batchSize = Math.max(1, Math.min(pace.batchSize, calls >> 1));
  return { ...pace, batchSize, batchCeiling: batchSize, successes: 0 };
}

/**
 * After a batch of `calls` got no complete answer: perhaps it was too much, perhaps the line broke.
 */
export function afterBrokenBatch(pace: Pace, calls: number): Pace {
  return { ...pace, batchSize: Math.max(1, Math.min(pace.batchSize, calls >> 1)), successes: 0 };
}

function refilled(pace: Pace, nowMs: number): number {
  const earned = ((nowMs - pace.tokensAtMs) / 1000) * pace.callsPerSecond;
  const burst = Math.max(1, Math.min(pace.batchSize, pace.callsPerSecond));
  return Math.min(burst, pace.tokens + earned);
}
