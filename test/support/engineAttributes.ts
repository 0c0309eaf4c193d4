import { bytesToHex, ZERO_HASH } from '../../src/base/bytes.ts';
import { encodeDepositTx } from '../../src/protocol/deposit.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';

/** A deposit that differs with `salt`; what it does is of no interest. */
export function makeDeposit(salt: number): Uint8Array {
  return encodeDepositTx({
    sourceHash: bytesToHex(new Uint8Array(32).fill(salt)),
    from: `0x${'de'.repeat(20)}`,
    to: `0x${'15'.repeat(20)}`,
    mint: 0n,
    value: 0n,
    gas: 1_000_000n,
    isSystemTx: false,
    data: Uint8Array.of(salt),
  });
}

/** Attributes of the newest fork for a child of a block, with one deposit. */
export function makeAttributes(parent: PayloadEnvelope, salt = 0): PayloadAttributes {
  const { timestamp, gasLimit } = parent.executionPayload;
  return {
    timestamp: timestamp + 2n,
    prevRandao: ZERO_HASH,
    suggestedFeeRecipient: '0x4200000000000000000000000000000000000011',
    withdrawals: [],
    parentBeaconBlockRoot: ZERO_HASH,
    transactions: [makeDeposit(salt)],
    noTxPool: true,
    gasLimit,
    eip1559Params: '0x000000fa00000006',
    minBaseFee: 1n,
  };
}
