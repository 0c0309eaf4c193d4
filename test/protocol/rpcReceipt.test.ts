import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../src/base/bytes.ts';
import { receiptFromRpc } from '../../src/protocol/rpcReceipt.ts';
import { decodeErrorCode } from '../support/decoding.ts';

const ADDRESS = `0x${'0A'.repeat(20)}`;
const TOPIC = `0x${'0B'.repeat(32)}`;

const JSON_RECEIPT = {
  type: '0x2',
  status: '0x1',
  cumulativeGasUsed: '0x5208',
  logs: [{ address: ADDRESS, topics: [TOPIC], data: '0xdeadbeef', logIndex: '0x63' }],
  logsBloom: '0x',
};

describe('receiptFromRpc', () => {
  test('default', () => {
    expect(receiptFromRpc(JSON_RECEIPT)).toEqual({
      type: 2,
      succeeded: true,
      cumulativeGasUsed: 21_000n,
      logs: [
        {
          address: ADDRESS.toLowerCase(),
          topics: [TOPIC.toLowerCase()],
          data: hexToBytes('0xdeadbeef'),
        },
      ],
      depositNonce: undefined,
      depositReceiptVersion: undefined,
    });
  });

  test('behavior: failed, without type, with deposit fields', () => {
    const { type: _, ...untyped } = JSON_RECEIPT;
    expect(receiptFromRpc({ ...untyped, status: '0x0' })).toMatchObject({
      type: 0,
      succeeded: false,
    });
    const deposit = { ...JSON_RECEIPT, depositNonce: '0x0', depositReceiptVersion: '0x1' };
    expect(receiptFromRpc(deposit)).toMatchObject({ depositNonce: 0n, depositReceiptVersion: 1n });
  });

  test.each([
    ['no object', null],
    ['no status', { ...JSON_RECEIPT, status: undefined }],
    ['status 2', { ...JSON_RECEIPT, status: '0x2' }],
    ['a type of two bytes', { ...JSON_RECEIPT, type: '0x100' }],
    ['gas of 65 bits', { ...JSON_RECEIPT, cumulativeGasUsed: `0x1${'0'.repeat(16)}` }],
    ['no logs', { ...JSON_RECEIPT, logs: undefined }],
    ['a log that is null', { ...JSON_RECEIPT, logs: [null] }],
    ['a log without data', { ...JSON_RECEIPT, logs: [{ address: ADDRESS, topics: [] }] }],
    ['a short address', { ...JSON_RECEIPT, logs: [{ address: '0x', topics: [], data: '0x' }] }],
    [
      'a short topic',
      { ...JSON_RECEIPT, logs: [{ address: ADDRESS, topics: ['0x'], data: '0x' }] },
    ],
  ])('error: %s', (_, json) => {
    expect(['jsonField', 'jsonObject']).toContain(decodeErrorCode(() => receiptFromRpc(json)));
  });
});
