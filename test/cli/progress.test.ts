import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import {
  progressLine,
  startProgress,
  toDuration,
  toRate,
  toThousands,
} from '../../src/cli/progress.ts';

/** A stream that remembers each write, terminal or not, and a clock that is set by hand. */
function scene(isTTY: boolean) {
  const writes: string[] = [];
  const write = (chunk: Buffer, _: string, done: () => void) => {
    writes.push(chunk.toString());
    done();
  };
  const stream = Object.assign(new Writable({ write }), { isTTY, columns: 60 });
  const clock = { ms: 0 };
  const options = { label: 'replaying', unit: 'L1 blocks', total: 1000, stream };
  return { writes, clock, progress: startProgress({ ...options, now: () => clock.ms }) };
}

describe('startProgress', () => {
  test('behavior: a terminal line is redrawn, not more often than ten times a second', () => {
    const { writes, clock, progress } = scene(true);
    for (clock.ms = 0; clock.ms < 1000; clock.ms += 10) progress.update(clock.ms / 10);
    expect(writes.length).toBe(10);
    expect(writes.every((text) => text.startsWith('\r\u001b[2Kreplaying '))).toBe(true);
    progress.stop();
    expect(writes.at(-1)).toBe('\r\u001b[2K');
  });

  test('behavior: elsewhere a whole line every five seconds', () => {
    const { writes, clock, progress } = scene(false);
    for (clock.ms = 0; clock.ms <= 11_000; clock.ms += 100) progress.update(clock.ms / 100);
    progress.stop();
    expect(writes).toEqual([
      'replaying 50/1,000 L1 blocks, 5%, 10.0/s, 1 min 35 s left\n',
      'replaying 100/1,000 L1 blocks, 10%, 10.0/s, 1 min 30 s left\n',
    ]);
  });

  test('behavior: nothing is drawn for a job shorter than that', () => {
    const { writes, progress } = scene(false);
    progress.update(1000);
    progress.stop();
    expect(writes).toEqual([]);
  });

  test('behavior: a line never exceeds the terminal', () => {
    const { writes, progress } = scene(true);
    progress.update(1, 'x'.repeat(200));
    expect((writes[0] as string).slice(5).length).toBeLessThan(60);
  });
});

describe('progressLine', () => {
  test('behavior: without a total there is no time left', () => {
    const state = { done: 1234, perSecond: 0.5, elapsedMs: 1000, note: 'L2 block 7' };
    const line = progressLine({ label: 'reading', unit: 'frames', total: undefined }, state);
    expect(line).toBe('reading 1,234 frames, 0.50/s, L2 block 7');
  });
});

describe('figures', () => {
  test('toThousands', () => {
    const shown = [0, 999, 1000, 1234567].map(toThousands);
    expect(shown).toEqual(['0', '999', '1,000', '1,234,567']);
  });

  test('toRate', () => {
    expect([0.251, 7.06, 522.6, 12345.6].map(toRate)).toEqual(['0.25', '7.1', '523', '12,346']);
  });

  test('toDuration', () => {
    const shown = [850, 17_000, 245_000, 12_000_000, 187_200_000].map(toDuration);
    expect(shown).toEqual(['850 ms', '17 s', '4 min 05 s', '3 h 20 min', '2 d 4 h']);
  });
});
