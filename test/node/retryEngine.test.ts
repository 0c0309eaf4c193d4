import { describe, expect, test } from 'vitest';
import { EngineError } from '../../src/engine/errors.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import {
  patientReads,
  type RetryScope,
  retryPauseMs,
  untilDone,
} from '../../src/node/retryEngine.ts';
import { watchWaits } from '../support/watchedWaits.ts';

function scopeOf() {
  const failures: string[] = [];
  const stop = new AbortController();
  const waits = watchWaits();
  const scope: RetryScope = {
    waits,
    log: { warn: () => undefined },
    signal: stop.signal,
    failed: (message) => void failures.push(message),
  };
  return { scope, failures, stop, waits };
}

/** Gives these outcomes one after the other; an error is thrown. */
function attempts<T>(...outcomes: readonly (T | Error)[]) {
  let next = 0;
  return async (): Promise<T> => {
    const outcome = outcomes[next++];
    if (outcome instanceof Error) throw outcome;
    return outcome as T;
  };
}

describe('untilDone', () => {
  test('default: the first outcome that is no retry', async () => {
    const { scope, failures, waits } = scopeOf();
    const done = { type: 'reset', message: 'why' } as const;
    expect(await untilDone(scope, 'it', attempts(done))).toBe(done);
    expect([failures, waits.list()]).toEqual([[], []]);
  });

  test('behavior: tries again, tells of each failure, and lists the wait meanwhile', async () => {
    const { scope, failures, waits } = scopeOf();
    type Attempt = { readonly type: 'retry' | 'done'; readonly message?: string };
    const outcomes: readonly Attempt[] = [
      { type: 'retry', message: 'busy' },
      { type: 'retry' },
      { type: 'done' },
    ];
    const ended = untilDone(scope, 'the engine', attempts(...outcomes));
    const wait = await waits.until(({ tries }) => tries === 1);
    expect(wait).toMatchObject({ name: 'the engine', lastError: 'busy' });
    expect(wait.nextActionAtMs).toBeGreaterThanOrEqual(wait.sinceMs + retryPauseMs(1));
    const later = await waits.until(({ tries }) => tries === 2);
    expect(later).toMatchObject({ sinceMs: wait.sinceMs, lastError: 'no reason given' });
    expect(await ended).toEqual({ type: 'done' });
    expect(failures).toEqual(['busy', 'no reason given']);
    expect(waits.list()).toEqual([]);
  });

  test('error: what an attempt throws ends it', async () => {
    const { scope, waits } = scopeOf();
    const broken = new Error('broken');
    const ended = untilDone(scope, 'it', attempts({ type: 'retry' } as const, broken));
    await expect(ended).rejects.toBe(broken);
    expect(waits.list()).toEqual([]);
  });

  test('error: the reason of the signal ends the pause', async () => {
    const { scope, failures, stop, waits } = scopeOf();
    const reason = new Error('the node stops');
    const ended = untilDone(scope, 'it', async () => ({ type: 'retry' }));
    await waits.until(({ tries }) => tries === 1);
    stop.abort(reason);
    await expect(ended).rejects.toBe(reason);
    expect([failures.length, waits.list()]).toEqual([1, []]);
  });
});

describe('retryPauseMs', () => {
  test('default: twice as long each time, up to 5 s', () => {
    expect([1, 2, 3, 7, 8, 9, 2000].map(retryPauseMs)).toEqual([
      50, 100, 200, 3200, 5000, 5000, 5000,
    ]);
  });
});

describe('patientReads', () => {
  const envelope = { parentBeaconBlockRoot: undefined } as PayloadEnvelope;
  const read = (
    scope: RetryScope,
    ...answers: readonly (PayloadEnvelope | undefined | Error)[]
  ) => {
    const block = attempts(...answers);
    return patientReads({ block }, scope)({ number: 5n }, {});
  };

  test('default: what the engine answers, nothing too', async () => {
    const { scope } = scopeOf();
    expect(await read(scope, envelope)).toBe(envelope);
    expect(await read(scope, undefined)).toBeUndefined();
  });

  test('behavior: asks for the same block again after what may pass', async () => {
    const { scope, failures } = scopeOf();
    const asked: unknown[] = [];
    const answer = attempts<PayloadEnvelope>(new EngineError('timeout', 'too slow'), envelope);
    const block = async (id: unknown) => {
      asked.push(id);
      return answer();
    };
    expect(await patientReads({ block }, scope)({ number: 5n }, {})).toBe(envelope);
    expect([asked, failures]).toEqual([[{ number: 5n }, { number: 5n }], ['too slow']]);
  });

  test.each([
    ['a refusal for good', new EngineError('unauthorized', 'who are you')],
    ['our own fault', new TypeError('x is undefined')],
  ])('error: %s', async (_, error) => {
    const { scope, failures } = scopeOf();
    await expect(read(scope, error, envelope)).rejects.toBe(error);
    expect(failures).toEqual([]);
  });
});
