import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/base/errors.ts';
import { assertSameChain } from '../../../src/cli/recording/sameChain.ts';
import type { RollupConfig } from '../../../src/protocol/rollupConfig.ts';
import { chainAt } from '../../derive/support/config.ts';

const base = chainAt('holocene').rollup;
const start = base.genesis.l2Time;
const rollup: RollupConfig = {
  ...base,
  forkTimes: { ...base.forkTimes, canyon: 0n, ecotone: start, isthmus: start + 100n },
};

const check = (config: unknown) => assertSameChain(rollup, { config }, 'genesis.json');

describe('assertSameChain', () => {
  test('default: the same chain id and times, in any form', () => {
    check({
      chainId: Number(rollup.l2ChainId),
      isthmusTime: String(start + 100n),
      pragueTime: `0x${(start + 100n).toString(16)}`,
    });
  });

  test('behavior: times up to that of genesis mean the same', () => {
    check({ canyonTime: Number(start), shanghaiTime: 1, ecotoneTime: 0, cancunTime: start });
  });

  test('behavior: what one of them leaves out is not compared', () => {
    check({});
    check({ karstTime: 5, isthmusTime: null });
    check(undefined);
    assertSameChain(rollup, null, 'genesis.json');
  });

  test.each([
    ['chainId', 1, 'l2_chain_id'],
    ['isthmusTime', Number(start) + 99, 'isthmus_time'],
    ['pragueTime', 0, 'isthmus_time'],
    ['ecotoneTime', Number(start) + 1, 'ecotone_time'],
  ])('error: another %s', (name, value, field) => {
    expect(() => check({ [name]: value })).toThrow(ConfigError);
    expect(() => check({ [name]: value })).toThrow(`\`${field}\``);
    expect(() => check({ [name]: value })).toThrow(`\`config.${name}\` of genesis.json`);
  });
});
