import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import {
  l1InfoSourceHash,
  upgradeSourceHash,
  userDepositSourceHash,
} from '../../src/protocol/sourceHash.ts';

describe('userDepositSourceHash', () => {
  test.each([
    [ZERO_HASH, 0, '0xed428e1c45e1d9561b62834e1a2d3015a0caae3bfdc16b4da059ac885b01a145'],
    [ZERO_HASH, 1, '0xe5d06582d467054dda5404b9e1ec93f72b608a4970ba970773776c69ca5664f7'],
    [
      `0x${'11'.repeat(32)}`,
      257,
      '0xfd32ffdeec409754646b7c8fe9c4c8acea5f45bec59f5b9e06dc468160cfecb5',
    ],
  ] as const)('default: L1 block %s, log %i', (hash, logIndex, expected) => {
    expect(userDepositSourceHash(hash, logIndex)).toBe(expected);
  });
});

describe('l1InfoSourceHash', () => {
  test.each([
    [ZERO_HASH, 0n, '0x009316a6b27b778fc9c4cd520e332fce845aa0089877f87cfe8c1d77fa4cc110'],
    [
      '0x392012032675be9f94aae5ab442de73c5f4fb1bf30fa7dd0d2442239899a40fc',
      4n,
      '0x9faba4bffba01d831cb39e31f4f635c94687f9388ae6e3995cb3c788ce36ce04',
    ],
    [
      '0x1c4c84c50740386c7dc081efddd644405f04cde73e30a2e381737acce9f5add3',
      5n,
      '0xc19f8afc169e8aa4afe3bbf53a67ca9367922eb15fd86631ffa8422696f250d5',
    ],
  ] as const)('default: L1 block %s, sequence number %i', (hash, sequenceNumber, expected) => {
    expect(l1InfoSourceHash(hash, sequenceNumber)).toBe(expected);
  });
});

describe('upgradeSourceHash', () => {
  test.each([
    [
      'Test 0: First Transaction',
      '0xc3ecdc70c81521aae81240518d3547f601bb33ec07b909e83544b2fe093c78bd',
    ],
    [
      'Ecotone: L1 Block Deployment',
      '0x877a6077205782ea15a6dc8699fa5ebcec5e0f4389f09cb8eda09488231346f8',
    ],
    [
      'Interop pre: setFeature(INTEROP)',
      '0x22ad3660686317c7508cfb0daa4c8d86db29d958d6febe76d8eb2d8a16a3615a',
    ],
  ])('default: %s', (intent, expected) => {
    expect(upgradeSourceHash(intent)).toBe(expected);
  });
});
