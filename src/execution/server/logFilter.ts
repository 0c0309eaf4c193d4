import type { Address, Hash } from '../../base/bytes.ts';
import { isObject, type JsonValue } from '../../base/json.ts';
import { bloomBits, mayContainAny } from '../../protocol/bloom.ts';
import type { ReceiptLog } from '../../protocol/receipt.ts';
import type { BlockRecord } from '../store/records.ts';
import { RpcError } from './jsonRpc.ts';
import { invalidParam, show, toFixedHex } from './params.ts';
import { toLogJson } from './receiptJson.ts';
import { type JsonObject, txHash } from './transactionJson.ts';

/** Which logs are wanted. An empty list of addresses, or at a topic, takes any. */
export type LogFilter = {
  readonly addresses: readonly Address[];
  /** One list for each position; a log with fewer topics does not match. */
  readonly topics: readonly (readonly Hash[])[];
};

/** Most addresses, and alternatives of a topic, in one filter. */
const MAX_ALTERNATIVES = 1000;
const MAX_TOPICS = 4;

/** Addresses and topics of a filter object. @throws RpcError */
export function readLogFilter(value: JsonValue | undefined, index: number): LogFilter {
  if (value === undefined || value === null) return { addresses: [], topics: [] };
  if (!isObject(value)) throw invalidParam(index, `expected a filter object, found ${show(value)}`);
  const { address, topics } = value;
  const addresses = alternatives(address).map((item) => toFixedHex(item, 20, index));
  if (topics === undefined || topics === null) return { addresses, topics: [] };
  if (!Array.isArray(topics)) throw invalidParam(index, 'expected a list of topics');
  if (topics.length > MAX_TOPICS) throw new RpcError('application', 'exceed max topics');
  const positions = (topics as readonly JsonValue[]).map((position) => {
    const items = alternatives(position);
    // A null among alternatives takes anything.
    return items.includes(null) ? [] : items.map((item) => toFixedHex(item, 32, index));
  });
  return { addresses, topics: positions };
}

/** Addresses and topics of all kept filters: 100 bytes each, and looked for in every block. */
export const MAX_FILTER_ITEMS = 100_000;

/** How many addresses and topics a filter names. */
export function filterSize({ addresses, topics }: LogFilter): number {
  return topics.reduce((sum, wanted) => sum + wanted.length, addresses.length);
}

/** A filter made ready for many blocks: a hash for each of its items is had once. */
export type LogSearch = {
  readonly addresses: Wanted;
  readonly topics: readonly Wanted[];
};

type Wanted = {
  /** None: anything is. */
  readonly items: ReadonlySet<Address | Hash>;
  readonly bits: Uint16Array;
};

/** Makes a filter ready. */
export function toLogSearch({ addresses, topics }: LogFilter): LogSearch {
  return { addresses: toWanted(addresses), topics: topics.map(toWanted) };
}

function toWanted(list: readonly (Address | Hash)[]): Wanted {
  const items = new Set(list);
  return { items, bits: bloomBits([...items]) };
}

/** Whether a log is wanted. */
export function isWanted({ addresses, topics }: LogSearch, log: ReceiptLog): boolean {
  if (addresses.items.size > 0 && !addresses.items.has(log.address)) return false;
  if (topics.length > log.topics.length) return false;
  return topics.every(({ items }, i) => items.size === 0 || items.has(log.topics[i] as Hash));
}

/** Whether a block with this bloom may have wanted logs. False is certain. */
export function mayMatch({ addresses, topics }: LogSearch, bloom: Uint8Array): boolean {
  const mayHave = ({ items, bits }: Wanted): boolean =>
    items.size === 0 || mayContainAny(bloom, bits);
  return mayHave(addresses) && topics.every(mayHave);
}

/** Wanted logs of a block. `isRemoved`: it is canonical no longer. */
export function logsOf(
  search: LogSearch,
  block: BlockRecord,
  isRemoved = false,
): readonly JsonObject[] {
  if (!mayMatch(search, block.header.logsBloom)) return [];
  const found: JsonObject[] = [];
  let logIndex = 0;
  for (const [txIndex, { logs }] of block.receipts.entries()) {
    let hash: Hash | undefined;
    for (const log of logs) {
      if (isWanted(search, log)) {
        hash ??= txHash(block.transactions[txIndex] as Uint8Array);
        found.push(toLogJson(log, { block, txHash: hash, txIndex, logIndex }, isRemoved));
      }
      logIndex++;
    }
  }
  return found;
}

/** Bytes of data in a log that `logsOf` gave. */
export function dataBytesOf(log: JsonObject): number {
  return (log['data'] as string).length / 2 - 1;
}

function alternatives(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [value as JsonValue];
  if (value.length > MAX_ALTERNATIVES) {
    throw new RpcError('invalidParams', `at most ${MAX_ALTERNATIVES} alternatives in a filter`);
  }
  return value as readonly JsonValue[];
}
