import type { Hash } from '../base/bytes.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import { bumpFees, type FeeOutcome } from './fees.ts';
import type { TxReceipt } from './l1Client.ts';
import { type L1Tx, type SignedL1Tx, signL1Tx } from './l1Transaction.ts';
import { sendRefusal } from './sendErrors.ts';
import { TxError, type TxSenderConfig, type TxSenderParts } from './txSenderParts.ts';

/** What following one transaction needs beside the parts. */
export type FollowParts = TxSenderParts & {
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
export async function followTx(
  parts: FollowParts,
  tx: L1Tx,
  options: AbortOptions,
): Promise<TxReceipt> {
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
