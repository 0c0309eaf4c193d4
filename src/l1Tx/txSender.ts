import type { Address, Hash } from '../base/bytes.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import {
  bumpFees,
  dataGas,
  type FeeLimits,
  type FeeOutcome,
  suggestFees,
  type TxFees,
} from './fees.ts';
import type { L1Client, TxReceipt } from './l1Client.ts';
import { type L1Tx, type SignedL1Tx, signL1Tx } from './l1Transaction.ts';
import { sendRefusal } from './sendErrors.ts';
import { makeSidecar, type Sidecar, type SidecarKzg } from './sidecar.ts';
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

/** Sends L1 transactions of one account, several at a time, in the order of the calls. */
export type TxSender = {
  readonly address: Address;
  /**
   * Resolves once the transaction is confirmed, reverted or not.
   *
   * @throws TxError when it is given up; TransportError while it is prepared; the signal's reason.
   */
  readonly send: (candidate: TxCandidate, options?: AbortOptions) => Promise<TxReceipt>;
  /** Transactions on their way. */
  readonly pending: () => number;
};

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

/** A sender for the signer's account. The nonce is read at the first send, and after a failure. */
export function createTxSender(parts: TxSenderParts): TxSender {
  const { signer, l1 } = parts;
  let chainId: bigint | undefined;
  let nextNonce: bigint | undefined;
  let line: Promise<unknown> = Promise.resolve();
  let pending = 0;
  const nonces = new Set<bigint>();
  const lowestNonce = (): bigint => [...nonces].reduce((a, b) => (a < b ? a : b));

  /** Nonces are given in the order of the calls, whatever was slow to prepare. */
  const prepare = async (
    candidate: TxCandidate,
    before: Promise<unknown>,
    options: AbortOptions,
  ): Promise<L1Tx> => {
    const ready = prepareFees(parts, candidate, options);
    // The line may wait long for its turn, and a failure meanwhile is reported at the turn.
    ready.catch(() => {});
    await before;
    const { fees, sidecar, gas } = await ready;
    chainId ??= await l1.chainId(options);
    nextNonce ??= await l1.nonce(signer.address, 'latest', options);
    const nonce = nextNonce++;
    const { to, value, data } = candidate;
    return { chainId, nonce, fees, gas, to, value, data, sidecar };
  };

  return {
    address: signer.address,
    pending: () => pending,
    send: async (candidate, options = {}) => {
      pending++;
      const prepared = prepare(candidate, line, options);
      line = prepared.catch(() => {});
      let nonce: bigint | undefined;
      try {
        const tx = await prepared;
        nonce = tx.nonce;
        nonces.add(nonce);
        return await follow({ ...parts, lowestNonce }, tx, options);
      } catch (error) {
        nextNonce = undefined;
        throw error;
      } finally {
        if (nonce !== undefined) nonces.delete(nonce);
        pending--;
      }
    },
  };
}

type Prepared = {
  readonly fees: TxFees;
  readonly sidecar: Sidecar | undefined;
  readonly gas: bigint;
};

async function prepareFees(
  { l1, kzg, config, signer }: TxSenderParts,
  candidate: TxCandidate,
  options: AbortOptions,
): Promise<Prepared> {
  const head = await l1.head(options);
  const hasBlobs = candidate.blobs.length > 0;
  const fees = feesOf(suggestFees(head.feeMarket, config.feeLimits, hasBlobs));
  const isCells = config.cellProofTime !== undefined && head.timestamp >= config.cellProofTime;
  const sidecar = hasBlobs ? await makeSidecar(candidate.blobs, isCells ? 1 : 0, kzg) : undefined;
  const gas =
    candidate.gas === 'data'
      ? dataGas(candidate.data)
      : await l1.estimateGas({ ...candidate, from: signer.address }, options);
  return { fees, sidecar, gas };
}

function feesOf(outcome: FeeOutcome): TxFees {
  if (outcome.type === 'fees') return outcome.fees;
  throw new TxError('tooDear', outcome.message);
}

/** What following one transaction needs beside the parts. */
type FollowParts = TxSenderParts & {
  /** The lowest nonce of ours that is not confirmed. */
  readonly lowestNonce: () => bigint;
};

/** A transaction on its way. Every version of its nonce is watched. */
type Flight = {
  tx: L1Tx;
  signed: SignedL1Tx;
  readonly hashes: Set<Hash>;
  readonly startedMs: number;
  isTaken: boolean;
  publishedMs: number;
  bumpedMs: number;
  nonceTooLow: number;
  retries: number;
  mustBump: boolean;
};

/** Publishes, watches, publishes again and raises fees until the transaction is confirmed. */
async function follow(parts: FollowParts, tx: L1Tx, options: AbortOptions): Promise<TxReceipt> {
  const now = parts.now ?? Date.now;
  const flight: Flight = {
    tx,
    signed: await signL1Tx(tx, parts.signer),
    hashes: new Set(),
    startedMs: now(),
    isTaken: false,
    publishedMs: now(),
    bumpedMs: now(),
    nonceTooLow: 0,
    retries: 0,
    mustBump: false,
  };
  await publish(parts, flight, now(), options);
  for (;;) {
    const seen = await lookUp(parts, flight, options);
    if (seen.type === 'confirmed') {
      parts.onEvent?.({ type: 'confirmed', nonce: tx.nonce, receipt: seen.receipt });
      return seen.receipt;
    }
    if (seen.type === 'mined') flight.nonceTooLow = 0;
    else await pursue(parts, flight, now(), options);
    const { retryIntervalMs, receiptQueryIntervalMs } = parts.config;
    const isUrgent = flight.retries > 0 || flight.mustBump;
    await sleep(isUrgent ? retryIntervalMs : receiptQueryIntervalMs, options);
  }
}

type Sighting =
  | { readonly type: 'confirmed'; readonly receipt: TxReceipt }
  | { readonly type: 'mined' }
  | { readonly type: 'unseen' };

async function lookUp(
  { l1, config }: TxSenderParts,
  flight: Flight,
  options: AbortOptions,
): Promise<Sighting> {
  try {
    for (const hash of flight.hashes) {
      const receipt = await l1.receipt(hash, options);
      if (receipt === undefined) continue;
      const { number } = await l1.head(options);
      const isDeep = receipt.blockNumber + config.numConfirmations <= number + 1n;
      return isDeep ? { type: 'confirmed', receipt } : { type: 'mined' };
    }
    return { type: 'unseen' };
  } catch (error) {
    options.signal?.throwIfAborted();
    // Not knowing is not failing: nothing is sent or given up on the word of a broken connection.
    if (error instanceof TransportError) return { type: 'mined' };
    throw error;
  }
}

/** What is due for a transaction that is not mined. */
async function pursue(
  parts: FollowParts,
  flight: Flight,
  nowMs: number,
  options: AbortOptions,
): Promise<void> {
  const { config } = parts;
  const ageMs = nowMs - flight.startedMs;
  if (flight.nonceTooLow >= config.safeAbortNonceTooLowCount) {
    throw new TxError('nonceTooLow', `nonce ${flight.tx.nonce} was used by another transaction`);
  }
  if (!flight.isTaken && ageMs >= config.notInMempoolTimeoutMs) {
    throw new TxError('notInMempool', `no mempool took nonce ${flight.tx.nonce} in ${ageMs} ms`);
  }
  if (config.sendTimeoutMs > 0 && ageMs >= config.sendTimeoutMs) {
    throw new TxError('timeout', `nonce ${flight.tx.nonce} was not mined in ${ageMs} ms`);
  }
  const isDue = nowMs - flight.publishedMs >= config.rebroadcastIntervalMs;
  if (isDue) await assertNoGap(parts, options);
  if (flight.mustBump || nowMs - flight.bumpedMs >= config.resubmissionTimeoutMs) {
    await bump(parts, flight, nowMs, options);
    await publish(parts, flight, nowMs, options);
  } else if (flight.retries > 0 || isDue) {
    await publish(parts, flight, nowMs, options);
  }
}

/** After a reorg that lost confirmed transactions, later nonces would wait for ever. */
async function assertNoGap(parts: FollowParts, options: AbortOptions): Promise<void> {
  let next: bigint;
  try {
    next = await parts.l1.nonce(parts.signer.address, 'latest', options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof TransportError) return;
    throw error;
  }
  const lowest = parts.lowestNonce();
  if (next >= lowest) return;
  throw new TxError('nonceGap', `expected nonce ${lowest} to be next on L1, found ${next}`);
}

/** Raises the fees. What cannot be raised is published again as it was. */
async function bump(
  parts: TxSenderParts,
  flight: Flight,
  nowMs: number,
  options: AbortOptions,
): Promise<void> {
  const { nonce } = flight.tx;
  let outcome: FeeOutcome;
  try {
    const { feeMarket } = await parts.l1.head(options);
    outcome = bumpFees(flight.tx.fees, feeMarket, parts.config.feeLimits);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof TransportError)) throw error;
    parts.onEvent?.({ type: 'refused', nonce, message: error.message });
    return;
  }
  flight.bumpedMs = nowMs;
  flight.mustBump = false;
  if (outcome.type === 'tooDear') {
    parts.onEvent?.({ type: 'refused', nonce, message: outcome.message });
    return;
  }
  flight.tx = { ...flight.tx, fees: outcome.fees };
  flight.signed = await signL1Tx(flight.tx, parts.signer);
  parts.onEvent?.({ type: 'bumped', nonce, fees: outcome.fees });
}

async function publish(
  parts: TxSenderParts,
  flight: Flight,
  nowMs: number,
  options: AbortOptions,
): Promise<void> {
  const { hash, raw } = flight.signed;
  const { nonce } = flight.tx;
  flight.publishedMs = nowMs;
  // Before the answer: a request that breaks off may have been taken.
  flight.hashes.add(hash);
  try {
    await parts.l1.sendRaw(raw, options);
    parts.onEvent?.({ type: 'published', nonce, hash });
    noteTaken(flight);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof TransportError)) throw error;
    parts.onEvent?.({ type: 'refused', nonce, message: error.message });
    noteRefusal(parts.config, flight, error);
  }
}

function noteTaken(flight: Flight): void {
  flight.isTaken = true;
  flight.retries = 0;
}

function noteRefusal(config: TxSenderConfig, flight: Flight, error: TransportError): void {
  const isAnswer = error.code === 'rpc';
  const refusal = isAnswer ? sendRefusal(error.message, config.knownWords) : 'other';
  switch (refusal) {
    case 'known':
      noteTaken(flight);
      return;
    case 'underpriced':
      flight.mustBump = true;
      return;
    case 'nonceTooLow':
      flight.nonceTooLow++;
      // Nothing of ours can have used the nonce: another sender did.
      if (!flight.isTaken) flight.nonceTooLow = config.safeAbortNonceTooLowCount;
      return;
    case 'reserved':
      throw new TxError('reserved', error.message, { cause: error });
    case 'nonceTooHigh':
    case 'other':
      if (++flight.retries <= config.maxRetries) return;
      throw new TxError('refused', error.message, { cause: error });
  }
}
