import { readFileSync } from 'node:fs';
import { BaseError } from 'viem';
import { describe, expect, test } from 'vitest';
import { ConfigError, DecodeError, InvariantError } from '../../src/base/errors.ts';
import {
  CliExit,
  describeFailure,
  EXIT_FAILED,
  EXIT_USAGE,
  exitCodeOf,
  shortMessage,
  UsageError,
} from '../../src/cli/exit.ts';
import { DamagedRecordError, MissingNodeError } from '../../src/execution/errors.ts';

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
}

const noFile = errorOf(() => readFileSync('/no/such/file'));

describe('exitCodeOf', () => {
  test.each([
    ['UsageError', new UsageError('x'), EXIT_USAGE],
    ['ConfigError', new ConfigError('a', 'b', 'c'), EXIT_USAGE],
    ['DecodeError', new DecodeError('json', 0, 'x'), EXIT_USAGE],
    ['a missing file', noFile, EXIT_USAGE],
    ['DamagedRecordError', new DamagedRecordError('a record'), EXIT_USAGE],
    ['MissingNodeError', new MissingNodeError('0x', new Uint8Array(0), 0), EXIT_USAGE],
    ['InvariantError', new InvariantError('x'), EXIT_FAILED],
    ['CliExit', new CliExit(7), 7],
    ['anything else', new Error('x'), EXIT_FAILED],
    ['a thrown word', 'x', EXIT_FAILED],
  ])('behavior: %s', (_, error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });
});

describe('describeFailure', () => {
  test('behavior: a missing file is named', () => {
    expect(describeFailure(noFile, false)).toBe(
      'headwater: cannot read `/no/such/file`: there is no such file or folder',
    );
  });

  test('behavior: causes follow, each once', () => {
    const root = new Error('connection refused');
    const middle = new Error('no answer: connection refused', { cause: root });
    const error = new Error('L1 cannot be read', { cause: middle });
    expect(describeFailure(error, false)).toBe(
      'headwater: L1 cannot be read\n  because: no answer: connection refused',
    );
  });

  test('behavior: an error of viem without the request around it', () => {
    const error = new BaseError('It failed.', { details: 'no money', metaMessages: ['Request'] });
    expect(error.message).toContain('Version');
    expect(describeFailure(error, false)).toBe('headwater: It failed. no money');
    expect(shortMessage(new Error('plain'))).toBeUndefined();
  });

  test('behavior: what steers a terminal is escaped', () => {
    const error = new Error('a\u001b[31m', { cause: new Error('b\u0007\nc') });
    expect(describeFailure(error, false)).toBe('headwater: a\\x1b[31m\n  because: b\\x07\nc');
  });

  test('behavior: our own bugs are called bugs', () => {
    const text = describeFailure(new InvariantError('span is never empty'), false);
    expect(text).toContain('headwater: span is never empty');
    expect(text).toContain('This is a bug in headwater');
    expect(text).not.toContain('    at ');
  });

  test('behavior: the stack on demand', () => {
    expect(describeFailure(new Error('x'), true)).toContain('    at ');
  });
});
