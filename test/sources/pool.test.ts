import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/sources/endpoint.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { createPool } from '../../src/sources/pool.ts';
import { createWaits } from '../../src/transport/waits.ts';

type Told = { distrusted: number; trusted: number; lagging: number; probed: number };

/** An endpoint that gives the next of some answers; an error is thrown. */
function scripted(
  name: string,
  answers: readonly unknown[],
  rests: readonly number[] = [],
  isUnsure = false,
) {
  const told: Told = { distrusted: 0, trusted: 0, lagging: 0, probed: 0 };
  let asked = 0;
  let looked = 0;
  const endpoint = {
    name,
    call: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    restMs: () => rests[Math.min(looked++, rests.length - 1)] ?? 0,
    isUnsure: () => isUnsure,
    probe: () => void told.probed++,
    distrust: () => void told.distrusted++,
    trust: () => void told.trusted++,
    lags: () => void told.lagging++,
    meter: () => {
      throw new Error('not asked for here');
    },
    close: () => undefined,
  } satisfies Endpoint;
  return { endpoint, told, asked: () => asked };
}

const ask = (...endpoints: readonly Endpoint[]): Promise<unknown> =>
  createPool(endpoints, createWaits()).ask((endpoint) => endpoint.call('', []));
const failure = (code: SourceError['code']): SourceError => new SourceError(code, code);

describe('createPool', () => {
  test('default: the first endpoint', async () => {
    const [a, b] = [scripted('a', [1]), scripted('b', [2])];
    expect(await ask(a.endpoint, b.endpoint)).toBe(1);
    expect(b.asked()).toBe(0);
  });

  test('behavior: the next one after a failure', async () => {
    const [a, b] = [scripted('a', [failure('timeout')]), scripted('b', [2])];
    expect(await ask(a.endpoint, b.endpoint)).toBe(2);
    expect(a.told).toMatchObject({ distrusted: 0, lagging: 0 });
    expect(b.told.trusted).toBe(1);
  });

  test.each(['unverified', 'badAnswer'] as const)(
    'behavior: %s is held against it',
    async (code) => {
      const [a, b] = [scripted('a', [failure(code)]), scripted('b', [2])];
      expect(await ask(a.endpoint, b.endpoint)).toBe(2);
      expect(a.told.distrusted).toBe(1);
    },
  );

  test('behavior: lacking what another has is lagging, what nobody has is not', async () => {
    const [a, b] = [scripted('a', [undefined]), scripted('b', [2, undefined])];
    expect(await ask(a.endpoint, b.endpoint)).toBe(2);
    expect(a.told.lagging).toBe(1);
    expect(await ask(a.endpoint, b.endpoint)).toBeUndefined();
    expect(a.told.lagging).toBe(1);
  });

  test('behavior: a resting endpoint is passed over', async () => {
    const [a, b] = [scripted('a', [1], [1000]), scripted('b', [2])];
    expect(await ask(a.endpoint, b.endpoint)).toBe(2);
    expect(a.asked()).toBe(0);
  });

  test('behavior: one that failed last time is probed, and asked last', async () => {
    const a = scripted('a', [1], [], true);
    const b = scripted('b', [2, failure('timeout')]);
    expect(await ask(a.endpoint, b.endpoint)).toBe(2);
    expect([a.asked(), a.told.probed]).toEqual([0, 1]);
    expect(await ask(a.endpoint, b.endpoint)).toBe(1);
    expect(await ask(a.endpoint)).toBe(1);
    expect(a.told.probed).toBe(2);
  });

  test('behavior: when all rest, the one that wakes first is waited for', async () => {
    const [a, b] = [scripted('a', [1], [1000]), scripted('b', [2], [5])];
    expect(await ask(a.endpoint, b.endpoint)).toBe(2);
  });

  test('behavior: "too many requests" is no failure: the round begins again', async () => {
    const a = scripted('a', [failure('rateLimited'), failure('rateLimited'), 1]);
    expect(await ask(a.endpoint)).toBe(1);
    expect(a.asked()).toBe(3);
  });

  test('behavior: what is held back is listed, with what the endpoint said', async () => {
    const waits = createWaits();
    const listed: unknown[] = [];
    const answers = [failure('rateLimited'), failure('rateLimited'), 1];
    const pool = createPool([scripted('a', answers).endpoint], waits);
    await pool.ask((endpoint) => {
      listed.push(waits.list().map(({ name, tries, lastError }) => [name, tries, lastError]));
      return endpoint.call('', []);
    });
    const name = 'an L1 endpoint to allow more calls';
    expect(listed).toEqual([[], [[name, 1, 'rateLimited']], [[name, 2, 'rateLimited']]]);
    expect(waits.list()).toEqual([]);
  });

  test('error: the last failure, when all have failed', async () => {
    const [a, b] = [scripted('a', [failure('timeout')]), scripted('b', [failure('rpc')])];
    await expect(ask(a.endpoint, b.endpoint)).rejects.toMatchObject({ code: 'rpc' });
    expect([a.asked(), b.asked()]).toEqual([1, 1]);
  });

  test('error: what is no SourceError is not swallowed', async () => {
    const [a, b] = [scripted('a', [new TypeError('bug')]), scripted('b', [2])];
    await expect(ask(a.endpoint, b.endpoint)).rejects.toThrow('bug');
  });
});
