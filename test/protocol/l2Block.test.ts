import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import type { Header } from '../../src/protocol/header.ts';
import { l2BlockOf } from '../../src/protocol/l2Block.ts';

const HEADER: Header = {
  parentHash: `0x${'11'.repeat(32)}`,
  ommersHash: ZERO_HASH,
  beneficiary: `0x${'22'.repeat(20)}`,
  stateRoot: ZERO_HASH,
  transactionsRoot: ZERO_HASH,
  receiptsRoot: ZERO_HASH,
  logsBloom: new Uint8Array(256),
  difficulty: 0n,
  number: 7n,
  gasLimit: 30_000_000n,
  gasUsed: 21_000n,
  timestamp: 1014n,
  extraData: Uint8Array.of(1),
  mixHash: ZERO_HASH,
  nonce: '0x0000000000000000',
  baseFeePerGas: 1n,
  withdrawalsRoot: undefined,
  blobGasUsed: undefined,
  excessBlobGas: undefined,
  parentBeaconBlockRoot: undefined,
  requestsHash: undefined,
  blockAccessListHash: undefined,
  slotNumber: undefined,
};

describe('l2BlockOf', () => {
  test('default', () => {
    const hash = `0x${'33'.repeat(32)}` as const;
    const transactions = [Uint8Array.of(0x7e)];
    expect(l2BlockOf({ hash, header: HEADER, transactions })).toEqual({
      number: 7n,
      hash,
      parentHash: HEADER.parentHash,
      timestamp: 1014n,
      gasLimit: 30_000_000n,
      extraData: Uint8Array.of(1),
      transactions,
      feeRecipient: HEADER.beneficiary,
    });
  });
});
