import {
  type Address,
  EMPTY_BYTES,
  type Hash,
  bigintToMinimalBytes,
  bytesToHex,
  hexToBytes,
} from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { decodeRlp, encodeTypedRlp, rlpToBigint } from '../base/rlp.ts';
import { rlpBytes, rlpFixedBytes } from '../base/rlpFields.ts';

// Deposit transaction: 0x7e ++ rlp of exactly these 8 items. It has no signature and no nonce.
//
//   0 sourceHash  32 bytes                   4 value       u256
//   1 from        20 bytes                   5 gas         u64
//   2 to          20 bytes, empty = creation 6 isSystemTx  empty = false, 0x01 = true
//   3 mint        u256, empty = none         7 data        any bytes
//
// Anything else is a bad payload, not a failed deposit.

/** First byte of an encoded deposit transaction. */
export const DEPOSIT_TX_TYPE = 0x7e;

/** A deposit transaction. Mint and value in wei. */
export type DepositTx = {
  readonly sourceHash: Hash;
  readonly from: Address;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  /** 0 means no mint: both have the same encoding. */
  readonly mint: bigint;
  readonly value: bigint;
  readonly gas: bigint;
  readonly isSystemTx: boolean;
  readonly data: Uint8Array;
};

/**
 * Bytes of a deposit transaction, type byte first. Its hash is their Keccak-256.
 *
 * @spec protocol/execution.md 1.1
 */
export function encodeDepositTx(tx: DepositTx): Uint8Array {
  return encodeTypedRlp(DEPOSIT_TX_TYPE, [
    hexToBytes(tx.sourceHash),
    hexToBytes(tx.from),
    tx.to === undefined ? EMPTY_BYTES : hexToBytes(tx.to),
    bigintToMinimalBytes(tx.mint),
    bigintToMinimalBytes(tx.value),
    bigintToMinimalBytes(tx.gas),
    tx.isSystemTx ? TRUE : EMPTY_BYTES,
    tx.data,
  ]);
}

/**
 * The deposit that `data` encodes. `data` of the result is a view.
 *
 * @throws DecodeError on another type byte or anything but the one canonical encoding.
 * @spec protocol/execution.md 1.1
 */
export function decodeDepositTx(data: Uint8Array): DepositTx {
  const fields = provenFields(data);
  const { to } = fields;
  // One by one: a rest with a spread would make two objects of each deposit.
  return {
    sourceHash: bytesToHex(fields.sourceHash),
    from: bytesToHex(fields.from),
    to: to === undefined ? undefined : bytesToHex(to),
    mint: fields.mint,
    value: fields.value,
    gas: fields.gas,
    isSystemTx: fields.isSystemTx,
    data: fields.data,
  };
}

/**
 * Calldata of a deposit, a view. The other fields are proven, and not read.
 *
 * @throws DecodeError as `decodeDepositTx`.
 */
export function depositCalldata(data: Uint8Array): Uint8Array {
  return provenFields(data).data;
}

/** A deposit whose hash and addresses are still views. */
type ProvenFields = Omit<DepositTx, 'sourceHash' | 'from' | 'to'> & {
  readonly sourceHash: Uint8Array;
  readonly from: Uint8Array;
  readonly to: Uint8Array | undefined;
};

function provenFields(data: Uint8Array): ProvenFields {
  if (data[0] !== DEPOSIT_TX_TYPE) {
    const found = data.length === 0 ? 'nothing' : `0x${data[0]?.toString(16)}`;
    const message = `expected a deposit transaction, first byte 0x7e, found ${found}`;
    throw new DecodeError('depositType', 0, message);
  }
  const list = decodeRlp(data.subarray(1));
  if (list instanceof Uint8Array || list.length !== 8) {
    const found = list instanceof Uint8Array ? 'bytes' : `${list.length} items`;
    throw new DecodeError('depositFields', 1, `expected 8 deposit fields, found ${found}`);
  }
  const bytes = (index: number, name: string) =>
    rlpBytes(list[index], 'depositField', `deposit \`${name}\``);
  const fixedBytes = (index: number, length: number, name: string) =>
    rlpFixedBytes(list[index], length, 'depositField', `deposit \`${name}\``);
  return {
    sourceHash: fixedBytes(0, 32, 'sourceHash'),
    from: fixedBytes(1, 20, 'from'),
    to: bytes(2, 'to').length === 0 ? undefined : fixedBytes(2, 20, 'to'),
    mint: rlpToBigint(bytes(3, 'mint'), 32),
    value: rlpToBigint(bytes(4, 'value'), 32),
    gas: rlpToBigint(bytes(5, 'gas'), 8),
    isSystemTx: decodeBoolean(bytes(6, 'isSystemTx')),
    data: bytes(7, 'data'),
  };
}

const TRUE = Uint8Array.of(1);

function decodeBoolean(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  if (bytes.length === 1 && bytes[0] === 1) return true;
  const message = `deposit \`isSystemTx\`: expected empty or 0x01, found \`${bytesToHex(bytes)}\``;
  throw new DecodeError('depositBoolean', -1, message);
}
