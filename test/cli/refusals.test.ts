import { Command, Option } from '@commander-js/extra-typings';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { UsageError } from '../../src/cli/exit.ts';
import { tellRefusals } from '../../src/cli/refusals.ts';
import { readKey, readNumber } from '../../src/cli/values.ts';

function refusalOf(...args: readonly string[]): Error {
  const command = new Command('make')
    .option('--count <number>', 'how many', readNumber)
    .option('--private-key <key>', 'who signs', readKey)
    .addOption(new Option('--kind <word>', 'which').choices(['one', 'two']));
  tellRefusals(command);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    return error as Error;
  }
  throw new Error(`expected a refusal of ${args.join(' ')}`);
}

describe('tellRefusals', () => {
  test('default: what was expected, and what was found', () => {
    expect(refusalOf('--count', '1e9')).toEqual(
      new ConfigError('count', '`1e9`', 'a whole number'),
    );
    expect(refusalOf('--count=').message).toBe('`count`: expected a whole number, found ``');
    expect(refusalOf('--kind=x')).toEqual(new ConfigError('kind', '`x`', 'one of one, two'));
  });

  test('behavior: a key that is refused is not repeated', () => {
    const { message } = refusalOf('--private-key', '0x1234');
    expect(message).toMatch(/^`private-key`: expected a private key of 32 bytes/);
    expect(message).not.toContain('1234');
  });

  test('behavior: nor what was given to a flag that there is not', () => {
    const refusal = refusalOf('--privat-key=0x1234');
    expect(refusal).toBeInstanceOf(UsageError);
    expect(refusal.message).toBe(
      'expected a flag of `make`, found `--privat-key`: did you mean --private-key?',
    );
    expect(refusalOf('--nonsense').message).toContain('look at --help');
  });
});
