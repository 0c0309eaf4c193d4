import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { readGoFlags } from '../../src/cli/goFlags.ts';
import { assertAddresses, assertApart, cannotListen, servedAt } from '../../src/cli/servedAt.ts';

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

describe('assertApart', () => {
  const at = (host: string, port: number) => ({ host, port });

  test.each([
    ['localhost', 'localhost'],
    ['localhost', '127.0.0.1'],
    ['0.0.0.0', '10.0.0.1'],
    ['127.0.0.1', '::'],
  ])('error: one port on %s and %s', (one, other) => {
    const servers = { authrpc: at(one, 8551), metrics: undefined, http: at(other, 8551) };
    expect(() => assertApart(servers)).toThrow(/^`http\.port`.* --authrpc\.port, found `8551`/);
  });

  test.each([
    ['another port', at('localhost', 8551), at('localhost', 8545)],
    ['another address', at('10.0.0.1', 8551), at('10.0.0.2', 8551)],
    ['any free port', at('localhost', 0), at('localhost', 0)],
  ])('default: %s', (_, authrpc, http) => {
    expect(() => assertApart({ authrpc, http })).not.toThrow();
  });
});

describe('cannotListen', () => {
  const servers = {
    rpc: { host: '127.0.0.1', port: 9545 },
    http: { host: 'localhost', port: 8545 },
    ws: { host: 'none.invalid', port: 0 },
    metrics: undefined,
  };
  const failure = (fields: object): Error => Object.assign(new Error('listen'), fields);

  test.each([
    [
      { code: 'EADDRINUSE', address: '127.0.0.1', port: 9545 },
      /127\.0\.0\.1:9545 \(EADDRINUSE\): another process listens there: .* --rpc\.port$/,
    ],
    [{ code: 'EADDRINUSE', address: '127.0.0.1', port: 8545 }, /localhost:8545.* --http\.port$/],
    [{ code: 'EACCES', address: '127.0.0.1', port: 8545 }, /above 1023 with --http\.port$/],
    [{ code: 'ENOTFOUND', hostname: 'none.invalid' }, /no address of that name.* --ws\.addr$/],
    [{ code: 'EADDRNOTAVAIL', address: 'none.invalid' }, /has no such address.* --ws\.addr$/],
  ])('default: %j', (fields, message) => {
    const told = cannotListen(servers, failure(fields));
    expect(told).toBeInstanceOf(UsageError);
    expect(told.message).toMatch(message);
  });

  test('behavior: what is no failure of the system stays as it is', () => {
    const ours = new TypeError('our own');
    expect(cannotListen(servers, ours)).toBe(ours);
  });
});
