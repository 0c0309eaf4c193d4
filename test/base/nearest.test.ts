import { describe, expect, test } from 'vitest';
import { nearestWords } from '../../src/base/nearest.ts';

const KNOWN = ['op-mainnet', 'op-sepolia', 'bob-mainnet', 'zora-mainnet', 'rpc.port'];

describe('nearestWords', () => {
  test.each([
    ['op-mainet', ['op-mainnet', 'bob-mainnet']],
    ['rcp.port', ['rpc.port']],
    ['op', ['op-mainnet', 'op-sepolia']],
    ['base-mainnet', ['bob-mainnet', 'op-mainnet', 'zora-mainnet']],
    ['nonsense', []],
    ['', []],
    ['x'.repeat(1_000), []],
  ])('default: %s', (word, found) => {
    expect(nearestWords(word, KNOWN)).toEqual(found);
  });
});
