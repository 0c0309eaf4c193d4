import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Address, bigintToBytes, bytesToHex, concatBytes } from './bytes.ts';
import { keccak256 } from './hash.ts';

/**
 * Uncompressed public key (65 bytes, first byte 4) that signed `hash`, or undefined when the
 * signature is invalid. `signature` is r and s, 32 bytes each, back to back.
 */
export type RecoverPublicKey = (
  hash: Uint8Array,
  signature: Uint8Array,
  yParity: 0 | 1,
) => Uint8Array | undefined;

let recover: RecoverPublicKey = (hash, signature, yParity) => {
  try {
    const parsed = secp256k1.Signature.fromBytes(signature, 'compact').addRecoveryBit(yParity);
    return parsed.recoverPublicKey(hash).toBytes(false);
  } catch {
    return undefined;
  }
};

/** Installs a faster recovery. Entry points call it once. */
export function installRecovery(fast: RecoverPublicKey): void {
  recover = fast;
}

/** A signature of `hash`, 32 bytes. `compact` is r and s, 32 bytes each, back to back. */
export type Signature = {
  readonly hash: Uint8Array;
  readonly compact: Uint8Array;
  readonly yParity: 0 | 1;
};

/**
 * Begins recovering the public key of each signature elsewhere. Calling what it gives, once, is as
 * good as `RecoverPublicKey`, and never waits.
 */
export type RecoverAhead = (
  signatures: readonly Signature[],
) => readonly (() => Uint8Array | undefined)[];

const recoverWhenAsked: RecoverAhead = (signatures) =>
  signatures.map(
    ({ hash, compact, yParity }) =>
      () =>
        recover(hash, compact, yParity),
  );

let recoverAhead: RecoverAhead = recoverWhenAsked;

/** Installs recovery ahead of need; without an argument there is none again. */
export function installRecoverAhead(ahead: RecoverAhead = recoverWhenAsked): void {
  recoverAhead = ahead;
}

/**
 * Address that signed `hash`, or undefined for an invalid signature. High `s` is not refused here:
 * where low `s` is a rule, the caller checks it.
 */
export function recoverAddress(
  hash: Uint8Array,
  signature: Uint8Array,
  yParity: 0 | 1,
): Address | undefined {
  return toAddress(recover(hash, signature, yParity));
}

function toAddress(key: Uint8Array | undefined): Address | undefined {
  return key === undefined ? undefined : bytesToHex(keccak256(key.subarray(1)).subarray(12));
}

/** Order of secp256k1. @spec SEC 2, 2.4.1 */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Address that signed a transaction whose digest is `hash`, or undefined for a signature that no
 * transaction may have: r and s are 1 or more and below the curve's order, s in its lower half
 * (EIP-2), `yParity` 0 or 1.
 */
export function recoverSigner(
  hash: Uint8Array,
  r: bigint,
  s: bigint,
  yParity: bigint,
): Address | undefined {
  const signature = toSignature({ hash, r, s, yParity });
  if (signature === undefined) return undefined;
  return recoverAddress(hash, signature.compact, signature.yParity);
}

function toSignature({ hash, r, s, yParity }: SignerQuery): Signature | undefined {
  if (yParity !== 0n && yParity !== 1n) return undefined;
  if (r === 0n || r >= CURVE_ORDER || s === 0n || s > CURVE_ORDER >> 1n) return undefined;
  const compact = concatBytes(bigintToBytes(r, 32), bigintToBytes(s, 32));
  return { hash, compact, yParity: yParity === 0n ? 0 : 1 };
}

/** Whose address is asked for: what signed `hash`, 32 bytes, as in `recoverSigner`. */
export type SignerQuery = {
  readonly hash: Uint8Array;
  readonly r: bigint;
  readonly s: bigint;
  readonly yParity: bigint;
};

/**
 * What `recoverSigner` gives for each query, had by calling. Where recovery ahead is installed it
 * begins at once; otherwise, and wherever that has not come so far, it is done when asked for.
 */
export function recoverSignersAhead(
  queries: readonly SignerQuery[],
): readonly (() => Address | undefined)[] {
  const signatures = queries.map(toSignature);
  const begun = recoverAhead(signatures.filter((signature) => signature !== undefined));
  let next = 0;
  return signatures.map((signature) => {
    const key = signature === undefined ? () => undefined : begun[next++];
    return () => toAddress(key?.());
  });
}
