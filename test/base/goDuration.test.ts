import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatGoDuration, readGoDuration } from '../../src/base/goDuration.ts';

describe('readGoDuration', () => {
  test.each([
    ['0', 0],
    ['5s', 5000],
    ['1m30s', 90_000],
    ['1h2m3.5s', 3_723_500],
    ['.5s', 500],
    ['100ms', 100],
    ['1us', 0.001],
    ['1\u00b5s', 0.001],
    ['1\u03bcs', 0.001],
    ['+5s', 5000],
    ['+0', 0],
    ['2ns', 0.000002],
  ])('default: %s', (text, ms) => {
    expect(readGoDuration(text)).toBe(ms);
  });

  test.each(['', '+', '++5s', '5', '-5s', 's', '5 s', '5sec', '1m30', 'abc'])(
    'error: `%s`',
    (text) => {
      expect(readGoDuration(text)).toBeUndefined();
    },
  );
});

describe('formatGoDuration', () => {
  test.each([
    [0, '0s'],
    [0.000002, '2ns'],
    [0.0015, '1.5µs'],
    [1.5, '1.5ms'],
    [500, '500ms'],
    [1500, '1.5s'],
    [5000, '5s'],
    [60_000, '1m0s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [3_723_500, '1h2m3.5s'],
  ])('default: %d ms', (ms, text) => {
    expect(formatGoDuration(ms)).toBe(text);
  });

  test('behavior: what is written reads as the same', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (ms) => {
        expect(readGoDuration(formatGoDuration(ms))).toBe(ms);
      }),
    );
  });
});
