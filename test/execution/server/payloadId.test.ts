import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../../src/base/bytes.ts';
import { payloadId } from '../../../src/execution/server/payloadId.ts';
import type { PayloadAttributes } from '../../../src/protocol/payloadAttributes.ts';

const PARENT = '0x3533bf30edaf9505d0810bf475cbe4e5f4b9889904b9845e83efdeab4e92eb1e';

const TRANSACTION =
  '0x7ef8f8a0dc19cfa777d90980e4875d0a548a881baaa3f83f14d1bc0d3038bc329350e54194deaddeaddeaddeaddeaddeaddeaddeaddead00019442000000000000000000000000000000000000158080830f424080b8a4440a5e20000f424000000000000000000000000300000000670d6d890000000000000125000000000000000000000000000000000000000000000000000000000000000700000000000000000000000000000000000000000000000000000000000000014bf9181db6e381d4384bbf69c48b0ee0eed23c6ca26143c6d2544f9d39997a590000000000000000000000007f83d659683caf2767fd3c720981d51f5bc365bc';

const ATTRIBUTES: PayloadAttributes = {
  timestamp: 1_728_933_301n,
  prevRandao: '0x9158595abbdab2c90635087619aa7042bbebe47642dfab3c9bfb934f6b082765',
  suggestedFeeRecipient: '0x4200000000000000000000000000000000000011',
  withdrawals: [],
  parentBeaconBlockRoot: '0x8fe0193b9bf83cb7e5a08538e494fecc23046aab9a497af3704f4afdae3250ff',
  transactions: [hexToBytes(TRANSACTION)],
  noTxPool: false,
  gasLimit: 30_000_000n,
  eip1559Params: undefined,
  minBaseFee: undefined,
};

describe('payloadId', () => {
  test('default: as op-geth logged it', () => {
    expect(payloadId(PARENT, ATTRIBUTES, 3)).toBe('0x03d2dae446d2a86a');
  });

  test('default: with a minimum base fee, as op-reth tests it', () => {
    const attributes = { ...ATTRIBUTES, minBaseFee: 100n };
    expect(payloadId(PARENT, attributes, 4)).toBe('0x046c65ffc4d659ec');
  });

  test('behavior: every field counts', () => {
    const changes: readonly Partial<PayloadAttributes>[] = [
      { timestamp: 1n },
      { prevRandao: PARENT },
      { suggestedFeeRecipient: `0x${'01'.repeat(20)}` },
      { parentBeaconBlockRoot: undefined },
      { transactions: [] },
      { noTxPool: true },
      { gasLimit: 1n },
      { eip1559Params: '0x0000000000000001' },
      { minBaseFee: 0n },
    ];
    const ids = changes.map((change) => payloadId(PARENT, { ...ATTRIBUTES, ...change }, 3));
    expect(new Set([...ids, payloadId(PARENT, ATTRIBUTES, 3)]).size).toBe(changes.length + 1);
  });

  test('behavior: more transactions than a call takes arguments', () => {
    const transactions = Array.from({ length: 200_000 }, () => Uint8Array.of(2));
    expect(payloadId(PARENT, { ...ATTRIBUTES, transactions }, 3)).toMatch(/^0x03/);
  });
});
