import { bigintToBytes, concatBytes, EMPTY_BYTES, joinBytes } from '../base/bytes.ts';
import { encodeUvarint } from '../base/cursor.ts';
import { DecodeError } from '../base/errors.ts';
import { decodeRlp, encodeRlp, type RlpItem, rlpToBigint } from '../base/rlp.ts';
import { rlpBytes, rlpList } from '../base/rlpFields.ts';
import { encodeBitlist } from './bitlist.ts';
import { POST_EXEC_TX_TYPE } from './spanBatchTxs.ts';

/** One transaction taken apart into its entries of the columns. */
type ColumnEntries = {
  readonly creation: boolean;
  readonly parity: boolean;
  /** Undefined in typed transactions, which have no entry. */
  readonly isProtected: boolean | undefined;
  /** r and s. */
  readonly signature: Uint8Array;
  /** Empty where the transaction creates a contract. */
  readonly recipient: Uint8Array;
  readonly data: Uint8Array;
  readonly nonce: Uint8Array;
  readonly gasLimit: Uint8Array;
};

/**
 * The transaction columns of a span batch, the inverse of `readSpanTxs` and `rebuildSpanTxs`.
 *
 * @param transactions  Signed EIP-2718 bytes of types legacy, 1, 2, 4 and 0x7d.
 * @throws DecodeError  for another type, a malformed transaction, or one of another chain.
 * @spec   protocol/derivation.md 6.3, fields 8 to 15
 */
export function encodeSpanTxs(transactions: readonly Uint8Array[], chainId: bigint): Uint8Array {
  const entries = transactions.map((transaction) => takeApart(transaction, chainId));
  const isProtected = entries.flatMap((entry) => entry.isProtected ?? []);
  return joinBytes([
    encodeBitlist(entries.map((entry) => entry.creation)),
    encodeBitlist(entries.map((entry) => entry.parity)),
    ...COLUMNS.map((column) => joinBytes(entries.map((entry) => entry[column]))),
    encodeBitlist(isProtected),
  ]);
}

const COLUMNS = ['signature', 'recipient', 'data', 'nonce', 'gasLimit'] as const;

function takeApart(transaction: Uint8Array, chainId: bigint): ColumnEntries {
  const first = transaction[0];
  if (first === POST_EXEC_TX_TYPE) return opaqueEntries(transaction);
  const isLegacy = first !== undefined && first >= 0xc0;
  const list = decodeRlp(isLegacy ? transaction : transaction.subarray(1));
  const items = rlpList(list, 'rlpUnexpectedBytes', 'transaction');
  if (isLegacy) return legacyEntries(items, chainId);
  const fees = FEES_OF_TYPE[first ?? 0];
  if (fees === undefined) {
    throw new DecodeError(
      'unknownTxType',
      0,
      `transaction type ${first} cannot be in a span batch`,
    );
  }
  return typedEntries(first as number, fees, items, chainId);
}

/** Fee fields by type: gasPrice, or tip and fee cap. */
const FEES_OF_TYPE: { readonly [type: number]: number } = { 1: 1, 2: 2, 4: 2 };

function opaqueEntries(transaction: Uint8Array): ColumnEntries {
  decodeRlp(transaction.subarray(1));
  return {
    creation: true,
    parity: false,
    isProtected: undefined,
    signature: new Uint8Array(64),
    recipient: EMPTY_BYTES,
    data: transaction,
    nonce: Uint8Array.of(0),
    gasLimit: Uint8Array.of(0),
  };
}

/** `[nonce, gasPrice, gas, to, value, data, v, r, s]` */
function legacyEntries(items: readonly RlpItem[], chainId: bigint): ColumnEntries {
  assertItems(items, 9);
  const v = integer(items, 6, 33);
  const isProtected = v !== 27n && v !== 28n;
  const parity = isProtected ? v - 2n * chainId - 35n : v - 27n;
  assertParity(parity);
  return {
    ...shared(items, { nonce: 0, gasLimit: 2, recipient: 3, r: 7 }),
    parity: parity === 1n,
    isProtected,
    data: encodeRlp([item(items, 4), item(items, 1), item(items, 5)]),
  };
}

/** `[chainId, nonce, fees…, gas, to, value, data, lists…, yParity, r, s]` */
function typedEntries(
  type: number,
  fees: number,
  items: readonly RlpItem[],
  chainId: bigint,
): ColumnEntries {
  const lists = type === 4 ? 2 : 1;
  assertItems(items, 9 + fees + lists);
  const found = integer(items, 0, 32);
  if (found !== chainId) {
    const message = `transaction: expected chain id ${chainId}, found ${found}`;
    throw new DecodeError('txChainId', -1, message);
  }
  const gas = 2 + fees;
  const parity = integer(items, items.length - 3, 1);
  assertParity(parity);
  const fields = [
    item(items, gas + 2),
    ...items.slice(2, gas),
    ...items.slice(gas + 3, gas + 4 + lists),
  ];
  const data = concatBytes(Uint8Array.of(type), encodeRlp(fields));
  return {
    ...shared(items, { nonce: 1, gasLimit: gas, recipient: gas + 1, r: items.length - 2 }),
    parity: parity === 1n,
    isProtected: undefined,
    data,
  };
}

/** Entries that mean the same in every type, at the given indexes. `s` follows `r`. */
function shared(
  items: readonly RlpItem[],
  at: {
    readonly nonce: number;
    readonly gasLimit: number;
    readonly recipient: number;
    readonly r: number;
  },
): Pick<ColumnEntries, 'creation' | 'signature' | 'recipient' | 'nonce' | 'gasLimit'> {
  const recipient = bytes(items, at.recipient);
  if (recipient.length !== 0 && recipient.length !== 20) {
    const message = `transaction: expected a recipient of 20 bytes, found ${recipient.length}`;
    throw new DecodeError('txRecipient', -1, message);
  }
  const signature = new Uint8Array(64);
  signature.set(bigintToBytes(integer(items, at.r, 32), 32));
  signature.set(bigintToBytes(integer(items, at.r + 1, 32), 32), 32);
  return {
    creation: recipient.length === 0,
    recipient,
    signature,
    nonce: encodeUvarint(integer(items, at.nonce, 8)),
    gasLimit: encodeUvarint(integer(items, at.gasLimit, 8)),
  };
}

function item(items: readonly RlpItem[], index: number): RlpItem {
  return items[index] as RlpItem;
}

function bytes(items: readonly RlpItem[], index: number): Uint8Array {
  return rlpBytes(items[index], 'rlpUnexpectedList', `transaction field ${index}`);
}

function integer(items: readonly RlpItem[], index: number, maxBytes: number): bigint {
  return rlpToBigint(bytes(items, index), maxBytes);
}

function assertItems(items: readonly RlpItem[], count: number): void {
  if (items.length !== count) {
    const message = `transaction: expected ${count} fields, found ${items.length}`;
    throw new DecodeError('txFields', -1, message);
  }
}

function assertParity(parity: bigint): void {
  if (parity !== 0n && parity !== 1n) {
    throw new DecodeError('txSignatureV', -1, 'transaction: v does not belong to this chain');
  }
}
