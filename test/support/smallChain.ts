import {
  type Address,
  bigintToBytes,
  bytesToHex,
  type Hash,
  ZERO_HASH,
} from '../../src/base/bytes.ts';
import type { Genesis } from '../../src/execution/genesis.ts';
import { encodeDepositTx } from '../../src/protocol/deposit.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { configAt } from './executionConfig.ts';

/** Counts in slot 0 and remembers the block number in the slot of that count. */
const COUNTER: Address = `0x${'c0'.repeat(20)}`;

/** PUSH0 SLOAD, PUSH1 1 ADD, DUP1 PUSH0 SSTORE, NUMBER SWAP1 SSTORE, STOP. */
const COUNTER_CODE = Uint8Array.of(
  0x5f,
  0x54,
  0x60,
  1,
  0x01,
  0x80,
  0x5f,
  0x55,
  0x43,
  0x90,
  0x55,
  0,
);

/** A chain on Fjord with one contract, on which blocks of deposits can be built. */
export function smallGenesis(chainId = 901n): Genesis {
  return {
    config: { ...configAt('fjord'), chainId },
    header: {
      parentHash: ZERO_HASH,
      beneficiary: '0x4200000000000000000000000000000000000011',
      difficulty: 0n,
      number: 0n,
      gasLimit: 30_000_000n,
      gasUsed: 0n,
      timestamp: 1000n,
      extraData: new Uint8Array(0),
      mixHash: ZERO_HASH,
      nonce: '0x0000000000000000',
      baseFeePerGas: 1_000_000_000n,
      blobGasUsed: 0n,
      excessBlobGas: 0n,
    },
    alloc: new Map([
      [COUNTER, { nonce: 1n, balance: 0n, code: COUNTER_CODE, storage: new Map([[9n, 9n]]) }],
    ]),
  };
}

/**
 * Attributes of block `number`: one deposit that mints to an account of its own and one that calls
 * the counter. `branch` makes another block of the same height.
 */
export function smallAttributes(number: bigint, branch = 0): PayloadAttributes {
  const sourceHash = (index: number): Hash =>
    bytesToHex(bigintToBytes((number << 16n) + BigInt(branch * 256 + index), 32));
  const from = bytesToHex(bigintToBytes((number << 8n) + BigInt(branch) + (1n << 100n), 20));
  const deposit = { from, value: 0n, gas: 100_000n, isSystemTx: false, data: new Uint8Array(0) };
  return {
    timestamp: 1000n + 2n * number,
    prevRandao: ZERO_HASH,
    suggestedFeeRecipient: '0x4200000000000000000000000000000000000011',
    withdrawals: [],
    parentBeaconBlockRoot: ZERO_HASH,
    transactions: [
      encodeDepositTx({ ...deposit, sourceHash: sourceHash(0), to: from, mint: 1000n + number }),
      encodeDepositTx({ ...deposit, sourceHash: sourceHash(1), to: COUNTER, mint: 0n }),
    ],
    noTxPool: true,
    gasLimit: 30_000_000n,
    eip1559Params: undefined,
    minBaseFee: undefined,
  };
}
