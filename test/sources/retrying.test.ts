import { describe, expect, test } from 'vitest';
import { SourceError } from '../../src/sources/errors.ts';
import { retrying } from '../../src/sources/retrying.ts';
import { watchWaits } from '../support/watchedWaits.ts';

const options = () => ({ waits: watchWaits(), name: 'a thing', deadlineMs: 10_000 });

describe('retrying', () => {
  test('default: the first value, without a wait', async () => {
    const given = options();
    const value = await retrying(async () => {
      expect(given.waits.list()).toEqual([]);
      return 7;
    }, given);
    expect(value).toBe(7);
  });

  test('behavior: undefined and retryable errors are tried again, and listed', async () => {
    const given = options();
    const seen: unknown[] = [];
    let tries = 0;
    const value = await retrying(async () => {
      seen.push(given.waits.list()[0]);
      tries += 1;
      if (tries === 1) return undefined;
      if (tries === 2) throw new SourceError('timeout', 'late');
      return 'x';
    }, given);
    expect(value).toBe('x');
    expect(seen).toMatchObject([
      undefined,
      { name: 'a thing', tries: 1, lastError: 'no endpoint has it', nextAction: 'try again' },
      { name: 'a thing', tries: 2, lastError: 'late' },
    ]);
    expect(given.waits.list()).toEqual([]);
  });

  test('error: the deadline, with the last failure', async () => {
    const cause = new SourceError('timeout', 'late');
    const fail = async (): Promise<undefined> => {
      throw cause;
    };
    const given = { ...options(), deadlineMs: 1 };
    await expect(retrying(fail, given)).rejects.toMatchObject({ code: 'deadline', cause });
    expect(given.waits.list()).toEqual([]);
  });

  test('behavior: what only the operator can help waits the longest', async () => {
    const given = options();
    const stop = new AbortController();
    const refuse = async (): Promise<undefined> => {
      throw new SourceError('refused', 'another key');
    };
    const startMs = Date.now();
    const running = retrying(refuse, { ...given, signal: stop.signal });
    const wait = await given.waits.until(({ lastError }) => lastError !== undefined);
    expect(wait).toMatchObject({ tries: 1, lastError: 'another key' });
    expect(Number(wait.nextActionAtMs) - startMs).toBeGreaterThanOrEqual(5000);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  test('error: what is no SourceError is thrown at once', async () => {
    const bug = new TypeError('bug');
    let tries = 0;
    const fail = async (): Promise<undefined> => {
      tries += 1;
      throw bug;
    };
    await expect(retrying(fail, options())).rejects.toBe(bug);
    expect(tries).toBe(1);
  });

  test('error: an abort ends the pause', async () => {
    const stop = new AbortController();
    const given = { ...options(), signal: stop.signal };
    const running = retrying(async () => undefined, given);
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(given.waits.list()).toEqual([]);
  });
});
