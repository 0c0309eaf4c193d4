import { type AbortOptions, sleep } from '../transport/abort.ts';
import type { OpenWait, Waits } from '../transport/waits.ts';
import type { Endpoint } from './endpoint.ts';
import { SourceError } from './errors.ts';

/**
 * Several endpoints that should say the same. The first one that is well is asked; the others
 * when it fails, lies, or does not have what was asked for.
 */
export type Pool = {
  readonly endpoints: readonly Endpoint[];
  /**
   * Runs `attempt` against one endpoint after another until one gives a value.
   *
   * @param attempt Throws SourceError where the endpoint's answer is not good; undefined where
   *                the endpoint has nothing.
   * @returns Undefined when an endpoint said it has nothing and none gave a value.
   * @throws  SourceError of the last endpoint, when all failed; or the signal's reason.
   */
  readonly ask: <T>(
    attempt: (endpoint: Endpoint) => Promise<T | undefined>,
    options?: AbortOptions,
  ) => Promise<T | undefined>;
  readonly close: () => void;
};

/** Rounds of one question in which every endpoint only said "slower". */
const MAX_PACE_ROUNDS = 20;

/**
 * @param endpoints At least one, the preferred ones first.
 * @param waits     Where it is listed that all of them want fewer calls.
 */
export function createPool(endpoints: readonly Endpoint[], waits: Waits): Pool {
  let slowed: OpenWait | undefined;
  let slowedCalls = 0;
  /** One wait for all calls that are held back: there may be hundreds. */
  const holdBack = async (error: SourceError, options: AbortOptions): Promise<void> => {
    const restMs = shortestRest(endpoints);
    slowed ??= waits.begin('an L1 endpoint to allow more calls', 'ask again, more slowly');
    slowedCalls += 1;
    const nextActionAtMs = Date.now() + restMs;
    slowed.update({ tries: slowedCalls, lastError: error.message, nextActionAtMs });
    await sleep(restMs, options);
  };
  const goOn = (): void => {
    slowed?.end();
    slowed = undefined;
    slowedCalls = 0;
  };
  return {
    endpoints,
    ask: async (attempt, options = {}) => {
      for (let round = 0; ; round++) {
        const outcome = await askRound(endpoints, attempt, options);
        const isSlowed = outcome.type === 'failed' && outcome.error.code === 'rateLimited';
        if (!isSlowed) goOn();
        if (outcome.type === 'value') return outcome.value;
        if (outcome.type === 'nothing') return undefined;
        if (!isSlowed || round === MAX_PACE_ROUNDS) throw outcome.error;
        await holdBack(outcome.error, options);
      }
    },
    close: () => {
      goOn();
      for (const endpoint of endpoints) endpoint.close();
    },
  };
}

type Round<T> =
  | { readonly type: 'value'; readonly value: T }
  | { readonly type: 'nothing' }
  | { readonly type: 'failed'; readonly error: SourceError };

async function askRound<T>(
  endpoints: readonly Endpoint[],
  attempt: (endpoint: Endpoint) => Promise<T | undefined>,
  options: AbortOptions,
): Promise<Round<T>> {
  let failed: Round<T> | undefined;
  let lacking: Endpoint[] = [];
  for (const endpoint of await awake(endpoints, options)) {
    try {
      const value = await attempt(endpoint);
      if (value !== undefined) {
        endpoint.trust();
        for (const behind of lacking) behind.lags();
        return { type: 'value', value };
      }
      lacking = [...lacking, endpoint];
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof SourceError)) throw error;
      if (error.code === 'unverified' || error.code === 'badAnswer') endpoint.distrust();
      failed = { type: 'failed', error };
    }
  }
  return lacking.length > 0 || failed === undefined ? { type: 'nothing' } : failed;
}

/**
 * Endpoints that are not resting, preferred first; the one that wakes first when all rest. One
 * that failed last time is probed beside, and asked only if the others fail too: nobody should
 * wait again for a server that does not answer.
 */
async function awake(
  endpoints: readonly Endpoint[],
  options: AbortOptions,
): Promise<readonly Endpoint[]> {
  const rested = endpoints.filter((endpoint) => endpoint.restMs() === 0);
  const well = rested.filter((endpoint) => !endpoint.isUnsure());
  const unsure = rested.filter((endpoint) => endpoint.isUnsure());
  if (well.length > 0) for (const endpoint of unsure) endpoint.probe();
  if (rested.length > 0) return [...well, ...unsure];
  const next = endpoints.reduce((a, b) => (b.restMs() < a.restMs() ? b : a));
  await sleep(next.restMs(), options);
  return [next];
}

function shortestRest(endpoints: readonly Endpoint[]): number {
  return Math.min(...endpoints.map((endpoint) => endpoint.restMs()));
}
