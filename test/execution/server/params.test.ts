import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../src/base/json.ts';
import { readOverrides } from '../../../src/execution/server/callOverrides.ts';
import { readAttributes, readPayload } from '../../../src/execution/server/engineParams.ts';
import { RpcError } from '../../../src/execution/server/jsonRpc.ts';
import {
  readBlockTag,
  readFlag,
  readOptionalBlockTag,
  toBlockTag,
  toBytes,
  toFixedHex,
  toQuantity,
} from '../../../src/execution/server/params.ts';
import { readCallRequest } from '../../../src/execution/server/callRequest.ts';

// What op-geth 1.101701 answers to the same parameters, word for word.

const HASH = `0x${'ab'.repeat(32)}` as const;
const ADDRESS = `0x${'ab'.repeat(20)}` as const;

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(RpcError);
    return `${(error as RpcError).code} ${(error as RpcError).message}`;
  }
  return 'taken';
}

describe('toQuantity', () => {
  test('default: canonical, either prefix, no text at all', () => {
    expect(toQuantity('0x0', 0, 64)).toBe(0n);
    expect(toQuantity('0XfF', 0, 64)).toBe(255n);
    expect(toQuantity('', 0, 64)).toBe(0n);
  });

  test.each<[JsonValue, string]>([
    ['0x', 'hex string "0x"'],
    ['0x01', 'hex number with leading zero digits'],
    ['1', 'hex string without 0x prefix'],
    [1, 'non-string'],
    [null, 'non-string'],
    ['0xg', 'invalid hex string'],
    ['0x10000000000000000', 'hex number > 64 bits'],
  ])('error: %j', (value, what) => {
    const told = `-32602 invalid argument 1: json: cannot unmarshal ${what} into Go value of type `;
    expect(refusal(() => toQuantity(value, 1, 64))).toBe(`${told}hexutil.Uint64`);
  });
});

describe('toBytes', () => {
  test('default: data of any length, and no text at all', () => {
    expect(toBytes('0x', 0)).toHaveLength(0);
    expect(toBytes('', 0)).toHaveLength(0);
    expect(toBytes('0X60', 0)).toEqual(Uint8Array.of(0x60));
  });

  test.each<[JsonValue, string]>([
    ['60', 'hex string without 0x prefix'],
    ['0x1', 'hex string of odd length'],
    ['0xzz', 'invalid hex string'],
    [1, 'non-string'],
  ])('error: %j', (value, what) => {
    const told = `-32602 invalid argument 0: json: cannot unmarshal ${what} into Go value of type `;
    expect(refusal(() => toBytes(value, 0))).toBe(`${told}hexutil.Bytes`);
  });
});

describe('toFixedHex', () => {
  test('default: in lowercase', () => {
    expect(toFixedHex(`0X${'AB'.repeat(20)}`, 20, 0)).toBe(ADDRESS);
  });

  test.each<[JsonValue, number, string]>([
    [
      'ab'.repeat(20),
      20,
      'json: cannot unmarshal hex string without 0x prefix into Go value of type common.Address',
    ],
    [
      '0x1',
      32,
      'json: cannot unmarshal hex string of odd length into Go value of type common.Hash',
    ],
    ['0x12', 20, 'hex string has length 2, want 40 for common.Address'],
    ['', 32, 'hex string has length 0, want 64 for common.Hash'],
    [
      `0x${'g'.repeat(64)}`,
      32,
      'json: cannot unmarshal invalid hex string into Go value of type common.Hash',
    ],
    [null, 32, 'json: cannot unmarshal non-string into Go value of type common.Hash'],
  ])('error: %j', (value, length, told) => {
    expect(refusal(() => toFixedHex(value, length, 0))).toBe(`-32602 invalid argument 0: ${told}`);
  });
});

describe('toBlockTag', () => {
  test('default: labels and numbers', () => {
    expect(toBlockTag('finalized', 0)).toEqual({ label: 'finalized' });
    expect(toBlockTag('0X10', 0)).toEqual({ number: 16n });
  });

  test.each<[JsonValue, string]>([
    ['', 'empty hex string'],
    ['0x', 'hex string "0x"'],
    ['0x01', 'hex number with leading zero digits'],
    ['Latest', 'hex string without 0x prefix'],
    [5, 'hex string without 0x prefix'],
    [null, 'hex string without 0x prefix'],
    ['0x8000000000000000', 'block number larger than int64'],
  ])('error: %j', (value, told) => {
    expect(refusal(() => toBlockTag(value, 0))).toBe(`-32602 invalid argument 0: ${told}`);
  });
});

describe('readBlockTag', () => {
  test('default: a number, a label, a hash, or one of them in an object', () => {
    expect(readBlockTag(['0x1'], 0)).toEqual({ number: 1n });
    expect(readBlockTag([HASH], 0)).toEqual({ hash: HASH });
    expect(readBlockTag([{ blockNumber: 'latest' }], 0)).toEqual({ label: 'latest' });
    expect(readBlockTag([{ blockHash: HASH, requireCanonical: true }], 0)).toEqual({
      hash: HASH,
      mustBeCanonical: true,
    });
  });

  test.each<[string, readonly JsonValue[], string]>([
    ['nothing', [], '-32602 missing value for required argument 0'],
    ['null', [null], '-32000 header not found'],
    ['an empty object', [{}], '-32000 header not found'],
    [
      'a number of JSON',
      [1],
      '-32602 invalid argument 0: json: cannot unmarshal number into Go value of type string',
    ],
    [
      'a wrong number in an object',
      [{ blockNumber: '0x00' }],
      '-32602 invalid argument 0: json: cannot unmarshal object into Go value of type string',
    ],
    [
      'both',
      [{ blockNumber: '0x0', blockHash: HASH }],
      '-32602 invalid argument 0: cannot specify both BlockHash and BlockNumber, choose one or the other',
    ],
    ['no hash', [`0x${'g'.repeat(64)}`], '-32602 invalid argument 0: invalid hex string'],
  ])('error: %s', (_, params, told) => {
    expect(refusal(() => readBlockTag(params, 0))).toBe(told);
  });
});

describe('readOptionalBlockTag', () => {
  test('default: the latest for nothing and null', () => {
    expect(readOptionalBlockTag([], 0)).toEqual({ label: 'latest' });
    expect(readOptionalBlockTag([null], 0)).toEqual({ label: 'latest' });
    expect(readOptionalBlockTag(['0x1'], 0)).toEqual({ number: 1n });
  });
});

describe('readFlag', () => {
  test('default: false for null', () => {
    expect([true, false, null].map((value) => readFlag([value], 0))).toEqual([true, false, false]);
  });

  test('error: a text', () => {
    expect(refusal(() => readFlag(['true'], 0))).toBe(
      '-32602 invalid argument 0: json: cannot unmarshal string into Go value of type bool',
    );
  });
});

describe('fields of objects', () => {
  test('error: they are named as op-geth does', () => {
    const into = 'into Go struct field';
    const zeros = 'json: cannot unmarshal hex number with leading zero digits';
    expect(refusal(() => readCallRequest([{ gas: '0x01' }], 0, 901n))).toBe(
      `-32602 invalid argument 0: ${zeros} ${into} TransactionArgs.gas of type hexutil.Uint64`,
    );
    expect(refusal(() => readCallRequest([{ value: '0x00' }], 0, 901n))).toBe(
      `-32602 invalid argument 0: ${zeros} ${into} TransactionArgs.value of type *hexutil.Big`,
    );
    expect(
      refusal(() => readOverrides({ [ADDRESS]: { movePrecompileToAddress: ADDRESS } }, 2)),
    ).toBe(
      '-32602 invalid argument 2: account override `movePrecompileToAddress` is not supported',
    );
    expect(refusal(() => readOverrides({ [ADDRESS]: { nonce: '0x01' } }, 2))).toBe(
      `-32602 invalid argument 2: ${zeros} ${into} OverrideAccount.nonce of type hexutil.Uint64`,
    );
  });

  test('error: of payloads and attributes too', () => {
    const zeros = 'json: cannot unmarshal hex number with leading zero digits into Go struct field';
    expect(refusal(() => readPayload([{ gasLimit: '0x01' }], 3, () => {}))).toBe(
      `-32602 invalid argument 0: ${zeros} ExecutableData.gasLimit of type hexutil.Uint64`,
    );
    expect(refusal(() => readAttributes({ timestamp: '0x01' }, () => {}))).toBe(
      `-32602 invalid argument 1: ${zeros} PayloadAttributes.timestamp of type hexutil.Uint64`,
    );
  });

  test('behavior: null is as good as nothing', () => {
    expect(readCallRequest([null], 0, 901n).value).toBe(0n);
    expect(readCallRequest([{ gas: null }], 0, 901n).gas).toBeUndefined();
    expect(readOverrides({ [ADDRESS]: { nonce: null } }, 2)[0]?.nonce).toBeUndefined();
  });
});
