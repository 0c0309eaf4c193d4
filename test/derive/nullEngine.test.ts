import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { nullBlock, transactionsDigestHex } from '../../src/derive/index.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { chainAt } from './support/config.ts';
import { genesisOf } from './support/l2.ts';

const config = chainAt('jovian');
const genesis = genesisOf(config);
const ATTRIBUTES: PayloadAttributes = {
  timestamp: 1002n,
  prevRandao: `0x${'aa'.repeat(32)}`,
  suggestedFeeRecipient: `0x${'00'.repeat(20)}`,
  withdrawals: [],
  parentBeaconBlockRoot: `0x${'bb'.repeat(32)}`,
  transactions: [Uint8Array.of(1), Uint8Array.of(2)],
  noTxPool: true,
  gasLimit: 30_000_000n,
  eip1559Params: '0x0000000000000000',
  minBaseFee: 5n,
};
const hashOf = (changes: Partial<PayloadAttributes> = {}) =>
  nullBlock(config.rollup, genesis, { ...ATTRIBUTES, ...changes }).hash;

describe('nullBlock', () => {
  test('behavior: everything that attributes ask for is in the hash', () => {
    const changes: Partial<PayloadAttributes>[] = [
      { timestamp: 1003n },
      { prevRandao: `0x${'ab'.repeat(32)}` },
      { gasLimit: 1n },
      { parentBeaconBlockRoot: undefined },
      { eip1559Params: '0x0000000000000001' },
      { minBaseFee: undefined },
      { transactions: [Uint8Array.of(2), Uint8Array.of(1)] },
    ];
    const hashes = [hashOf(), ...changes.map((change) => hashOf(change))];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(nullBlock(config.rollup, { ...genesis, number: 1n }, ATTRIBUTES).hash).not.toBe(
      hashOf(),
    );
  });

  test('behavior: extraData by fork, zero parameters as the chain’s constants', () => {
    const extra = (
      newest: Parameters<typeof chainAt>[0],
      changes: Partial<PayloadAttributes> = {},
    ) =>
      bytesToHex(
        nullBlock(chainAt(newest).rollup, genesis, { ...ATTRIBUTES, ...changes }).extraData,
      );
    const holocene = { minBaseFee: undefined };
    expect(extra('granite', holocene)).toBe('0x');
    expect(extra('holocene', holocene)).toBe('0x00000000fa00000006');
    expect(extra('holocene', { ...holocene, eip1559Params: '0x0000000700000009' })).toBe(
      '0x000000000700000009',
    );
    expect(extra('jovian')).toBe('0x01000000fa000000060000000000000005');
  });
});

test('transactionsDigestHex of no transaction is the hash of nothing', () => {
  expect(transactionsDigestHex([])).toBe(keccak256Hex(new Uint8Array(0)));
});
