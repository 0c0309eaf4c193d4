import type { Address, Hash } from '../../base/bytes.ts';
import { isObject, type JsonValue } from '../../base/json.ts';
import { bloomMayContain } from '../../protocol/bloom.ts';
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

/** Whether a log is wanted. */
export function matchesFilter({ addresses, topics }: LogFilter, log: ReceiptLog): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  if (topics.length > log.topics.length) return false;
  return topics.every((wanted, i) => wanted.length === 0 || wanted.includes(log.topics[i] as Hash));
}

/** Whether a block with this bloom may have wanted logs. False is certain. */
export function mayMatch({ addresses, topics }: LogFilter, bloom: Uint8Array): boolean {
  const mayHave = (items: readonly (Address | Hash)[]): boolean =>
    items.length === 0 || items.some((item) => bloomMayContain(bloom, item));
  return mayHave(addresses) && topics.every(mayHave);
}

/** Wanted logs of a block. `isRemoved`: it is canonical no longer. */
export function logsOf(
  filter: LogFilter,
  block: BlockRecord,
  isRemoved = false,
): readonly JsonObject[] {
  if (!mayMatch(filter, block.header.logsBloom)) return [];
  const found: JsonObject[] = [];
  let logIndex = 0;
  for (const [txIndex, { logs }] of block.receipts.entries()) {
    let hash: Hash | undefined;
    for (const log of logs) {
      if (matchesFilter(filter, log)) {
        hash ??= txHash(block.transactions[txIndex] as Uint8Array);
        found.push(toLogJson(log, { block, txHash: hash, txIndex, logIndex }, isRemoved));
      }
      logIndex++;
    }
  }
  return found;
}

function alternatives(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [value as JsonValue];
  if (value.length > MAX_ALTERNATIVES) {
    throw new RpcError('invalidParams', `at most ${MAX_ALTERNATIVES} alternatives in a filter`);
  }
  return value as readonly JsonValue[];
}
