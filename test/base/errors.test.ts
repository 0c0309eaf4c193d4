import { describe, expect, test } from 'vitest';
import { assert, InvariantError, unreachable } from '../../src/base/errors.ts';

describe('assert', () => {
  test('default: says nothing of what holds', () => {
    expect(() => assert(true, 'it holds')).not.toThrow();
  });

  test('error: names what does not hold', () => {
    expect(() => assert(false, 'it holds')).toThrow(new InvariantError('it holds'));
  });
});

describe('unreachable', () => {
  test.each([
    [{ type: 'new', number: 1n }, 'unreachable: new'],
    ['new', 'unreachable: new'],
    [7n, 'unreachable: 7'],
  ])('error: names the tag of %s', (value, message) => {
    expect(() => unreachable(value as never)).toThrow(new InvariantError(message));
  });
});
