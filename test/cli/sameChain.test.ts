import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { assertSameChain } from '../../src/cli/sameChain.ts';
import type { Fork } from '../../src/protocol/forks.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { chainAt } from '../derive/support/config.ts';

const base = chainAt('holocene').rollup;
const start = base.genesis.l2Time;
const rollup: RollupConfig = {
  ...base,
  forkTimes: { ...base.forkTimes, canyon: 0n, ecotone: start, isthmus: start + 100n },
};

const FILES = { rollup: 'rollup.json', genesis: 'genesis.json' };
const check = (config: unknown) => assertSameChain(rollup, { config }, FILES);

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
    assertSameChain(rollup, null, FILES);
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

  test.each(['eip1559Elasticity', 'eip1559Denominator', 'eip1559DenominatorCanyon'] as const)(
    'error: another %s',
    (name) => {
      const own = rollup.chainOpConfig[name];
      check({ optimism: { [name]: Number(own) } });
      expect(() => check({ optimism: { [name]: Number(own) + 1 } })).toThrow(
        `\`chain_op_config.${name}\`: expected ${own + 1n}, as \`config.optimism.${name}\` of`,
      );
    },
  );

  test('error: several, each with both values', () => {
    const config = {
      chainId: 1,
      pragueTime: 7,
      isthmusTime: 7,
      optimism: { eip1559Elasticity: 3 },
    };
    const field = 'chain_op_config.eip1559Elasticity';
    const { l2ChainId, chainOpConfig } = rollup;
    const times = `isthmus_time ${start + 100n}`;
    const found = `l2_chain_id ${l2ChainId}, ${times}, ${field} ${chainOpConfig.eip1559Elasticity}`;
    expect(() => check(config)).toThrow(
      `\`rollup.config\`: expected l2_chain_id 1, isthmus_time 7, ${field} 3, as \`config\` of ` +
        `genesis.json says, found ${found} in rollup.json. Take the genesis that belongs`,
    );
  });

  test('behavior: a time that somebody overrides is not compared', () => {
    const genesis = { config: { isthmusTime: 7, pragueTime: 7 } };
    assertSameChain(rollup, genesis, { ...FILES, overridden: ['isthmus'] });
    const other = () => assertSameChain(rollup, genesis, { ...FILES, overridden: ['fjord'] });
    expect(other).toThrow(ConfigError);
  });

  test('error: where there are flags for the times of forks, the one to give', () => {
    const refused = (config: object, overridden: readonly Fork[] | undefined) => () =>
      assertSameChain(rollup, { config }, { ...FILES, ...(overridden && { overridden }) });
    const remedy = 'Take the genesis that belongs to this rollup config';
    const found = `found ${start + 100n} in rollup.json. ${remedy}`;
    expect(refused({ isthmusTime: 7 }, [])).toThrow(
      `${found}, or give the time that holds with --override.isthmus`,
    );
    expect(refused({ isthmusTime: 7 }, undefined)).toThrow(new RegExp(`${found}$`));
    expect(refused({ isthmusTime: 7, chainId: 1 }, [])).toThrow(new RegExp(`${remedy}$`));
  });
});
