import { describe, expect, test } from 'vitest';
import { plural } from '../../src/base/plural.ts';

describe('plural', () => {
  test('default: one is singular, all else is not', () => {
    expect([0, 1, 2, 11].map((count) => plural(count, 'byte'))).toEqual([
      '0 bytes',
      '1 byte',
      '2 bytes',
      '11 bytes',
    ]);
  });
});
