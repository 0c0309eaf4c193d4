import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { toLogLevel } from '../../src/cli/logLevel.ts';

describe('toLogLevel', () => {
  test('default', () => {
    expect(['INFO', 'warning', 'crit'].map(toLogLevel)).toEqual(['info', 'warn', 'crit']);
  });

  test('error: any other word', () => {
    expect(() => toLogLevel('loud')).toThrow(ConfigError);
  });
});
