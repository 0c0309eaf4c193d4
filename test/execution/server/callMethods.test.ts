import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/base/bytes.ts';
import { createCallTurns } from '../../../src/execution/server/callTurns.ts';
import type { EngineServerOptions } from '../../../src/execution/server/engineServer.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** An engine whose time goes on by `msPerLook` each time it is looked at. */
async function start(msPerLook: number, options: Partial<EngineServerOptions> = {}) {
  let ms = 0;
  let ticks = 0;
  const clock = {
    now: () => (ms += msPerLook),
    afterOthers: (callback: () => void) => {
      ticks++;
      setImmediate(callback);
    },
  };
  const turns = createCallTurns(clock);
  const served = await serveEngine(smallGenesis(), { turns, ...options });
  cleanups.push(served.close);
  return { served, ticks: () => ticks };
}

const HERE: Address = `0x${'aa'.repeat(20)}`;
const GAS = '0x2faf080';
/** JUMPDEST, then a jump back to it. */
const ENDLESS = '5b5f56';
/** Calls an account without code again and again. */
const ENDLESS_CALLS = '5b5f5f5f5f5f60bb5af1505f56';

/** Counts its input down to 0, and returns the hash of memory. */
const LOOP = '5f355b600190038060025760205f205f5260205ff3';

const code = (hex: string) => ({ [HERE]: { code: `0x${hex}` } });
const ask = ({ call }: ServedEngine, method: string, hex: string, input = '0x') =>
  call(method, { to: HERE, gas: GAS, input }, 'latest', code(hex));

describe('eth_call', () => {
  test.each([
    ['a loop', ENDLESS],
    ['a loop of calls', ENDLESS_CALLS],
  ])('error: %s is aborted when its time is over', async (_, hex) => {
    const { served, ticks } = await start(7);
    const { error } = await ask(served, 'eth_call', hex);
    expect(error).toEqual({ code: -32_000, message: 'execution aborted (timeout = 5s)' });
    // Half of the looks at the clock end a slice of 10 ms.
    expect(ticks()).toBeGreaterThan(100);
  });

  test('behavior: the limit is the one that was set', async () => {
    const { served } = await start(1, { callTimeoutMs: 100 });
    const { error } = await ask(served, 'eth_call', ENDLESS);
    expect(error?.message).toBe('execution aborted (timeout = 100ms)');
  });

  test('behavior: a stopped server runs it no longer', async () => {
    const { served, ticks } = await start(7, { callTimeoutMs: 0 });
    const asked = ask(served, 'eth_call', ENDLESS);
    while (ticks() < 10) await nextTick();
    await Promise.all([served.server.stop(), expect(asked).rejects.toThrow()]);
    const before = ticks();
    for (let i = 0; i < 10; i++) await nextTick();
    expect(ticks()).toBe(before);
  });

  test('behavior: with no limit a loop ends when its gas does', async () => {
    const { served } = await start(1e9, { callTimeoutMs: 0, gasCap: 1_000_000n });
    expect((await ask(served, 'eth_call', ENDLESS)).error?.message).toBe('out of gas');
  });

  test('behavior: a call in many slices gives what it gives in one', async () => {
    const word = `0x${(200_000).toString(16).padStart(64, '0')}`;
    const inOne = await start(0);
    const inMany = await start(4);
    const expected = await ask(inOne.served, 'eth_call', LOOP, word);
    expect(expected.result).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await ask(inMany.served, 'eth_call', LOOP, word)).toEqual(expected);
    expect(inMany.ticks()).toBeGreaterThan(10);
  });

  test('behavior: others go on while it runs, and calls take turns', async () => {
    const { served } = await start(7);
    let others = 0;
    const seen = { isOver: false };
    const endless = ask(served, 'eth_call', ENDLESS).then((reply) => {
      seen.isOver = true;
      return reply;
    });
    const short = ask(served, 'eth_call', '60015f5260205ff3');
    expect((await short).result).toBe(`0x${'1'.padStart(64, '0')}`);
    expect(seen.isOver).toBe(false);
    while (!seen.isOver) {
      others++;
      await nextTick();
    }
    expect((await endless).error?.code).toBe(-32_000);
    expect(others).toBeGreaterThan(20);
  });

  test.each([
    ['0', 0n],
    ['more than can be counted', 2n ** 64n - 1n],
  ])('behavior: a cap of %s is none', async (_, gasCap) => {
    const { served } = await start(0, { gasCap });
    const { result } = await ask(served, 'eth_call', '5a5f5260205ff3');
    expect(BigInt(result as string)).toBeGreaterThan(49_000_000n);
    const withoutLimit = { to: HERE, input: '0x' };
    const all = await served.call('eth_call', withoutLimit, 'latest', code('5a5f5260205ff3'));
    expect(BigInt(all.result as string)).toBeGreaterThan(2n ** 53n - 100_000n);
  });
});

describe('eth_estimateGas', () => {
  test('error: all its rounds have one limit', async () => {
    const { served } = await start(7);
    const { error } = await ask(served, 'eth_estimateGas', ENDLESS);
    expect(error).toEqual({ code: -32_000, message: 'execution aborted (timeout = 5s)' });
  });

  test('behavior: slices change nothing', async () => {
    const word = `0x${(50_000).toString(16).padStart(64, '0')}`;
    const [inOne, inMany] = [await start(0), await start(4)];
    const expected = await ask(inOne.served, 'eth_estimateGas', LOOP, word);
    expect(expected.result).toMatch(/^0x/);
    expect(await ask(inMany.served, 'eth_estimateGas', LOOP, word)).toEqual(expected);
  });
});
