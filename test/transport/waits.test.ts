import { describe, expect, test } from 'vitest';
import { createWaits } from '../../src/transport/waits.ts';

describe('createWaits', () => {
  test('default', () => {
    let nowMs = 5;
    const waits = createWaits(() => nowMs);
    const first = waits.begin('L1 block 7', 'ask endpoint 2');
    nowMs = 9;
    const second = waits.begin('the engine', 'ask again');
    first.update({ tries: 3, lastError: 'timeout', nextActionAtMs: 20 });
    expect(waits.list()).toEqual([
      {
        name: 'L1 block 7',
        sinceMs: 5,
        tries: 3,
        lastError: 'timeout',
        nextAction: 'ask endpoint 2',
        nextActionAtMs: 20,
      },
      {
        name: 'the engine',
        sinceMs: 9,
        tries: 0,
        lastError: undefined,
        nextAction: 'ask again',
        nextActionAtMs: undefined,
      },
    ]);
    second.end();
    expect(waits.list().map(({ name }) => name)).toEqual(['L1 block 7']);
  });

  test('behavior: two waits of one name are two, and an ended one stays ended', () => {
    const waits = createWaits(() => 0);
    const [a, b] = [waits.begin('x', 'y'), waits.begin('x', 'y')];
    a.end();
    a.end();
    a.update({ tries: 9 });
    expect(waits.list()).toMatchObject([{ tries: 0 }]);
    b.end();
    expect(waits.list()).toEqual([]);
  });
});
