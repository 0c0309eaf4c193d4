import {
  type Address,
  EMPTY_BYTES,
  type Hash,
  bigintToMinimalBytes,
  bytesToHex,
  concatBytes,
} from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { keccak256, keccak256Hex } from '../base/hash.ts';
import { type RlpItem, decodeRlp, encodeRlp, rlpToBigint } from '../base/rlp.ts';
import { rlpBytes, rlpFixedBytes, rlpList } from '../base/rlpFields.ts';
import { recoverSigner } from '../base/secp256k1.ts';
import { decodeDepositTx, DEPOSIT_TX_TYPE } from './deposit.ts';

// Signed transactions as an L1 block holds them: an RLP list, for all but legacy behind its type
// byte. Positions of the fields that are read here:
//
//   type    items  chainId  to  input  blob hashes  signature
//   legacy  9      in v     3   5      -            6 v, 7 r, 8 s
//   1       11     0        4   6      -            8 yParity, 9 r, 10 s
//   2       12     0        5   7      -            9 yParity, 10 r, 11 s
//   3       14     0        5   7      10           11 yParity, 12 r, 13 s
//   4       13     0        5   7      -            10 yParity, 11 r, 12 s
//   0x7e    deposit, where the L1 is itself an OP chain: sender in the clear
//
// What is signed is the same list without the signature, behind the same type byte; a legacy
// transaction for one chain signs [..., chainId, 0, 0] instead.

/** An L1 transaction, as far as derivation looks at it. */
export type L1Transaction = {
  /** EIP-2718 type; 0 for legacy. */
  readonly type: number;
  readonly hash: Hash;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  /** A view into the transaction. */
  readonly input: Uint8Array;
  /** In order; empty but for type 3. */
  readonly blobVersionedHashes: readonly Hash[];
};

/**
 * The transaction that `raw` encodes, without blob sidecar.
 *
 * @throws DecodeError on an unknown type, or fields that are not those of the type.
 */
export function decodeL1Transaction(raw: Uint8Array): L1Transaction {
  const hash = keccak256Hex(raw);
  if (raw[0] === DEPOSIT_TX_TYPE) {
    const { to, data } = decodeDepositTx(raw);
    return { type: DEPOSIT_TX_TYPE, hash, to, input: data, blobVersionedHashes: [] };
  }
  const { type, layout, items } = decodeEnvelope(raw);
  const blobHashes =
    layout.blobHashes === undefined
      ? []
      : rlpList(items[layout.blobHashes], 'txField', 'blob hashes');
  return {
    type,
    hash,
    to: decodeRecipient(bytesAt(items, layout.to), type),
    input: bytesAt(items, layout.input),
    blobVersionedHashes: blobHashes.map((item) =>
      bytesToHex(rlpFixedBytes(item, 32, 'txField', 'blob hash')),
    ),
  };
}

/**
 * Who signed an L1 transaction, or undefined when the signature is invalid for this L1:
 *
 * 1. r and s are below the curve's order and not 0, and s is in its lower half;
 * 2. v is 27 or 28 (legacy, any chain), `35 + 2 * chainId` or one more (legacy), or 0 or 1 (typed);
 * 3. the chain id, where there is one, is this L1's.
 *
 * A deposit needs no signature: its sender is a field.
 *
 * @throws DecodeError as `decodeL1Transaction`.
 * @spec protocol/derivation.md 2.2 rule 3
 */
export function l1Sender(raw: Uint8Array, l1ChainId: bigint): Address | undefined {
  if (raw[0] === DEPOSIT_TX_TYPE) return decodeDepositTx(raw).from;
  const { type, layout, items } = decodeEnvelope(raw);
  const v = integerAt(items, layout.v);
  const r = integerAt(items, layout.v + 1);
  const s = integerAt(items, layout.v + 2);
  const signed = items.slice(0, layout.v);
  if (type === 0) {
    if (v === 27n || v === 28n) return recoverSigner(keccak256(encodeRlp(signed)), r, s, v - 27n);
    const yParity = v - 35n - 2n * l1ChainId;
    const list = [...signed, bigintToMinimalBytes(l1ChainId), EMPTY_BYTES, EMPTY_BYTES];
    return recoverSigner(keccak256(encodeRlp(list)), r, s, yParity);
  }
  if (integerAt(items, 0) !== l1ChainId) return undefined;
  const digest = keccak256(concatBytes(Uint8Array.of(type), encodeRlp(signed)));
  return recoverSigner(digest, r, s, v);
}

/** Positions of fields in a transaction's list; r and s follow v. */
type Layout = {
  readonly items: number;
  readonly to: number;
  readonly input: number;
  readonly blobHashes?: number;
  readonly v: number;
};

const LAYOUTS: readonly Layout[] = [
  { items: 9, to: 3, input: 5, v: 6 },
  { items: 11, to: 4, input: 6, v: 8 },
  { items: 12, to: 5, input: 7, v: 9 },
  { items: 14, to: 5, input: 7, blobHashes: 10, v: 11 },
  { items: 13, to: 5, input: 7, v: 10 },
];

type Envelope = {
  readonly type: number;
  readonly layout: Layout;
  readonly items: readonly RlpItem[];
};

function decodeEnvelope(raw: Uint8Array): Envelope {
  const first = raw[0];
  const type = first !== undefined && first >= 0xc0 ? 0 : (first ?? 0);
  const isLegacy = first !== undefined && first >= 0xc0;
  const layout = LAYOUTS[type];
  if (layout === undefined || (type === 0 && !isLegacy)) {
    const found = first === undefined ? 'nothing' : `0x${first.toString(16).padStart(2, '0')}`;
    const message = `expected a transaction of type 0 to 4 or 0x7e, found first byte ${found}`;
    throw new DecodeError('txType', 0, message);
  }
  const items = decodeRlp(isLegacy ? raw : raw.subarray(1));
  if (items instanceof Uint8Array || items.length !== layout.items) {
    const found = items instanceof Uint8Array ? 'bytes' : items.length;
    const message = `expected ${layout.items} fields in a type ${type} transaction, found ${found}`;
    throw new DecodeError('txFields', 0, message);
  }
  return { type, layout, items };
}

/** Blob and set-code transactions cannot create contracts. */
function decodeRecipient(bytes: Uint8Array, type: number): Address | undefined {
  if (bytes.length === 0 && type < 3) return undefined;
  return bytesToHex(rlpFixedBytes(bytes, 20, 'txField', '`to`'));
}

function integerAt(items: readonly RlpItem[], index: number): bigint {
  return rlpToBigint(bytesAt(items, index), 32);
}

function bytesAt(items: readonly RlpItem[], index: number): Uint8Array {
  return rlpBytes(items[index], 'txField', `transaction field ${index}`);
}
