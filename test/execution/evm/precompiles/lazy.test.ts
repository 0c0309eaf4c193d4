import { describe, expect, test } from 'vitest';
import { lazily } from '../../../../src/execution/evm/precompiles/lazy.ts';

describe('lazily', () => {
  test('default: nothing is loaded before it is asked for, and then once', async () => {
    let loads = 0;
    const lazy = lazily(async () => ({ number: (loads += 1) }));
    expect(lazy.loaded).toBeUndefined();
    expect(loads).toBe(0);
    const [first, second] = await Promise.all([lazy.load(), lazy.load()]);
    expect(first).toEqual({ number: 1 });
    expect(second).toBe(first);
    expect(lazy.loaded).toBe(first);
    expect(await lazy.load()).toBe(first);
    expect(loads).toBe(1);
  });

  test('error: calls that overlap fail together, and the next one tries again', async () => {
    let tries = 0;
    const lazy = lazily(async () => {
      tries += 1;
      if (tries === 1) throw new Error('no memory');
      return tries;
    });
    const [first, second] = await Promise.allSettled([lazy.load(), lazy.load()]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
    expect(lazy.loaded).toBeUndefined();
    expect(await lazy.load()).toBe(2);
    expect(lazy.loaded).toBe(2);
  });
});
