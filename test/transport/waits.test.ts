import { describe, expect, test } from 'vitest';
import { createWaits, createWaitWarning } from '../../src/transport/waits.ts';

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

describe('createWaitWarning', () => {
  test('default: after ten seconds, then once a minute, with the cause', () => {
    let nowMs = 1_000;
    const told: unknown[] = [];
    const warn = createWaitWarning(
      { warn: (message, fields) => told.push([nowMs, message, fields]) },
      'the engine',
      () => nowMs,
    );
    for (let tries = 1; nowMs <= 100_000; tries++, nowMs += 1_000) warn(tries, 'ECONNREFUSED');
    expect(told).toEqual([
      [
        11_000,
        'still waiting for the engine',
        { seconds: 10, tries: 11, lastError: 'ECONNREFUSED' },
      ],
      [
        71_000,
        'still waiting for the engine',
        { seconds: 70, tries: 71, lastError: 'ECONNREFUSED' },
      ],
    ]);
  });
});
