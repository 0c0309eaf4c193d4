import { describe, expect, test } from 'vitest';
import { headerHash } from '../../src/protocol/header.ts';
import { headerFromRpc } from '../../src/protocol/rpcHeader.ts';
import { decodeErrorCode } from '../support/decoding.ts';

const word = (digit: string): string => `0x${digit.repeat(64)}`;

/** An answer with every field there is. */
const FULL: Readonly<Record<string, unknown>> = {
  parentHash: word('a'),
  sha3Uncles: word('b'),
  miner: `0x${'C'.repeat(40)}`,
  stateRoot: word('d'),
  transactionsRoot: word('e'),
  receiptsRoot: word('f'),
  logsBloom: `0x${'01'.repeat(256)}`,
  difficulty: '0x0',
  number: '0x10',
  gasLimit: '0x1c9c380',
  gasUsed: '0x5208',
  timestamp: '0x6661fffb',
  extraData: '0x00000000fa00000006',
  mixHash: word('1'),
  nonce: '0x0000000000000000',
  baseFeePerGas: '0x07',
  withdrawalsRoot: word('2'),
  blobGasUsed: '0x20000',
  excessBlobGas: '0x0',
  parentBeaconBlockRoot: word('3'),
  requestsHash: word('4'),
  blockAccessListHash: word('5'),
  slotNumber: '0x9',
  hash: word('6'),
  transactions: [],
};

const LATER = [
  'baseFeePerGas',
  'withdrawalsRoot',
  'blobGasUsed',
  'excessBlobGas',
  'parentBeaconBlockRoot',
  'requestsHash',
  'blockAccessListHash',
  'slotNumber',
] as const;

const REQUIRED = [
  'parentHash',
  'sha3Uncles',
  'miner',
  'stateRoot',
  'transactionsRoot',
  'receiptsRoot',
  'logsBloom',
  'difficulty',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'extraData',
  'mixHash',
  'nonce',
] as const;

describe('headerFromRpc', () => {
  test('default', () => {
    const header = headerFromRpc(FULL);
    expect(header).toMatchObject({
      parentHash: word('a'),
      ommersHash: word('b'),
      beneficiary: `0x${'c'.repeat(40)}`,
      number: 16n,
      gasLimit: 30_000_000n,
      gasUsed: 21_000n,
      baseFeePerGas: 7n,
      blobGasUsed: 131_072n,
      requestsHash: word('4'),
      blockAccessListHash: word('5'),
      slotNumber: 9n,
    });
    expect(header.extraData.length).toBe(9);
  });

  test('behavior: a field of a later era may be missing or null, with all after it', () => {
    LATER.forEach((name, i) => {
      const absent = Object.fromEntries(LATER.slice(i).map((key) => [key, undefined]));
      const header = headerFromRpc({ ...FULL, ...absent });
      expect(header[name]).toBeUndefined();
      const nulls = Object.fromEntries(LATER.slice(i).map((key) => [key, null]));
      expect(headerHash(headerFromRpc({ ...FULL, ...nulls }))).toBe(headerHash(header));
    });
  });

  test.each(LATER.slice(0, -1))('error: %s is missing, a later field is there', (name) => {
    expect(() => headerFromRpc({ ...FULL, [name]: null })).toThrow(`\`${name}\``);
  });

  test.each(REQUIRED)('error: %s is missing, null or malformed', (name) => {
    for (const value of [undefined, null, 1, 'x', '0xzz', {}, [], `0x${'00'.repeat(300)}`]) {
      if (name === 'extraData' && typeof value === 'string' && value.length > 10) continue;
      const json = { ...FULL, [name]: value };
      expect(() => headerFromRpc(json), String(value)).toThrow(`\`${name}\``);
    }
  });

  test('error: a number that needs more bits than its field', () => {
    for (const name of ['number', 'gasLimit', 'gasUsed', 'timestamp', 'slotNumber']) {
      expect(
        decodeErrorCode(() => headerFromRpc({ ...FULL, [name]: `0x1${'0'.repeat(16)}` })),
      ).toBe('jsonField');
    }
  });

  test('error: no object', () => {
    for (const json of [null, undefined, [], 'x', 1]) {
      expect(decodeErrorCode(() => headerFromRpc(json))).toBe('jsonObject');
    }
  });
});
