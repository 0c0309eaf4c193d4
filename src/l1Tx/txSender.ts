import type { Address } from '../base/bytes.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { dataGas, type FeeOutcome, suggestFees, type TxFees } from './fees.ts';
import { followTx } from './followTx.ts';
import type { TxReceipt } from './l1Client.ts';
import type { L1Tx } from './l1Transaction.ts';
import { makeSidecar, type Sidecar } from './sidecar.ts';
import { type TxCandidate, TxError, type TxSenderParts } from './txSenderParts.ts';

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
        return await followTx({ ...parts, lowestNonce }, tx, options);
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
