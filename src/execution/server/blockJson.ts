import { bytesToHex } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { encodeHeader, type Header } from '../../protocol/header.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { BlockRecord } from '../store/records.ts';
import { type JsonObject, toTransactionJson, txHash } from './transactionJson.ts';

/** Whether a block's JSON holds its transactions, or their hashes. */
export type TransactionForm = 'full' | 'hashes';

/** Keys that blocks have from some fork on. */
export const OPTIONAL_BLOCK_KEYS: readonly string[] = [
  'withdrawals',
  'withdrawalsRoot',
  'blobGasUsed',
  'excessBlobGas',
  'parentBeaconBlockRoot',
  'requestsHash',
];

/** A block as op-geth prints it. */
export function toBlockJson(block: BlockRecord, form: TransactionForm): JsonObject {
  const { transactions, header } = block;
  const list: readonly JsonValue[] =
    form === 'full'
      ? transactions.map((_, index) => toTransactionJson(block, index))
      : transactions.map(txHash);
  return {
    ...toHeaderJson(block),
    size: toQuantity(BigInt(bodySize(block))),
    transactions: list,
    uncles: [],
    ...(header.withdrawalsRoot === undefined ? {} : { withdrawals: [] }),
  };
}

/** A header as `newHeads` has it. */
export function toHeaderJson({ hash, header }: BlockRecord): JsonObject {
  const json: { [key: string]: JsonValue } = { hash };
  for (const [name, value] of Object.entries(header) as [keyof Header, Header[keyof Header]][]) {
    if (value === undefined) continue;
    json[WIRE_NAMES[name] ?? name] = wireForm(value);
  }
  return json;
}

/** RLP of a whole block: `[header, transactions, []]`, with `[]` behind it from Canyon on. */
export function encodeBlock({ header, transactions }: BlockRecord): Uint8Array {
  const items = transactions.map((raw) =>
    (raw[0] as number) >= 0xc0 ? raw : new Uint8Array([...stringPrefix(raw.length), ...raw]),
  );
  const body = joinList(items);
  const tail = header.withdrawalsRoot === undefined ? [EMPTY_LIST] : [EMPTY_LIST, EMPTY_LIST];
  return joinList([encodeHeader(header), body, ...tail]);
}

function bodySize({ header, transactions }: BlockRecord): number {
  let body = 0;
  for (const raw of transactions) {
    body += raw.length + ((raw[0] as number) >= 0xc0 ? 0 : stringPrefix(raw.length).length);
  }
  const tail = header.withdrawalsRoot === undefined ? 1 : 2;
  const whole = encodeHeader(header).length + body + listPrefix(body).length + tail;
  return whole + listPrefix(whole).length;
}

function wireForm(value: Exclude<Header[keyof Header], undefined>): JsonValue {
  if (value instanceof Uint8Array) return bytesToHex(value);
  return typeof value === 'bigint' ? toQuantity(value) : value;
}

const WIRE_NAMES: { readonly [field in keyof Header]?: string } = {
  ommersHash: 'sha3Uncles',
  beneficiary: 'miner',
};

function joinList(items: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const item of items) length += item.length;
  const prefix = listPrefix(length);
  const out = new Uint8Array(prefix.length + length);
  out.set(prefix);
  let at = prefix.length;
  for (const item of items) {
    out.set(item, at);
    at += item.length;
  }
  return out;
}

/** What stands before a list whose items have `length` bytes. */
function listPrefix(length: number): Uint8Array {
  return rlpPrefix(0xc0, length);
}

/** What stands before a string of `length` bytes, more than one. */
function stringPrefix(length: number): Uint8Array {
  return rlpPrefix(0x80, length);
}

function rlpPrefix(base: number, length: number): Uint8Array {
  if (length < 56) return Uint8Array.of(base + length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Uint8Array.of(base + 55 + digits.length, ...digits);
}

const EMPTY_LIST: Uint8Array = Uint8Array.of(0xc0);
