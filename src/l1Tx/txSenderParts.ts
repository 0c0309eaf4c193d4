import type { Address, Hash } from '../base/bytes.ts';
import type { FeeLimits, TxFees } from './fees.ts';
import type { L1Client, TxReceipt } from './l1Client.ts';
import type { SidecarKzg } from './sidecar.ts';
import type { Signer } from './signer.ts';

/** What is to happen on L1. */
export type TxCandidate = {
  readonly to: Address;
  readonly data: Uint8Array;
  /** Wei. */
  readonly value: bigint;
  /** `data`: what carrying the data costs; `estimate`: ask the L1. */
  readonly gas: 'data' | 'estimate';
  /** BLOB_BYTES each; none for a plain transaction. */
  readonly blobs: readonly Uint8Array[];
};

/** How patient and how generous a transaction sender is. */
export type TxSenderConfig = {
  /** L1 blocks, the including one counted. */
  readonly numConfirmations: bigint;
  /** Until the fees of an unmined transaction are raised. */
  readonly resubmissionTimeoutMs: number;
  readonly rebroadcastIntervalMs: number;
  readonly receiptQueryIntervalMs: number;
  /** Until a transaction that no mempool took is given up. */
  readonly notInMempoolTimeoutMs: number;
  readonly retryIntervalMs: number;
  /** Transient errors in a row. */
  readonly maxRetries: number;
  /** 0 for ever. */
  readonly sendTimeoutMs: number;
  readonly safeAbortNonceTooLowCount: number;
  readonly feeLimits: FeeLimits;
  /** L1 time, seconds, from which blobs travel with cell proofs; undefined for never. */
  readonly cellProofTime: bigint | undefined;
  /** Words of the L1 that mean "has it already". */
  readonly knownWords: readonly string[];
};

/** Why a transaction was given up. */
export type TxErrorCode =
  | 'nonceTooLow'
  /** A transaction before it is gone for good, so that it can never be mined. */
  | 'nonceGap'
  | 'notInMempool'
  | 'reserved'
  | 'tooDear'
  | 'timeout'
  | 'refused';

/** A transaction that will not be sent again. It may still be mined when it was published once. */
export class TxError extends Error {
  override readonly name = 'TxError';
  readonly code: TxErrorCode;

  constructor(code: TxErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The parts a transaction sender works with. */
export type TxSenderParts = {
  readonly l1: L1Client;
  readonly signer: Signer;
  readonly kzg: SidecarKzg;
  readonly config: TxSenderConfig;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Told what happens to each transaction, for logs and metrics. */
  readonly onEvent?: (event: TxEvent) => void;
};

/** What happens to a transaction on its way into L1. */
export type TxEvent =
  | { readonly type: 'published'; readonly nonce: bigint; readonly hash: Hash }
  | { readonly type: 'bumped'; readonly nonce: bigint; readonly fees: TxFees }
  | { readonly type: 'refused'; readonly nonce: bigint; readonly message: string }
  | { readonly type: 'confirmed'; readonly nonce: bigint; readonly receipt: TxReceipt };
