import {
  type Address,
  bytesToBigint,
  bytesToHex,
  type Hash,
  hexToBytes,
  bigintToMinimalBytes,
} from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { keccak256 } from '../base/hash.ts';
import { borrowRlp, borrowTypedRlp, decodeRlp, type RlpItem, rlpToBigint } from '../base/rlp.ts';
import { recoverSigner, type SignerQuery } from '../base/secp256k1.ts';

// Signed transactions that an L2 block may hold, by their first byte.
//
//   c0..ff  legacy     [nonce, gasPrice, gas, to, value, data, v, r, s]
//   01      EIP-2930   [chainId, nonce, gasPrice, gas, to, value, data, access, parity, r, s]
//   02      EIP-1559   [chainId, nonce, tip, maxFee, gas, to, value, data, access, parity, r, s]
//   04      EIP-7702   as 02, with the authorizations after the access list
//
// Blob transactions (03) are never allowed on L2. Deposits have their own codec.

/** A signed transaction with its sender. Amounts in wei. */
export type SignedTx = {
  readonly type: 0 | 1 | 2 | 4;
  readonly hash: Hash;
  readonly from: Address;
  /** Undefined for a legacy transaction without replay protection. */
  readonly chainId: bigint | undefined;
  readonly nonce: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly gasLimit: bigint;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessListEntry[];
  readonly authorizations: readonly Authorization[];
};

/** An address and slots of it that are warm from the start. */
export type AccessListEntry = { readonly address: Address; readonly slots: readonly bigint[] };

/** A signed wish of an account to run another one's code (EIP-7702). */
export type Authorization = {
  readonly chainId: bigint;
  readonly address: Address;
  readonly nonce: bigint;
  /** Undefined when the signature does not recover. */
  readonly authority: Address | undefined;
};

/** A signed transaction whose sender and authorities are still to be recovered. */
export type UnrecoveredTx = {
  readonly tx: Omit<SignedTx, 'from' | 'authorizations'>;
  readonly authorizations: readonly Omit<Authorization, 'authority'>[];
  /** The transaction's own, then those of the authorizations. */
  readonly signatures: readonly SignerQuery[];
};

/** Transactions whose sender is known, by the very array that encodes them. */
const recovered = new WeakMap<Uint8Array, SignedTx>();

/** Spares `decodeSignedTx` of the same array the recovery. The array is not to be changed. */
export function rememberSignedTx(raw: Uint8Array, tx: SignedTx): void {
  recovered.set(raw, tx);
}

/** Whether `decodeSignedTx` of this array recovers nothing any more. */
export function isRemembered(raw: Uint8Array): boolean {
  return recovered.has(raw);
}

/**
 * The transaction that `raw` encodes, with the sender recovered.
 *
 * @throws DecodeError on an unknown type, anything but the canonical encoding, or a bad signature.
 * @spec protocol/execution.md 2.1
 */
export function decodeSignedTx(raw: Uint8Array): SignedTx {
  const known = recovered.get(raw);
  if (known !== undefined) return known;
  const unrecovered = decodeUnrecoveredTx(raw);
  const signers = unrecovered.signatures.map(({ hash, r, s, yParity }) => () => {
    return recoverSigner(hash, r, s, yParity);
  });
  return withSigners(unrecovered, signers);
}

/**
 * The transaction with its signers.
 *
 * @param signers For each of `signatures` what recovers its address: undefined where it is bad.
 * @throws DecodeError without a sender. An authorization without authority is only skipped.
 */
export function withSigners(
  { tx, authorizations }: UnrecoveredTx,
  [sender, ...authorities]: readonly (() => Address | undefined)[],
): SignedTx {
  const from = sender?.();
  if (from === undefined) {
    throw new DecodeError('txSignature', -1, 'expected a valid signature with a low s');
  }
  // One by one: a spread with more behind it takes five times as long.
  return {
    type: tx.type,
    hash: tx.hash,
    from,
    chainId: tx.chainId,
    nonce: tx.nonce,
    maxFeePerGas: tx.maxFeePerGas,
    maxPriorityFeePerGas: tx.maxPriorityFeePerGas,
    gasLimit: tx.gasLimit,
    to: tx.to,
    value: tx.value,
    data: tx.data,
    accessList: tx.accessList,
    authorizations: authorizations.map((one, i) => ({ ...one, authority: authorities[i]?.() })),
  };
}

/**
 * The transaction that `raw` encodes, without its signers.
 *
 * @throws DecodeError as `decodeSignedTx`, but for a signature that does not recover.
 */
export function decodeUnrecoveredTx(raw: Uint8Array): UnrecoveredTx {
  const type = raw[0];
  if (type === undefined) throw new DecodeError('txEmpty', 0, 'expected a transaction, found none');
  if (type >= 0xc0) return decodeLegacy(raw);
  if (type === 1 || type === 2 || type === 4) return decodeTyped(raw, type);
  const found = `0x${type.toString(16).padStart(2, '0')}`;
  throw new DecodeError('txType', 0, `expected transaction type 0, 1, 2 or 4, found ${found}`);
}

function decodeLegacy(raw: Uint8Array): UnrecoveredTx {
  const items = listOf(decodeRlp(raw), 9);
  const fields = bytesAt(items);
  const v = rlpToBigint(fields(6), 32);
  const isProtected = v >= 35n;
  if (!isProtected && v !== 27n && v !== 28n) {
    throw new DecodeError('txSignature', -1, `expected v of 27, 28 or at least 35, found ${v}`);
  }
  const chainId = isProtected ? (v - 35n) / 2n : undefined;
  const parity = isProtected ? (v - 35n) % 2n : v - 27n;
  const unsigned: RlpItem[] = items.slice(0, 6);
  if (chainId !== undefined) {
    unsigned.push(bigintToMinimalBytes(chainId), new Uint8Array(0), new Uint8Array(0));
  }
  const price = rlpToBigint(fields(1), 32);
  const tx: UnrecoveredTx['tx'] = {
    type: 0,
    hash: bytesToHex(keccak256(raw)),
    chainId,
    nonce: rlpToBigint(fields(0), 8),
    maxFeePerGas: price,
    maxPriorityFeePerGas: price,
    gasLimit: rlpToBigint(fields(2), 8),
    to: toAddress(fields(3)),
    value: rlpToBigint(fields(4), 32),
    data: fields(5),
    accessList: [],
  };
  const hash = keccak256(borrowRlp(unsigned));
  const signature = signatureOf(hash, fields(7), fields(8), parity);
  return { tx, authorizations: [], signatures: [signature] };
}

function decodeTyped(raw: Uint8Array, type: 1 | 2 | 4): UnrecoveredTx {
  const items = listOf(decodeRlp(raw.subarray(1)), type === 1 ? 11 : type === 2 ? 12 : 13);
  const signature = items.length - 3;
  // Types 2 and 4 have one more fee field than type 1.
  const shift = type === 1 ? 0 : 1;
  const fields = bytesAt(items);
  const parity = rlpToBigint(fields(signature), 32);
  const [r, s] = [fields(signature + 1), fields(signature + 2)];
  const tx: UnrecoveredTx['tx'] = {
    type,
    hash: bytesToHex(keccak256(raw)),
    chainId: rlpToBigint(fields(0), 32),
    nonce: rlpToBigint(fields(1), 8),
    maxPriorityFeePerGas: rlpToBigint(fields(2), 32),
    maxFeePerGas: rlpToBigint(fields(2 + shift), 32),
    gasLimit: rlpToBigint(fields(3 + shift), 8),
    to: toAddress(fields(4 + shift)),
    value: rlpToBigint(fields(5 + shift), 32),
    data: fields(6 + shift),
    accessList: listOf(items[7 + shift]).map(decodeAccessListEntry),
  };
  const signed = keccak256(borrowTypedRlp(type, items.slice(0, signature)));
  const own = signatureOf(signed, r, s, parity);
  if (type !== 4) return { tx, authorizations: [], signatures: [own] };
  const authorized = listOf(items[9]).map(decodeAuthorization);
  return {
    tx,
    authorizations: authorized.map(({ authorization }) => authorization),
    signatures: [own, ...authorized.map(({ signature }) => signature)],
  };
}

function decodeAccessListEntry(item: RlpItem): AccessListEntry {
  const [address, slots] = listOf(item, 2);
  return {
    address: bytesToHex(sized(asBytes(address), 20, 'address')),
    slots: listOf(slots).map((slot) => bytesToBigint(sized(asBytes(slot), 32, 'slot'))),
  };
}

/** What an authorization signs: `keccak256(05 || rlp([chainId, address, nonce]))`. */
export function authorizationHash({
  chainId,
  address,
  nonce,
}: Omit<Authorization, 'authority'>): Uint8Array {
  const fields = [bigintToMinimalBytes(chainId), hexToBytes(address), bigintToMinimalBytes(nonce)];
  return keccak256(borrowTypedRlp(5, fields));
}

function decodeAuthorization(item: RlpItem): {
  readonly authorization: Omit<Authorization, 'authority'>;
  readonly signature: SignerQuery;
} {
  const items = listOf(item, 6);
  const fields = bytesAt(items);
  const parity = rlpToBigint(fields(3), 1);
  const authorization = {
    chainId: rlpToBigint(fields(0), 32),
    address: bytesToHex(sized(fields(1), 20, 'address')),
    nonce: rlpToBigint(fields(2), 8),
  };
  return {
    authorization,
    signature: signatureOf(authorizationHash(authorization), fields(4), fields(5), parity),
  };
}

function signatureOf(hash: Uint8Array, r: Uint8Array, s: Uint8Array, yParity: bigint): SignerQuery {
  return { hash, r: rlpToBigint(r, 32), s: rlpToBigint(s, 32), yParity };
}

function listOf(item: RlpItem | undefined, length?: number): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) {
    throw new DecodeError('txField', -1, 'expected a list in a transaction, found bytes');
  }
  if (length !== undefined && item.length !== length) {
    const message = `expected ${length} transaction fields, found ${item.length}`;
    throw new DecodeError('txFieldCount', -1, message);
  }
  return item;
}

function bytesAt(items: readonly RlpItem[]): (index: number) => Uint8Array {
  return (index) => asBytes(items[index]);
}

function asBytes(item: RlpItem | undefined): Uint8Array {
  if (item instanceof Uint8Array) return item;
  throw new DecodeError('txField', -1, 'expected bytes in a transaction field, found a list');
}

function toAddress(bytes: Uint8Array): Address | undefined {
  return bytes.length === 0 ? undefined : bytesToHex(sized(bytes, 20, 'to'));
}

function sized(bytes: Uint8Array, length: number, name: string): Uint8Array {
  if (bytes.length === length) return bytes;
  const message = `transaction \`${name}\`: expected ${length} bytes, found ${bytes.length}`;
  throw new DecodeError('txField', -1, message);
}
