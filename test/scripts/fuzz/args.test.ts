import { describe, expect, test } from 'vitest';
import { HELP, parseFuzzArgs, repeatCommand } from '../../../scripts/fuzz/args.ts';

describe('parseFuzzArgs', () => {
  test('default: every file for ten minutes, with new seeds', () => {
    expect(parseFuzzArgs([])).toEqual({ minutes: 10, times: 20, seed: undefined, only: '' });
  });

  test('behavior: takes every option that the help names', () => {
    const args = ['--minutes', '0.5', '--times=3', '--only', 'rlp', '--seed', '77'];
    expect(parseFuzzArgs(args)).toEqual({ minutes: 0.5, times: 3, seed: 77, only: 'rlp' });
    expect(parseFuzzArgs(['--help', '--times', '0'])).toBe('help');
    const named = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.split('=')[0]);
    const helped = HELP.match(/^ {2}--\w+/gm)?.map((option) => option.trim());
    expect(new Set(helped)).toEqual(new Set([...named, '--help']));
  });

  test.each([
    [['--minutes', 'ten'], 'expected a positive number after `--minutes`, found `ten`'],
    [['--times', '0'], 'expected a positive number after `--times`, found `0`'],
    [['--times', '1.5'], 'expected a whole number after `--times`, found `1.5`'],
    [['--seed=-4'], 'expected a positive number after `--seed`, found `-4`'],
    [['--seeds', '4'], /--seeds/],
  ])('error: %j', (args, message) => {
    expect(() => parseFuzzArgs(args)).toThrow(message);
  });
});

describe('repeatCommand', () => {
  test('behavior: asks for the same attempt', () => {
    const attempt = { file: 'test/base/rlp.test.ts', seed: 5, times: 20 };
    const [command, args] = repeatCommand(attempt).split(' -- ') as [string, string];
    expect(command).toBe('npm run fuzz');
    const { file, ...others } = attempt;
    expect(parseFuzzArgs(args.split(' '))).toMatchObject({ ...others, only: file });
  });
});
