import { describe, expect, test } from 'vitest';
import {
  bigintToMinimalBytes,
  bytesToHex,
  concatBytes,
  hexToBytes,
  ZERO_HASH,
} from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import { encodeDepositTx } from '../../src/protocol/deposit.ts';
import { decodeL1Transaction, l1Sender } from '../../src/protocol/l1Transaction.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';
import { CURVE_ORDER, encodeSigned, signFields, TEST_ADDRESS } from '../support/signing.ts';

const CHAIN_ID = 900n;
const TO = `0x${'0b'.repeat(20)}` as const;
const INPUT = hexToBytes('0x00c0ffee');
const BLOB_HASH = `0x01${'ab'.repeat(31)}` as const;
const EMPTY = new Uint8Array(0);
const int = bigintToMinimalBytes;
const to = hexToBytes(TO);

/** Fields before the signature, by type. */
const FIELDS: readonly (readonly RlpItem[])[] = [
  [int(7n), int(9n), int(21_000n), to, int(0n), INPUT],
  [int(CHAIN_ID), int(7n), int(9n), int(21_000n), to, int(0n), INPUT, []],
  [int(CHAIN_ID), int(7n), int(1n), int(9n), int(21_000n), to, int(0n), INPUT, []],
  [
    int(CHAIN_ID),
    int(7n),
    int(1n),
    int(9n),
    int(21_000n),
    to,
    int(0n),
    INPUT,
    [],
    int(5n),
    [hexToBytes(BLOB_HASH), hexToBytes(ZERO_HASH)],
  ],
  [int(CHAIN_ID), int(7n), int(1n), int(9n), int(21_000n), to, int(0n), INPUT, [], []],
];

/** Where `to` and the input stand. */
const TO_AT = [3, 4, 5, 5, 5];

const fieldsOf = (type: number): readonly RlpItem[] => FIELDS[type] as readonly RlpItem[];
const replaced = (type: number, index: number, item: RlpItem): readonly RlpItem[] =>
  fieldsOf(type).map((field, i) => (i === index ? item : field));

/** What a legacy transaction for one chain signs. */
const protectedFields = (chainId: bigint): readonly RlpItem[] => [
  ...fieldsOf(0),
  int(chainId),
  EMPTY,
  EMPTY,
];

function signedTyped(type: number, fields = fieldsOf(type)): Uint8Array {
  const signature = signFields(type, fields);
  return encodeSigned(type, fields, signature.yParity, signature);
}

function signedProtected(chainId: bigint): Uint8Array {
  const signature = signFields(0, protectedFields(chainId));
  return encodeSigned(0, fieldsOf(0), 35n + 2n * chainId + signature.yParity, signature);
}

function signedUnprotected(): Uint8Array {
  const signature = signFields(0, fieldsOf(0));
  return encodeSigned(0, fieldsOf(0), 27n + signature.yParity, signature);
}

const ALL: readonly (readonly [number, Uint8Array])[] = [
  [0, signedProtected(CHAIN_ID)],
  ...[1, 2, 3, 4].map((type) => [type, signedTyped(type)] as const),
];

const DEPOSIT = encodeDepositTx({
  sourceHash: ZERO_HASH,
  from: `0x${'fe'.repeat(20)}`,
  to: TO,
  mint: 0n,
  value: 0n,
  gas: 1n,
  isSystemTx: false,
  data: INPUT,
});

/** The example of EIP-155. */
const EIP_155 = hexToBytes(
  '0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000' +
    '8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f76' +
    '1aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
);

describe('decodeL1Transaction', () => {
  test.each(ALL)('default: type %i', (type, raw) => {
    expect(decodeL1Transaction(raw)).toEqual({
      type,
      hash: keccak256Hex(raw),
      to: TO,
      input: INPUT,
      blobVersionedHashes: type === 3 ? [BLOB_HASH, ZERO_HASH] : [],
    });
  });

  test('default: deposit', () => {
    expect(decodeL1Transaction(DEPOSIT)).toEqual({
      type: 0x7e,
      hash: keccak256Hex(DEPOSIT),
      to: TO,
      input: INPUT,
      blobVersionedHashes: [],
    });
  });

  test.each([0, 1, 2])('behavior: type %i without recipient creates a contract', (type) => {
    const fields = replaced(type, TO_AT[type] as number, EMPTY);
    expect(
      decodeL1Transaction(encodeSigned(type, fields, 0n, { r: 1n, s: 1n })).to,
    ).toBeUndefined();
  });

  test.each([3, 4])('error: type %i without recipient', (type) => {
    const fields = replaced(type, TO_AT[type] as number, EMPTY);
    const raw = encodeSigned(type, fields, 0n, { r: 1n, s: 1n });
    expect(decodeErrorCode(() => decodeL1Transaction(raw))).toBe('txField');
  });

  const signed = (type: number, fields: readonly RlpItem[]): Uint8Array =>
    encodeSigned(type, fields, 0n, { r: 1n, s: 1n });

  test.each([
    ['nothing', EMPTY, 'txType'],
    ['type 5', Uint8Array.of(5, 0xc0), 'txType'],
    ['type byte 0', Uint8Array.of(0, 0xc0), 'txType'],
    ['a byte string', Uint8Array.of(0x80), 'txType'],
    ['type 2 around a byte string', Uint8Array.of(2, 0x80), 'txFields'],
    ['8 legacy fields', encodeRlp(fieldsOf(0).slice(0, 8)), 'txFields'],
    ['10 legacy fields', signed(0, [...fieldsOf(0), EMPTY]), 'txFields'],
    ['a field too few in type 3', signed(3, fieldsOf(3).slice(0, 10)), 'txFields'],
    ['a recipient of 19 bytes', signed(2, replaced(2, 5, new Uint8Array(19))), 'txField'],
    ['a list as input', signed(2, replaced(2, 7, [])), 'txField'],
    ['a blob hash of 31 bytes', signed(3, replaced(3, 10, [new Uint8Array(31)])), 'txField'],
    ['a list as blob hash', signed(3, replaced(3, 10, [[]])), 'txField'],
    ['bytes as blob hashes', signed(3, replaced(3, 10, EMPTY)), 'txField'],
    ['a trailing byte', concatBytes(signedTyped(2), Uint8Array.of(0)), 'rlpTrailing'],
  ])('error: %s', (_, raw, code) => {
    expect(decodeErrorCode(() => decodeL1Transaction(raw))).toBe(code);
  });

  test.each([...ALL, [0x7e, DEPOSIT] as const])('error: every truncation of type %i', (_, raw) => {
    expectTruncationsRefused(decodeL1Transaction, raw);
    expectOnlyDecodeErrors(decodeL1Transaction, raw);
  });
});

describe('l1Sender', () => {
  test('default: the example of EIP-155', () => {
    expect(l1Sender(EIP_155, 1n)).toBe('0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f');
  });

  test.each(ALL)('default: type %i', (_, raw) => {
    expect(l1Sender(raw, CHAIN_ID)).toBe(TEST_ADDRESS);
  });

  test('behavior: unprotected legacy counts on every chain', () => {
    expect(l1Sender(signedUnprotected(), CHAIN_ID)).toBe(TEST_ADDRESS);
    expect(l1Sender(signedUnprotected(), 1n)).toBe(TEST_ADDRESS);
  });

  test('behavior: a deposit’s sender is its field', () => {
    expect(l1Sender(DEPOSIT, CHAIN_ID)).toBe(`0x${'fe'.repeat(20)}`);
  });

  test.each(ALL)('behavior: type %i of another chain has no sender', (_, raw) => {
    expect(l1Sender(raw, CHAIN_ID + 1n)).toBeUndefined();
    expect(l1Sender(raw, 1n)).toBeUndefined();
  });

  test.each(ALL)('behavior: type %i with s in the upper half has no sender', (type) => {
    const fields = fieldsOf(type);
    const signature = signFields(type, type === 0 ? protectedFields(CHAIN_ID) : fields);
    const flipped = { r: signature.r, s: CURVE_ORDER - signature.s };
    const yParity = 1n - signature.yParity;
    const v = type === 0 ? 35n + 2n * CHAIN_ID + yParity : yParity;
    expect(l1Sender(encodeSigned(type, fields, v, flipped), CHAIN_ID)).toBeUndefined();
  });

  test.each([
    ['r is 0', 0n, 1n],
    ['s is 0', 1n, 0n],
    ['r is the order', CURVE_ORDER, 1n],
    ['s is the order', 1n, CURVE_ORDER],
    ['s is just above half the order', 1n, (CURVE_ORDER >> 1n) + 1n],
    ['r is on no point', 5n, 1n],
  ])('behavior: no sender when %s', (_, r, s) => {
    expect(l1Sender(encodeSigned(2, fieldsOf(2), 0n, { r, s }), CHAIN_ID)).toBeUndefined();
  });

  test('behavior: s of exactly half the order counts', () => {
    const raw = encodeSigned(2, fieldsOf(2), 0n, { r: 1n, s: CURVE_ORDER >> 1n });
    expect(l1Sender(raw, CHAIN_ID)).toMatch(/^0x[\da-f]{40}$/);
  });

  test.each([0n, 1n, 26n, 29n, 34n, 37n, 2n ** 64n + 27n])(
    'behavior: legacy v %i has no sender',
    (v) => {
      const signature = signFields(0, fieldsOf(0));
      expect(l1Sender(encodeSigned(0, fieldsOf(0), v, signature), CHAIN_ID)).toBeUndefined();
    },
  );

  test.each([2n, 27n, 28n])('behavior: typed y parity %i has no sender', (yParity) => {
    const signature = signFields(2, fieldsOf(2));
    expect(l1Sender(encodeSigned(2, fieldsOf(2), yParity, signature), CHAIN_ID)).toBeUndefined();
  });

  test('behavior: y parity tells two keys apart', () => {
    const signature = signFields(2, fieldsOf(2));
    const raw = encodeSigned(2, fieldsOf(2), 1n - signature.yParity, signature);
    expect(l1Sender(raw, CHAIN_ID)).not.toBe(TEST_ADDRESS);
  });

  test('error: malformed', () => {
    expect(decodeErrorCode(() => l1Sender(EMPTY, 1n))).toBe('txType');
    const list = encodeRlp([...fieldsOf(0), [], int(1n), int(1n)]);
    expect(decodeErrorCode(() => l1Sender(list, 1n))).toBe('txField');
    expect(bytesToHex(list).length).toBeGreaterThan(2);
  });

  test.each(ALL)('error: nothing but DecodeError for type %i', (_, raw) => {
    expectOnlyDecodeErrors((data) => l1Sender(data, CHAIN_ID), raw);
  });
});
