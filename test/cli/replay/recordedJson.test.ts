import { beforeAll, describe, expect, test } from 'vitest';
import { hexToBytes, ZERO_HASH } from '../../../src/base/bytes.ts';
import { readJsonLines } from '../../../src/cli/recording/lines.ts';
import { openRecording } from '../../../src/cli/recording/recording.ts';
import { jsonDifference } from '../../../src/cli/replay/recordedJson.ts';
import { type ExecutionConfig, toExecutionConfig } from '../../../src/execution/executionConfig.ts';
import { OPTIONAL_BLOCK_KEYS, toBlockJson } from '../../../src/execution/server/blockJson.ts';
import {
  OPTIONAL_RECEIPT_KEYS,
  toReceiptsJson,
} from '../../../src/execution/server/receiptJson.ts';
import { OPTIONAL_TRANSACTION_KEYS } from '../../../src/execution/server/transactionJson.ts';
import type { BlockRecord } from '../../../src/execution/store/records.ts';
import { headerFromRpc } from '../../../src/protocol/rpcHeader.ts';
import { receiptFromRpc } from '../../../src/protocol/rpcReceipt.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const CHAIN = 'data/chains/every-fork-a';

type Json = { [field: string]: unknown };
type Line = {
  block: Json & { hash: `0x${string}`; transactions: Json[] };
  receipts: (Json & { logs: Json[] })[];
  raw: `0x${string}`[];
};

/** The block of a line, as the engine would keep it. */
function recordOf({ block, receipts, raw }: Line): BlockRecord {
  return {
    hash: block.hash,
    header: headerFromRpc(block),
    transactions: raw.map(hexToBytes),
    receipts: receipts.map((json) => receiptFromRpc(json)),
    messagePasserStorageRoot: ZERO_HASH,
  };
}

/** Keys that some objects have and others do not, sorted. */
function keysOfSome(objects: readonly object[]): readonly string[] {
  const keys = [...new Set(objects.flatMap(Object.keys))];
  return keys.filter((key) => !objects.every((each) => key in each)).toSorted();
}

describe.skipIf(lacksShared(CHAIN))('jsonDifference', () => {
  let config: ExecutionConfig;
  const lines: Line[] = [];
  /** The newest block with a signed transaction that logs, and where that stands in it. */
  let line: Line;
  let at: number;
  let record: BlockRecord;

  beforeAll(async () => {
    const recording = openRecording(sharedPath(CHAIN), () => {});
    config = toExecutionConfig(recording.rollup);
    for await (const { json } of readJsonLines(recording.l2File as string)) {
      lines.push(json as unknown as Line);
    }
    const logs = ({ type, logs: list }: Json) => type !== '0x7e' && (list as Json[]).length > 0;
    line = lines.findLast(({ receipts }) => receipts.some(logs)) as Line;
    at = line.receipts.findIndex(logs);
    record = recordOf(line);
  });

  /** The difference that a change of the receipt, the transaction or the block makes. */
  const differenceOf = (change: (receipt: Json, tx: Json, block: Json) => void) => {
    const { block, receipts } = structuredClone(line);
    change(receipts[at] as Json, block.transactions[at] as Json, block);
    return jsonDifference(config, block, receipts, record);
  };

  test('default: every block of a recording with all forks is what the engine says', () => {
    expect(lines.length).toBeGreaterThan(600);
    for (const each of lines) {
      expect(jsonDifference(config, each.block, each.receipts, recordOf(each))).toBeUndefined();
    }
  });

  test('behavior: the keys that not all have are known', () => {
    const made = lines.map((each) => toBlockJson(recordOf(each), 'full'));
    const transactions = made.flatMap((json) => json['transactions'] as Json[]);
    const receipts = lines.flatMap((each) => toReceiptsJson(config, recordOf(each)));
    expect(keysOfSome(made)).toEqual(OPTIONAL_BLOCK_KEYS.toSorted());
    expect(keysOfSome(transactions)).toEqual(OPTIONAL_TRANSACTION_KEYS.toSorted());
    expect(keysOfSome(receipts)).toEqual(OPTIONAL_RECEIPT_KEYS.toSorted());
  });

  test.each([
    'gasUsed',
    'effectiveGasPrice',
    'l1Fee',
    'l1GasPrice',
    'l1GasUsed',
    'l1BaseFeeScalar',
    'l1BlobBaseFee',
    'l1BlobBaseFeeScalar',
    'operatorFeeScalar',
    'operatorFeeConstant',
    'daFootprintGasScalar',
    'blobGasUsed',
    'from',
    'to',
    'contractAddress',
    'blockHash',
    'transactionHash',
    'transactionIndex',
    'blockNumber',
    'cumulativeGasUsed',
    'type',
  ])('error: %s of a receipt', (field) => {
    const difference = differenceOf((receipt) => (receipt[field] = '0x1234'));
    expect(difference?.slice(0, 2)).toEqual([`receipts[${at}].${field}`, '0x1234']);
  });

  test.each([
    'logIndex',
    'transactionIndex',
    'transactionHash',
    'blockHash',
    'blockNumber',
    'blockTimestamp',
    'removed',
  ])('error: %s of a log', (field) => {
    const difference = differenceOf(({ logs }) => (((logs as Json[])[0] as Json)[field] = '0x99'));
    expect(difference?.slice(0, 2)).toEqual([`receipts[${at}].logs[0].${field}`, '0x99']);
  });

  test.each(['from', 'hash', 'gasPrice', 'blockHash', 'transactionIndex', 'chainId', 'mint'])(
    'error: %s of a transaction',
    (field) => {
      const difference = differenceOf((_, tx) => (tx[field] = '0x1234'));
      expect(difference?.[0]).toBe(`block.transactions[${at}].${field}`);
    },
  );

  test('error: the size of a block, and uncles', () => {
    const size = differenceOf((_r, _t, block) => (block['size'] = '0x1'));
    expect(size?.slice(0, 2)).toEqual(['block.size', '0x1']);
    const uncles = differenceOf((_r, _t, block) => (block['uncles'] = ['0x1']));
    expect(uncles).toEqual(['block.uncles.length', '1', '0']);
  });

  test('error: a fee of the L1 in the receipt of a deposit', () => {
    const receipts = structuredClone(line.receipts);
    (receipts[0] as Json)['l1Fee'] = '0x1';
    const difference = jsonDifference(config, line.block, receipts, record);
    expect(difference).toEqual(['receipts[0].l1Fee', '0x1', 'none']);
  });

  test('behavior: upper case, null for nothing, keys of others are no difference', () => {
    const difference = differenceOf((receipt, tx, block) => {
      receipt['from'] = `0x${(receipt['from'] as string).slice(2).toUpperCase()}`;
      receipt['l1FeeScalar'] = null;
      delete receipt['l1Fee'];
      tx['mint'] = null;
      block['totalDifficulty'] = '0x0';
    });
    expect(difference).toBeUndefined();
  });
});
