import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { readGoFlags } from '../../src/cli/goFlags.ts';
import { assertAddresses, cannotListen, servedAt } from '../../src/cli/servedAt.ts';

const FLAGS = {
  'rpc.addr': '127.0.0.1',
  'rpc.port': '9545',
  'metrics.addr': '0.0.0.0',
  'metrics.port': '7300',
};

describe('servedAt', () => {
  test('default: address and port of each server', () => {
    expect(servedAt('rpc', readGoFlags(FLAGS))).toEqual({ host: '127.0.0.1', port: 9545 });
    expect(servedAt('metrics', readGoFlags(FLAGS))).toEqual({ host: '0.0.0.0', port: 7300 });
  });
});

describe('assertAddresses', () => {
  test('error: a port that there is not, of a server that may stay closed too', () => {
    expect(() => assertAddresses(readGoFlags(FLAGS))).not.toThrow();
    const wrong = readGoFlags({ ...FLAGS, 'metrics.port': '70000' });
    expect(() => assertAddresses(wrong)).toThrow(/`metrics\.port`.*from 0 to 65535/);
  });
});

describe('cannotListen', () => {
  const at = { host: '999.1.1.1', port: 9545 };
  const failure = (code: string): Error => Object.assign(new Error('listen'), { code });

  test('default: the flag of the address, or of the port as well', () => {
    const unknown = cannotListen('rpc', at, failure('ENOTFOUND'));
    expect(unknown).toBeInstanceOf(UsageError);
    expect(unknown.message).toMatch(/999\.1\.1\.1:9545 \(ENOTFOUND\).*with --rpc\.addr$/);
    const taken = cannotListen('metrics', at, failure('EADDRINUSE'));
    expect(taken.message).toMatch(/--metrics\.addr or --metrics\.port$/);
  });

  test('behavior: what is no failure of the system stays as it is', () => {
    const ours = new TypeError('our own');
    expect(cannotListen('rpc', at, ours)).toBe(ours);
  });
});
