import {
  bigintToBytes,
  bytesEqual,
  bytesToHex,
  concatBytes,
  type Hash,
  hexToBytes,
} from '../../base/bytes.ts';
import { keccak256 } from '../../base/hash.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../base/rlp.ts';
import { decodeHeader, encodeHeader, type Header } from '../../protocol/header.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from '../../protocol/receipt.ts';
import { DamagedRecordError } from '../errors.ts';

// Records of the engine's store. The first byte of a key tells what it names.
//
//   key                          value
//   m                            identity: rlp([format version, chain id, genesis hash])
//   h                            heads: head, safe, finalized, 32 bytes each
//   b ++ hash                    block: rlp([header, transactions, receipts, message passer root])
//   c ++ number u64              hash of the canonical block of that number
//   t ++ transaction hash        number of the canonical block that has it, if it still does
//   s ++ number u64 ++ hash      state root of a block whose whole state is stored
//   r                            stored states that may be pruned: rlp list of [number, hash]
//   n ++ owner ++ hash           trie node; owner is the hashed address for storage, else empty
//   k ++ hash                    code
//
// Values of m, h, b, c, s and r end in the first 4 bytes of their Keccak-256; nodes and code are
// checked against the hash in their key. What t says is checked against the block.

/** A block as the engine keeps it. */
export type BlockRecord = {
  readonly hash: Hash;
  readonly header: Header;
  /** Encoded. */
  readonly transactions: readonly Uint8Array[];
  readonly receipts: readonly Receipt[];
  /** Storage root of L2ToL1MessagePasser after the block. */
  readonly messagePasserStorageRoot: Hash;
};

/** Key of a record named by a hash. */
export function hashKey(kind: 'b' | 'k' | 't', hash: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(kind.charCodeAt(0)), hash);
}

/**
 * Key of a trie node. Tries of different accounts may hold the same node, and removing it from one
 * must not harm the other; within one trie a node stands in one place only.
 */
export function nodeKey(owner: Uint8Array, hash: Uint8Array): Uint8Array {
  return concatBytes(NODE_PREFIX, owner, hash);
}

/** Key of a record named by a block number, and for `s` the hash. */
export function numberKey(kind: 'c' | 's', number: bigint, hash?: Hash): Uint8Array {
  const prefix = Uint8Array.of(kind.charCodeAt(0));
  const tail = hash === undefined ? new Uint8Array(0) : hexToBytes(hash);
  return concatBytes(prefix, bigintToBytes(number, 8), tail);
}

/** Key of the one record of its kind. */
export function singleKey(kind: 'm' | 'h' | 'r'): Uint8Array {
  return Uint8Array.of(kind.charCodeAt(0));
}

/** `value` with its checksum. */
export function withChecksum(value: Uint8Array): Uint8Array {
  return concatBytes(value, keccak256(value).subarray(0, CHECKSUM_BYTES));
}

/**
 * The value without its checksum; a view.
 *
 * @param record    What it is, for the message.
 * @param directory Where it is, if in a folder.
 * @throws DamagedRecordError when the checksum does not fit.
 */
export function checkedValue(stored: Uint8Array, record: string, directory?: string): Uint8Array {
  const end = Math.max(0, stored.length - CHECKSUM_BYTES);
  const value = stored.subarray(0, end);
  const checksum = keccak256(value).subarray(0, CHECKSUM_BYTES);
  if (!bytesEqual(checksum, stored.subarray(end))) throw new DamagedRecordError(record, directory);
  return value;
}

/** Value of a block's record, without checksum. */
export function encodeBlockRecord(block: BlockRecord): Uint8Array {
  return encodeRlp([
    encodeHeader(block.header),
    block.transactions,
    block.receipts.map(encodeStoredReceipt),
    hexToBytes(block.messagePasserStorageRoot),
  ]);
}

/** The block of a record, in `directory` if in a folder. @throws DamagedRecordError if none. */
export function decodeBlockRecord(hash: Hash, value: Uint8Array, directory?: string): BlockRecord {
  try {
    const [header, transactions, receipts, root] = decodeRlp(value) as readonly RlpItem[];
    return {
      hash,
      header: decodeHeader(header as Uint8Array),
      transactions: transactions as readonly Uint8Array[],
      receipts: (receipts as readonly Uint8Array[]).map(decodeStoredReceipt),
      messagePasserStorageRoot: bytesToHex(root as Uint8Array),
    };
  } catch (cause) {
    throw new DamagedRecordError(`block \`${hash}\``, directory, { cause });
  }
}

/** Regolith's deposit nonce is not in the receipt's own encoding, so it stands in front. */
function encodeStoredReceipt(receipt: Receipt): Uint8Array {
  const { depositNonce } = receipt;
  const nonce = depositNonce === undefined ? NO_NONCE : bigintToBytes(depositNonce, 8);
  return concatBytes(Uint8Array.of(nonce.length), nonce, encodeReceipt(receipt));
}

function decodeStoredReceipt(bytes: Uint8Array): Receipt {
  const nonceEnd = 1 + (bytes[0] as number);
  const receipt = decodeReceipt(bytes.subarray(nonceEnd));
  if (nonceEnd === 1) return receipt;
  return { ...receipt, depositNonce: BigInt(bytesToHex(bytes.subarray(1, nonceEnd))) };
}

const CHECKSUM_BYTES = 4;
const NODE_PREFIX = Uint8Array.of('n'.charCodeAt(0));
const NO_NONCE = new Uint8Array(0);
