import { describe, expect, test } from 'vitest';
import { CAP_PASSED, endingOf, INPUT_ENDED, STREAM_BROKEN } from '../../src/base/streamEnding.ts';

describe('endingOf', () => {
  test('default: a decoder that returns has come to a clean end', () => {
    let calls = 0;
    expect(endingOf(() => void (calls += 1))).toBe('clean');
    expect(calls).toBe(1);
  });

  test.each([
    ['truncated', INPUT_ENDED],
    ['corrupt', STREAM_BROKEN],
    ['capped', CAP_PASSED],
  ])('behavior: %s', (ending, thrown) => {
    const decode = (): void => {
      throw thrown;
    };
    expect(endingOf(decode)).toBe(ending);
  });

  test('error: what else is thrown is a fault of ours, and passes', () => {
    const fault = new RangeError('offset is out of bounds');
    const decode = (): void => {
      throw fault;
    };
    expect(() => endingOf(decode)).toThrow(fault);
  });
});
