import { describe, expect, test } from 'vitest';
import {
  createCallTurns,
  MAX_WAITING,
  type TurnClock,
} from '../../../src/execution/server/callTurns.ts';

const OVERDUE = new Error('overdue');

/** A clock that stands still, and a process whose others have their turn when `tick` is called. */
function scene() {
  let ms = 1000;
  const ticks: (() => void)[] = [];
  const clock: TurnClock = { now: () => ms, afterOthers: (callback) => void ticks.push(callback) };
  const flush = () => new Promise<void>((resolve) => void setImmediate(resolve));
  return {
    turns: createCallTurns(clock),
    pass: (by: number) => void (ms += by),
    due: () => ticks.length,
    tick: async () => {
      for (const callback of ticks.splice(0)) callback();
      await flush();
    },
  };
}

describe('createCallTurns', () => {
  test('default: the first call waits for others once, then runs for a slice', async () => {
    const { turns, tick, pass, due } = scene();
    const begun = turns.begin(0, OVERDUE);
    expect(due()).toBe(1);
    await tick();
    const pause = await begun;
    expect(pause()).toBeUndefined();
    pass(9);
    expect(pause()).toBeUndefined();
    pass(1);
    const waited = pause();
    expect(waited).toBeInstanceOf(Promise);
    await tick();
    await waited;
    expect(pause()).toBeUndefined();
  });

  test('behavior: short calls share a slice', async () => {
    const { turns, tick, due } = scene();
    const begun = turns.begin(0, OVERDUE);
    await tick();
    await begun;
    await turns.begin(0, OVERDUE);
    expect(due()).toBe(0);
  });

  test('behavior: one call for each turn of the others, the longest waiting first', async () => {
    const { turns, tick, pass, due } = scene();
    const order: string[] = [];
    const begin = (name: string) => turns.begin(0, OVERDUE).then(() => void order.push(name));
    const all = ['a', 'b', 'c'].map(begin);
    for (const expected of ['a', 'a,b', 'a,b,c']) {
      expect(due()).toBe(1);
      await tick();
      expect(order.join()).toBe(expected);
      pass(20);
    }
    await Promise.all(all);
    expect(due()).toBe(0);
  });

  test('behavior: a call that goes on waits behind those that came meanwhile', async () => {
    const { turns, tick, pass } = scene();
    const order: string[] = [];
    const begun = turns.begin(0, OVERDUE);
    await tick();
    const pause = await begun;
    pass(10);
    const second = turns.begin(0, OVERDUE).then(() => void order.push('second'));
    const first = pause()?.then(() => void order.push('first'));
    await tick();
    expect(order).toEqual(['second']);
    await tick();
    expect(order).toEqual(['second', 'first']);
    await Promise.all([first, second]);
  });

  test('error: overdue from the limit on, counted from the first slice', async () => {
    const { turns, tick, pass } = scene();
    const begun = turns.begin(5000, OVERDUE);
    pass(60_000);
    await tick();
    const pause = await begun;
    pass(4999);
    void pause();
    await tick();
    pass(1);
    expect(() => pause()).toThrow(OVERDUE);
  });

  test('behavior: whoever has no limit waits for each slice', async () => {
    const { turns, tick, pass } = scene();
    const first = turns.pause();
    expect(first).toBeInstanceOf(Promise);
    await tick();
    await first;
    expect(turns.pause()).toBeUndefined();
    pass(10);
    expect(turns.pause()).toBeInstanceOf(Promise);
  });

  test('behavior: 0 is no limit', async () => {
    const { turns, tick, pass } = scene();
    const begun = turns.begin(0, OVERDUE);
    await tick();
    const pause = await begun;
    pass(1e9);
    expect(pause()).toBeInstanceOf(Promise);
  });

  test('error: more than may wait; those that do go on', async () => {
    const { turns, tick, pass } = scene();
    const begun = Array.from({ length: MAX_WAITING }, () => turns.begin(0, OVERDUE));
    await expect(turns.begin(0, OVERDUE)).rejects.toMatchObject({
      code: -32_005,
      message: 'too many calls: 1024 wait for their turn; ask again later',
    });
    for (const each of begun) {
      pass(20);
      await tick();
      await each;
    }
  });

  test('behavior: whoever leaves gives its place away at once', async () => {
    const { turns, tick, pass, due } = scene();
    const left = new AbortController();
    const running = turns.begin(0, OVERDUE, left);
    await tick();
    const pause = await running;
    pass(10);
    const others = Array.from({ length: MAX_WAITING }, () => new AbortController());
    const waiting = others.map((other) => turns.begin(0, OVERDUE, other));
    await expect(turns.begin(0, OVERDUE)).rejects.toThrow('too many calls');
    for (const controller of [left, ...others]) controller.abort();
    for (const each of waiting) await expect(each).rejects.toMatchObject({ name: 'AbortError' });
    expect(() => pause()).toThrow(left.signal.reason as Error);
    await expect(turns.begin(0, OVERDUE, left)).rejects.toBe(left.signal.reason);
    const next = turns.begin(0, OVERDUE);
    expect(due()).toBe(1);
    await tick();
    await next;
    expect(due()).toBe(0);
  });

  test('behavior: whoever leaves while another waits lets that one have its turn', async () => {
    const { turns, tick, due } = scene();
    const left = new AbortController();
    const first = turns.begin(0, OVERDUE, left);
    const second = turns.begin(0, OVERDUE);
    left.abort();
    await expect(first).rejects.toBe(left.signal.reason);
    expect(due()).toBe(1);
    await tick();
    await second;
  });

  test('behavior: closed, it ends calls that wait, that run and that come', async () => {
    const { turns, tick, pass, due } = scene();
    const begun = turns.begin(0, OVERDUE);
    await tick();
    const pause = await begun;
    pass(10);
    const [waits, paused] = [turns.begin(0, OVERDUE), turns.pause()];
    turns.close();
    await expect(waits).rejects.toThrow('the server stops');
    await expect(paused).rejects.toThrow('the server stops');
    expect(() => pause()).toThrow('the server stops');
    await expect(turns.begin(0, OVERDUE)).rejects.toThrow('the server stops');
    await tick();
    expect(due()).toBe(0);
  });
});
