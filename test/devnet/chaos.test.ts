import { describe, expect, test } from 'vitest';
import { describeChaos, nextChaosEvent, seededRandom } from '../../src/devnet/chaos.ts';
import { startFaultyProxy } from '../../src/devnet/faultyProxy.ts';
import { rpc } from '../support/anvil.ts';
import { startRpcServer } from '../support/rpcServer.ts';

describe('seededRandom', () => {
  test('default: the same seed gives the same numbers, from 0 to below 1', () => {
    const [first, second] = [seededRandom(7), seededRandom(7)];
    const numbers = Array.from({ length: 100 }, first);
    expect(Array.from({ length: 100 }, second)).toEqual(numbers);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBe(100);
    expect(seededRandom(8)()).not.toBe(numbers[0]);
  });
});

describe('nextChaosEvent', () => {
  test('default: every kind of event and every part comes up', () => {
    const random = seededRandom(1);
    const parts = ['batcher', 'sequencer', 'verifier1'] as const;
    const texts = Array.from({ length: 200 }, () => describeChaos(nextChaosEvent(random, parts)));
    for (const part of parts) expect(texts).toContain(`${part} killed and started again`);
    for (const depth of [1, 2, 3]) expect(texts).toContain(`L1 reorg, ${depth} deep`);
    expect(texts.some((text) => text.startsWith('L1 loses'))).toBe(true);
  });
});

describe('startFaultyProxy', () => {
  test('default: passes on; with a rate of 1 nothing is answered', async () => {
    let calls = 0;
    const upstream = await startRpcServer({ answer: () => ++calls });
    const proxy = await startFaultyProxy(upstream.url.href, seededRandom(3));
    try {
      expect(await rpc(proxy.url, 'count', [])).toBe(1);
      proxy.setDropRate(1);
      for (let i = 0; i < 8; i++) await expect(rpc(proxy.url, 'count', [])).rejects.toThrow();
      // Some are lost on the way there, some on the way back.
      expect(calls).toBeGreaterThan(1);
      expect(calls).toBeLessThan(9);
      proxy.setDropRate(0);
      expect(await rpc(proxy.url, 'count', [])).toBe(calls);
      expect(proxy.dropped()).toBe(8);
    } finally {
      await proxy.stop();
      await upstream.close();
    }
  });
});
