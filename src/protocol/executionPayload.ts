import { type Address, bytesToHex, type Hash, type Hex } from '../base/bytes.ts';
import type { Header } from './header.ts';
import type { BlockId, L2BlockRef } from './ids.ts';
import type { L2Block } from './l2Block.ts';

/**
 * An L2 block as the Engine API carries it. `undefined` means the key is absent on the wire.
 *
 * @spec protocol/execution.md 3.11
 */
export type ExecutionPayload = {
  readonly parentHash: Hash;
  readonly feeRecipient: Address;
  readonly stateRoot: Hash;
  readonly receiptsRoot: Hash;
  /** 256 bytes. */
  readonly logsBloom: Hex;
  readonly prevRandao: Hash;
  readonly blockNumber: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly extraData: Uint8Array;
  /** Wei. */
  readonly baseFeePerGas: bigint;
  readonly blockHash: Hash;
  /** Encoded. */
  readonly transactions: readonly Uint8Array[];
  /** From Canyon on. Always empty in a valid L2 block: only its length matters. */
  readonly withdrawals: readonly unknown[] | undefined;
  /** From Ecotone on; the data availability footprint from Jovian on. */
  readonly blobGasUsed: bigint | undefined;
  /** From Ecotone on. */
  readonly excessBlobGas: bigint | undefined;
  /** From Isthmus on: storage root of the L2-to-L1 message passer. */
  readonly withdrawalsRoot: Hash | undefined;
};

/** A payload with the one header field it does not carry; `undefined` before Ecotone. */
export type PayloadEnvelope = {
  readonly executionPayload: ExecutionPayload;
  readonly parentBeaconBlockRoot: Hash | undefined;
};

/** The part of a payload that derivation and system config reading need. */
export function toL2Block(payload: ExecutionPayload): L2Block {
  return {
    number: payload.blockNumber,
    hash: payload.blockHash,
    parentHash: payload.parentHash,
    timestamp: payload.timestamp,
    gasLimit: payload.gasLimit,
    extraData: payload.extraData,
    transactions: payload.transactions,
    feeRecipient: payload.feeRecipient,
  };
}

/** Reference of a payload whose place in its epoch is known. */
export function payloadRef(
  { blockNumber, blockHash, parentHash, timestamp }: ExecutionPayload,
  l1Origin: BlockId,
  sequenceNumber: bigint,
): L2BlockRef {
  return {
    number: blockNumber,
    hash: blockHash,
    parentHash,
    timestamp,
    l1Origin,
    sequenceNumber,
  };
}

/**
 * The fields of a payload that stand in the block’s header, and its transactions. Withdrawals and
 * their root depend on the fork and are for the caller to add.
 */
export function payloadFields(
  hash: Hash,
  header: Header,
  transactions: readonly Uint8Array[],
): Omit<ExecutionPayload, 'withdrawals' | 'withdrawalsRoot'> {
  return {
    parentHash: header.parentHash,
    feeRecipient: header.beneficiary,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: bytesToHex(header.logsBloom),
    prevRandao: header.mixHash,
    blockNumber: header.number,
    gasLimit: header.gasLimit,
    gasUsed: header.gasUsed,
    timestamp: header.timestamp,
    extraData: header.extraData,
    baseFeePerGas: header.baseFeePerGas ?? 0n,
    blockHash: hash,
    transactions,
    blobGasUsed: header.blobGasUsed,
    excessBlobGas: header.excessBlobGas,
  };
}
