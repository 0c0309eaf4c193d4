import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { parseL1ChainConfig } from '../../src/protocol/l1ChainConfigJson.ts';

const CANCUN = { target: 3, max: 6, baseFeeUpdateFraction: 3338477 };
const PRAGUE = { target: 6, max: 9, baseFeeUpdateFraction: 5007716 };
const BPO1 = { target: 10, max: 15, baseFeeUpdateFraction: 8346193 };
const schedule = { cancun: CANCUN, prague: PRAGUE, osaka: PRAGUE, bpo1: BPO1 };

function forksOf(json: object): readonly string[] {
  const { blobSchedule } = parseL1ChainConfig({ chainId: 5, ...json });
  return blobSchedule.map(({ fork, time }) => `${fork}@${time}`);
}

describe('parseL1ChainConfig', () => {
  test('default', () => {
    const json = { chainId: 5, londonBlock: 0, cancunTime: 7, blobSchedule: { cancun: CANCUN } };
    expect(parseL1ChainConfig(json)).toEqual({
      chainId: 5n,
      blobSchedule: [
        { fork: 'cancun', time: 7n, target: 3, max: 6, baseFeeUpdateFraction: 3338477n },
      ],
    });
  });

  test('behavior: before Cancun there is no schedule', () => {
    expect(forksOf({ blobSchedule: schedule })).toEqual([]);
    expect(forksOf({})).toEqual([]);
  });

  test('behavior: an entry without a time is never reached', () => {
    expect(forksOf({ cancunTime: 1, blobSchedule: schedule })).toEqual(['cancun@1']);
  });

  test('behavior: a fork without an entry changes nothing', () => {
    const times = { cancunTime: 1, pragueTime: 2, osakaTime: 3, bpo1Time: 4 };
    const blobSchedule = { cancun: CANCUN, bpo1: BPO1 };
    expect(forksOf({ ...times, blobSchedule })).toEqual(['cancun@1', 'bpo1@4']);
  });

  test('behavior: the newest of the forks that share a time counts', () => {
    const times = { cancunTime: 0, pragueTime: 0, osakaTime: 0, bpo1Time: 9 };
    expect(forksOf({ ...times, blobSchedule: schedule })).toEqual(['osaka@0', 'bpo1@9']);
  });

  test('behavior: Amsterdam may come before a change of blob parameters', () => {
    const times = { cancunTime: 0, amsterdamTime: 5, bpo1Time: 9 };
    const blobSchedule = { ...schedule, amsterdam: BPO1 };
    expect(forksOf({ ...times, blobSchedule })).toEqual(['cancun@0', 'amsterdam@5', 'bpo1@9']);
  });

  test('behavior: a genesis file is read at its config', () => {
    const config = { chainId: 5, cancunTime: 1, blobSchedule: schedule };
    expect(parseL1ChainConfig({ config, alloc: {} })).toEqual(parseL1ChainConfig(config));
  });

  test('behavior: the chain id may be told from outside', () => {
    expect(parseL1ChainConfig({}, 900n).chainId).toBe(900n);
    expect(parseL1ChainConfig({ chainId: 5 }, 900n).chainId).toBe(5n);
  });

  test.each([
    ['chainId', {}],
    ['pragueTime', { chainId: 5, cancunTime: 5, pragueTime: 4, blobSchedule: schedule }],
    ['blobSchedule', { chainId: 5, cancunTime: 5 }],
    ['cancunTime', { chainId: 5, cancunTime: -5, blobSchedule: schedule }],
    [
      'blobSchedule.cancun.baseFeeUpdateFraction',
      {
        chainId: 5,
        cancunTime: 5,
        blobSchedule: { cancun: { ...CANCUN, baseFeeUpdateFraction: 0 } },
      },
    ],
  ])('error: names %s', (field, json) => {
    expect(() => parseL1ChainConfig(json)).toThrow(ConfigError);
    expect(() => parseL1ChainConfig(json)).toThrow(`\`${field}\`: expected`);
  });
});
