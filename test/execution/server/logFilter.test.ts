import { describe, expect, test } from 'vitest';
import {
  type Address,
  bigintToBytes,
  bytesToHex,
  type Hash,
  ZERO_HASH,
} from '../../../src/base/bytes.ts';
import type { JsonValue } from '../../../src/base/json.ts';
import {
  filterSize,
  isWanted,
  type LogFilter,
  logsOf,
  mayMatch,
  readLogFilter,
  toLogSearch,
} from '../../../src/execution/server/logFilter.ts';
import { txHash } from '../../../src/execution/server/transactionJson.ts';
import type { BlockRecord } from '../../../src/execution/store/records.ts';
import { logsBloom } from '../../../src/protocol/bloom.ts';
import type { Receipt, ReceiptLog } from '../../../src/protocol/receipt.ts';
import { smallGenesis } from '../../support/smallChain.ts';

const address = (byte: number): Address => bytesToHex(new Uint8Array(20).fill(byte));
const word = (value: bigint): Hash => bytesToHex(bigintToBytes(value, 32));
const ANY: LogFilter = { addresses: [], topics: [] };

function logBy(byte: number, ...topics: readonly bigint[]): ReceiptLog {
  return { address: address(byte), topics: topics.map(word), data: new Uint8Array(0) };
}

describe('readLogFilter', () => {
  test('default: takes any log', () => {
    for (const value of [undefined, null, {}, { address: null, topics: null }]) {
      expect(readLogFilter(value, 0)).toEqual(ANY);
    }
  });

  test('behavior: one or several addresses, and a list for each topic', () => {
    expect(readLogFilter({ address: address(1) }, 0).addresses).toEqual([address(1)]);
    const value = {
      address: [address(1), address(2)],
      topics: [null, word(1n), [word(2n), word(3n)], [word(4n), null]],
    };
    expect(readLogFilter(value, 0)).toEqual({
      addresses: [address(1), address(2)],
      topics: [[], [word(1n)], [word(2n), word(3n)], []],
    });
  });

  test('behavior: as many as are allowed', () => {
    const most = Array.from({ length: 1000 }, () => address(1));
    expect(readLogFilter({ address: most }, 0).addresses).toHaveLength(1000);
    expect(readLogFilter({ topics: [null, null, null, null] }, 0).topics).toHaveLength(4);
  });

  test.each<[string, JsonValue, string]>([
    ['no object', 'x', 'invalid argument 3: expected a filter object, found "x"'],
    ['topics that are no list', { topics: word(1n) }, 'expected a list of topics'],
    ['a fifth topic', { topics: [null, null, null, null, null] }, 'exceed max topics'],
    ['a short address', { address: '0x01' }, 'want 40 for common.Address'],
    ['a short topic', { topics: [['0x01']] }, 'want 64 for common.Hash'],
    [
      'too many alternatives',
      { topics: [Array.from({ length: 1001 }, () => word(1n))] },
      'at most 1000 alternatives in a filter',
    ],
  ])('error: %s', (_, value, message) => {
    expect(() => readLogFilter(value, 3)).toThrow(message);
  });
});

describe('filterSize', () => {
  test('default: addresses and topics', () => {
    expect(filterSize(ANY)).toBe(0);
    const topics = [[word(1n), word(2n)], [], [word(3n)]];
    expect(filterSize({ addresses: [address(1)], topics })).toBe(4);
  });
});

describe('isWanted', () => {
  const log = logBy(1, 10n, 20n);

  test.each<[string, LogFilter, boolean]>([
    ['no wish', ANY, true],
    ['its address', { ...ANY, addresses: [address(2), address(1)] }, true],
    ['another address', { ...ANY, addresses: [address(2)] }, false],
    ['its topics', { ...ANY, topics: [[word(10n)], [word(9n), word(20n)]] }, true],
    ['another topic', { ...ANY, topics: [[word(10n)], [word(9n)]] }, false],
    ['its topics at other places', { ...ANY, topics: [[word(20n)], [word(10n)]] }, false],
    ['any first topic', { ...ANY, topics: [[], [word(20n)]] }, true],
    ['as many topics as it has', { ...ANY, topics: [[], []] }, true],
    ['more topics than it has', { ...ANY, topics: [[], [], []] }, false],
    ['its address with another topic', { addresses: [address(1)], topics: [[word(9n)]] }, false],
  ])('behavior: %s', (_, filter, expected) => {
    expect(isWanted(toLogSearch(filter), log)).toBe(expected);
  });
});

describe('mayMatch', () => {
  const bloom = logsBloom([logBy(1, 10n), logBy(2, 20n)]);

  test.each<[string, LogFilter, boolean]>([
    ['no wish', ANY, true],
    ['one of its addresses', { ...ANY, addresses: [address(9), address(2)] }, true],
    ['no address of its', { ...ANY, addresses: [address(9)] }, false],
    ['any topic, then one of its', { ...ANY, topics: [[], [word(10n)]] }, true],
    ['one of its topics, then none', { ...ANY, topics: [[word(10n)], [word(9n)]] }, false],
    ['its address without its topic', { addresses: [address(1)], topics: [[word(9n)]] }, false],
  ])('behavior: %s', (_, filter, may) => {
    expect(mayMatch(toLogSearch(filter), bloom)).toBe(may);
  });
});

describe('logsOf', () => {
  const receipt = (logs: readonly ReceiptLog[]): Receipt => ({
    type: 2,
    succeeded: true,
    cumulativeGasUsed: 0n,
    logs,
    depositNonce: undefined,
    depositReceiptVersion: undefined,
  });
  const receipts = [[logBy(1, 10n)], [], [logBy(2, 10n), logBy(1, 20n)]].map(receipt);
  const transactions = [1, 2, 3].map((byte) => Uint8Array.of(0x7e, byte));
  const all = receipts.flatMap(({ logs }) => logs);
  const block = {
    hash: word(77n),
    header: { ...smallGenesis().header, number: 5n, timestamp: 1010n, logsBloom: logsBloom(all) },
    transactions,
    receipts,
    messagePasserStorageRoot: ZERO_HASH,
  } as unknown as BlockRecord;
  const places = (filter: LogFilter) =>
    logsOf(toLogSearch(filter), block).map((log) => [log['transactionIndex'], log['logIndex']]);

  test('default: all, counted over the block', () => {
    expect(places(ANY)).toEqual([
      ['0x0', '0x0'],
      ['0x2', '0x1'],
      ['0x2', '0x2'],
    ]);
  });

  test('behavior: those that are not wanted count too', () => {
    expect(places({ ...ANY, addresses: [address(1)] })).toEqual([
      ['0x0', '0x0'],
      ['0x2', '0x2'],
    ]);
  });

  test('behavior: each names its block and transaction, and whether it is removed', () => {
    const search = toLogSearch({ ...ANY, addresses: [address(2)] });
    const place = {
      blockHash: word(77n),
      blockNumber: '0x5',
      transactionHash: txHash(transactions[2] as Uint8Array),
      removed: false,
    };
    expect(logsOf(search, block)).toMatchObject([place]);
    expect(logsOf(search, block, true)).toMatchObject([{ ...place, removed: true }]);
  });

  test('behavior: a bloom without them is believed', () => {
    const header = { ...block.header, logsBloom: new Uint8Array(256) };
    const search = toLogSearch({ ...ANY, addresses: [address(1)] });
    expect(logsOf(search, { ...block, header })).toEqual([]);
    expect(logsOf(toLogSearch(ANY), { ...block, header })).toHaveLength(3);
  });
});
