import { DecodeError } from '../base/errors.ts';
import { recoverSignersAhead } from '../base/secp256k1.ts';
import { DEPOSIT_TX_TYPE } from '../protocol/deposit.ts';
import {
  decodeSignedTx,
  decodeUnrecoveredTx,
  isRemembered,
  rememberSignedTx,
  type SignedTx,
  type UnrecoveredTx,
  withSigners,
} from './transaction.ts';

/** Transactions begun and not yet asked for, by the very array that encodes them. */
const begun = new WeakMap<Uint8Array, () => SignedTx>();

/**
 * Decodes the signed transactions among `transactions` and begins recovering their senders, and
 * the authorities of their authorizations, for `signedTxOf` of the same arrays. What does not
 * decode is left to that. Calling again is harmless.
 *
 * @param transactions Encoded, as in a payload. Not to be changed afterwards.
 */
export function recoverSendersAhead(transactions: readonly Uint8Array[]): void {
  const decoded: (UnrecoveredTx & { readonly raw: Uint8Array })[] = [];
  for (const raw of transactions) {
    if (raw[0] === DEPOSIT_TX_TYPE || begun.has(raw) || isRemembered(raw)) continue;
    try {
      decoded.push({ raw, ...decodeUnrecoveredTx(raw) });
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause;
    }
  }
  if (decoded.length === 0) return;
  const signers = recoverSignersAhead(decoded.flatMap(({ signatures }) => signatures));
  let at = 0;
  for (const tx of decoded) {
    const own = signers.slice(at, at + tx.signatures.length);
    at += tx.signatures.length;
    begun.set(tx.raw, () => withSigners(tx, own));
  }
}

/**
 * As `decodeSignedTx`, and quicker for what was begun.
 *
 * @throws DecodeError
 */
export function signedTxOf(raw: Uint8Array): SignedTx {
  const known = begun.get(raw);
  if (known === undefined) return decodeSignedTx(raw);
  begun.delete(raw);
  const tx = known();
  // Receipts and blocks in JSON ask for the sender once more.
  rememberSignedTx(raw, tx);
  return tx;
}
