import { describe, expect, test } from 'vitest';
import { rememberLast } from '../../src/base/rememberLast.ts';

describe('rememberLast', () => {
  test('default', () => {
    const asked: bigint[] = [];
    const difference = rememberLast((left: bigint, right: bigint) => {
      asked.push(left);
      return left - right;
    });
    expect([difference(5n, 2n), difference(5n, 2n), difference(5n, 1n)]).toEqual([3n, 3n, 4n]);
    expect([difference(6n, 1n), difference(5n, 2n)]).toEqual([5n, 3n]);
    expect(asked).toEqual([5n, 5n, 6n, 5n]);
  });

  test('behavior: more arguments than before are another question', () => {
    const sum = rememberLast((...values: bigint[]) => values.reduce((a, b) => a + b, 0n));
    expect([sum(1n), sum(1n, 2n), sum(1n), sum()]).toEqual([1n, 3n, 1n, 0n]);
  });

  test('behavior: a failure is not remembered', () => {
    const upper = rememberLast((text: string) => {
      if (text === '') throw new RangeError('empty');
      return text.toUpperCase();
    });
    expect(upper('a')).toBe('A');
    expect(() => upper('')).toThrow('empty');
    expect(() => upper('')).toThrow('empty');
    expect(upper('a')).toBe('A');
  });
});
