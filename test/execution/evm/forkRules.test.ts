import { describe, expect, test } from 'vitest';
import { hasRules, inputLimits, p256VerifyGas } from '../../../src/execution/evm/forkRules.ts';
import type { EvmFork } from '../../../src/execution/evm/port.ts';
import type { Fork } from '../../../src/protocol/forks.ts';

describe('hasRules', () => {
  test.each<[EvmFork, Fork, boolean]>([
    ['bedrock', 'regolith', false],
    ['regolith', 'regolith', true],
    ['regolith', 'canyon', false],
    ['karst', 'regolith', true],
    ['jovian', 'karst', false],
  ])('default: %s has the rules of %s: %s', (fork, since, expected) => {
    expect(hasRules(fork, since)).toBe(expected);
  });
});

// execution.md 4.2
describe('inputLimits', () => {
  const none = undefined;
  test.each<[EvmFork, ...(number | undefined)[]]>([
    ['fjord', none, none, none, none],
    ['granite', 112_687, none, none, none],
    ['holocene', 112_687, none, none, none],
    ['isthmus', 112_687, 513_760, 488_448, 235_008],
    ['jovian', 81_984, 288_960, 278_784, 156_672],
    ['karst', 57_600, 288_960, 278_784, 156_672],
  ])('default: %s', (fork, bn256Pairing, g1Msm, g2Msm, blsPairing) => {
    expect(inputLimits(fork)).toEqual({ bn256Pairing, g1Msm, g2Msm, blsPairing });
  });
});

describe('p256VerifyGas', () => {
  test.each<[EvmFork, bigint | undefined]>([
    ['bedrock', undefined],
    ['ecotone', undefined],
    ['fjord', 3450n],
    ['jovian', 3450n],
    ['karst', 6900n],
  ])('default: %s', (fork, gas) => {
    expect(p256VerifyGas(fork)).toBe(gas);
  });
});
