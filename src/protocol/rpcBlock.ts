import { type Hash, bigintToMinimalBytes, hexToBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { encodeRlp } from '../base/rlp.ts';
import { type Header, headerHash } from './header.ts';
import { type L2Block, l2BlockOf } from './l2Block.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from './orderedTrie.ts';
import { type Receipt, encodeReceipt } from './receipt.ts';
import { headerFromRpc } from './rpcHeader.ts';
import {
  isAbsent,
  type JsonRecord,
  readAddress,
  readArray,
  readHash,
  readQuantity,
  toRecord,
} from './rpcJson.ts';
import { receiptFromRpc } from './rpcReceipt.ts';
import { encodeRpcTransaction } from './rpcTransaction.ts';

/** A header that hashes to what its answer says. */
export type ProvenHeader = { readonly hash: Hash; readonly header: Header };

/** A block whose transactions are those its header commits to. */
export type ProvenBlock = ProvenHeader & {
  /** Encoded, in order. */
  readonly transactions: readonly Uint8Array[];
};

/** Codes of the errors that mean "well formed, but not what the hash names". */
export const MISMATCH_CODES: ReadonlySet<string> = new Set([
  'blockHash',
  'transactionsRoot',
  'withdrawalsRoot',
  'receiptCount',
  'receiptsRoot',
]);

/**
 * Header of a block answer, proven by its own hash. Transactions may be hashes; they are not read.
 *
 * @throws DecodeError `blockHash` when the header does not hash to the answer's `hash`; other
 *         codes when a field is malformed.
 */
export function provenHeaderFromRpc(json: unknown): ProvenHeader {
  const header = headerFromRpc(json);
  const hash = headerHash(header);
  const claimed = readHash(toRecord(json, 'block'), 'hash');
  assertSame('blockHash', 'the header hashed to', claimed, hash, header);
  return { hash, header };
}

/**
 * Block of an answer with full transactions (`eth_getBlockBy…(…, true)`), of L1 or L2. Proven
 * by its own hash: header and transactions root.
 *
 * @throws DecodeError, code in MISMATCH_CODES, when something does not hash to what is claimed;
 *         other codes when a field is malformed.
 */
export function blockFromRpc(json: unknown): ProvenBlock {
  const block = toRecord(json, 'block');
  const { hash, header } = provenHeaderFromRpc(json);
  const transactions = eachOf(block, 'transactions', 'transaction', encodeRpcTransaction);
  const root = orderedTrieRoot(transactions);
  const what = `the ${transactions.length} transactions gave the root`;
  assertSame('transactionsRoot', what, header.transactionsRoot, root, header);
  return { hash, header, transactions };
}

/**
 * Receipts of a block (`eth_getBlockReceipts`), proven by the receipts root.
 *
 * @param header Proven.
 * @param transactionCount Of the same block.
 * @throws DecodeError as `blockFromRpc`.
 */
export function receiptsFromRpc(
  json: unknown,
  header: Header,
  transactionCount: number,
): readonly Receipt[] {
  const receipts = eachOf({ receipts: json }, 'receipts', 'receipt', receiptFromRpc);
  if (receipts.length !== transactionCount) {
    const message =
      `block ${header.number}: expected ${transactionCount} receipts, found ` +
      `${receipts.length}`;
    throw new DecodeError('receiptCount', -1, message);
  }
  const root = orderedTrieRoot(receipts.map(encodeReceipt));
  const what = `the ${receipts.length} receipts gave the root`;
  assertSame('receiptsRoot', what, header.receiptsRoot, root, header);
  return receipts;
}

/**
 * States that the withdrawals in an L1 block answer are those of its header. An answer may leave
 * them out: derivation reads none. Not for L2, whose header uses the field otherwise.
 *
 * @throws DecodeError as `blockFromRpc`.
 */
export function assertWithdrawals(json: unknown, header: Header): void {
  const block = toRecord(json, 'block');
  if (isAbsent(block, 'withdrawals')) return;
  const withdrawals = eachOf(block, 'withdrawals', 'withdrawal', encodeRpcWithdrawal);
  const root = orderedTrieRoot(withdrawals);
  const what = `the ${withdrawals.length} withdrawals gave the root`;
  assertSame('withdrawalsRoot', what, header.withdrawalsRoot ?? EMPTY_TRIE_ROOT, root, header);
}

/** What derivation needs of an L2 block answer with full transactions. @throws as `blockFromRpc` */
export function l2BlockFromRpc(json: unknown): L2Block {
  return l2BlockOf(blockFromRpc(json));
}

/** RLP of a withdrawal: index, validator index, address, amount in gwei. @spec EIP-4895 */
function encodeRpcWithdrawal(json: unknown): Uint8Array {
  const withdrawal = toRecord(json, 'withdrawal');
  const integer = (key: string) => bigintToMinimalBytes(readQuantity(withdrawal, key, 8));
  const address = hexToBytes(readAddress(withdrawal, 'address'));
  return encodeRlp([integer('index'), integer('validatorIndex'), address, integer('amount')]);
}

/** The items of a list, read one by one; a malformed one is told with its place. */
function eachOf<T>(
  json: JsonRecord,
  key: string,
  item: string,
  read: (json: unknown) => T,
): readonly T[] {
  return readArray(json, key).map((value, index) => {
    try {
      return read(value);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const message = `${item} ${index}: ${error.message}`;
      throw new DecodeError(error.code, error.offset, message, { cause: error });
    }
  });
}

function assertSame(code: string, what: string, expected: Hash, found: Hash, at: Header): void {
  if (expected === found) return;
  const message = `block ${at.number}: expected \`${expected}\`, but ${what} \`${found}\``;
  throw new DecodeError(code, -1, message);
}
