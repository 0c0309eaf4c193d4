import { Command } from '@commander-js/extra-typings';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  addGoFlags,
  atLeastMs,
  type GoFlag,
  parseDurationMs,
  readGoFlags,
} from '../../src/cli/goFlags.ts';

const FLAGS: readonly GoFlag[] = [
  { name: 'poll-interval', kind: 'duration', standard: '6s', about: '' },
  { name: 'rpc.enable-admin', kind: 'boolean', about: '' },
  { name: 'l2-eth-rpc', kind: 'list', about: '' },
  { name: 'max-pending-tx', kind: 'integer', standard: '1', env: 'PENDING', about: '' },
];

function read(...args: readonly string[]) {
  const command = new Command();
  addGoFlags(command, 'OP_TEST', FLAGS);
  command.parse(args, { from: 'user' });
  return readGoFlags(command.opts());
}

describe('readGoFlags', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('default: defaults, values after a space and after =', () => {
    expect(read().durationMs('poll-interval')).toBe(6000);
    expect(read().isSet('rpc.enable-admin')).toBe(false);
    expect(read('--poll-interval=1m', '--max-pending-tx', '3').integer('max-pending-tx')).toBe(3n);
    expect(read('--l2-eth-rpc', 'http://a, http://b').list('l2-eth-rpc')).toEqual([
      'http://a',
      'http://b',
    ]);
  });

  test('behavior: a boolean stands alone, or has a value behind =', () => {
    expect(read('--rpc.enable-admin').isSet('rpc.enable-admin')).toBe(true);
    expect(read('--rpc.enable-admin=false').isSet('rpc.enable-admin')).toBe(false);
    expect(read('--rpc.enable-admin=true').isSet('rpc.enable-admin')).toBe(true);
  });

  test('behavior: the environment counts where the flag is not given', () => {
    vi.stubEnv('OP_TEST_POLL_INTERVAL', '2s');
    vi.stubEnv('OP_TEST_PENDING', '7');
    expect(read().durationMs('poll-interval')).toBe(2000);
    expect(read('--poll-interval', '1s').durationMs('poll-interval')).toBe(1000);
    expect(read().integer('max-pending-tx')).toBe(7n);
  });

  test('error: names the flag and the accepted form', () => {
    const values = read('--max-pending-tx', '-3x', '--rpc.enable-admin=maybe');
    expect(() => values.integer('max-pending-tx')).toThrow(/max-pending-tx.*whole number/);
    expect(() => values.isSet('rpc.enable-admin')).toThrow(/true or false/);
    expect(() => values.requiredText('l2-eth-rpc')).toThrow(/required/);
  });

  test('behavior: one of some words', () => {
    const words = ['3', 'none'] as const;
    expect(read('--max-pending-tx=3').oneOf('max-pending-tx', words)).toBe('3');
    for (const word of ['4', 'toString', '__proto__']) {
      expect(() => read(`--max-pending-tx=${word}`).oneOf('max-pending-tx', words)).toThrow(
        `expected one of 3, none, found \`${word}\``,
      );
    }
  });

  test('error: a number of more than 64 bits', () => {
    for (const text of ['18446744073709551616', '9'.repeat(1_000_000)]) {
      const values = read('--max-pending-tx', text);
      expect(() => values.integer('max-pending-tx')).toThrow(/below 2\^64, found `\d{20,80}…?`$/);
    }
  });

  test('error: a port above 65535', () => {
    expect(read('--max-pending-tx', '65535').port('max-pending-tx')).toBe(65_535);
    const values = read('--max-pending-tx', '65536');
    expect(() => values.port('max-pending-tx')).toThrow(/max-pending-tx.*from 0 to 65535/);
  });
});

describe('parseDurationMs', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['100ms', 100],
    ['1m0s', 60_000],
    ['1h2m3.5s', 3_723_500],
    ['2m', 120_000],
    ['.5s', 500],
  ])('default: %s', (text, ms) => {
    expect(parseDurationMs(text, 'field')).toBe(ms);
  });

  test('error: more than a timer can wait, which would ring at once', () => {
    expect(parseDurationMs('2147483647ms', 'field')).toBe(2_147_483_647);
    expect(() => parseDurationMs('2147483648ms', 'field')).toThrow(/`field`.*at most 596h/);
    expect(() => parseDurationMs('99999999999h', 'field')).toThrow(/at most 596h/);
    expect(() => parseDurationMs('9'.repeat(400) + 'h', 'field')).toThrow(/at most 596h/);
  });

  test.each(['', '5', '-1s', '1s x', 's', '1d'])('error: %s', (text) => {
    expect(() => parseDurationMs(text, 'field')).toThrow('field');
  });
});

describe('atLeastMs', () => {
  test('error: a poll interval that would be a busy loop names its flag', () => {
    expect(atLeastMs(read('--poll-interval=10ms'), 'poll-interval', 10)).toBe(10);
    const values = read('--poll-interval=0s');
    expect(() => atLeastMs(values, 'poll-interval', 10)).toThrow(/`poll-interval`.*least 10 ms/);
  });
});
