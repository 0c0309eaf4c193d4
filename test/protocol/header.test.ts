import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import { InvariantError } from '../../src/base/errors.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import {
  decodeHeader,
  EMPTY_OMMERS_HASH,
  encodeHeader,
  type Header,
  headerHash,
} from '../../src/protocol/header.ts';
import { hexOf, uint } from '../support/arbitraries.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';
import { KNOWN_ANSWERS, knownAnswers } from '../support/knownAnswers.ts';
import { lacksShared } from '../support/shared.ts';

const OPTIONAL = [
  'baseFeePerGas',
  'withdrawalsRoot',
  'blobGasUsed',
  'excessBlobGas',
  'parentBeaconBlockRoot',
  'requestsHash',
  'blockAccessListHash',
  'slotNumber',
] as const;

/** OP Sepolia block 16491349 (Granite). Source: its header in kona's fixtures. */
const OP_SEPOLIA: Header = {
  parentHash: '0x1d9add04c84cd679f5c6d915896f0d43f4df8b37be195e6bb42314a2ce2eac03',
  ommersHash: EMPTY_OMMERS_HASH,
  beneficiary: '0x4200000000000000000000000000000000000011',
  stateRoot: '0xd49c08c005dec63adf4afa769f9dbf2f743da7b89013a2733b766ab8cea0ad02',
  transactionsRoot: '0x88a4a2808ab945c7a7d1a576e6e586320a18f08c4f180e37ff32400bed2eb3e1',
  receiptsRoot: '0x9df719656fa68e0e6ab212353f4a33b6f926c1c3f9871a272705d999b337f514',
  logsBloom: hexToBytes(
    '0x10000000005080400200400000000020000000081004040020000200000008000108000004000010001200' +
      '01000000000010000002044004400042000004000800000000000000100100800000000004000000000004' +
      '0008010000000010030020000000480080100000000000000000000000000100002000000000008000aa00' +
      '00000000020400000000000000000000000880000004000000000088010100000400080080000001600000' +
      '0002080080000008000000800400020000400000000000800020800000010000000000000000000440c000' +
      '0001000040000050000000045818000000000402000000200000010000000000000000000000000010',
  ),
  difficulty: 0n,
  number: 16_491_349n,
  gasLimit: 30_000_000n,
  gasUsed: 0x10aad1n,
  timestamp: 1_724_785_238n,
  extraData: new Uint8Array(0),
  mixHash: '0x77b2003a5c1cf223bd7355fe76585f479d4a2f9bfb01170638ff1b54063e52fa',
  nonce: '0x0000000000000000',
  baseFeePerGas: 271n,
  withdrawalsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  blobGasUsed: 0n,
  excessBlobGas: 0n,
  parentBeaconBlockRoot: '0x6b88278e139e4c3575e03fbe8f25addaf44dd95310ba66ee4a1802ba184557fb',
  requestsHash: undefined,
  blockAccessListHash: undefined,
  slotNumber: undefined,
};

const headers: fc.Arbitrary<Header> = fc
  .tuple(
    fc.record({
      parentHash: hexOf(32),
      ommersHash: hexOf(32),
      beneficiary: hexOf(20),
      stateRoot: hexOf(32),
      transactionsRoot: hexOf(32),
      receiptsRoot: hexOf(32),
      logsBloom: fc.uint8Array({ minLength: 256, maxLength: 256 }),
      difficulty: uint(256),
      number: uint(64),
      gasLimit: uint(64),
      gasUsed: uint(64),
      timestamp: uint(64),
      extraData: fc.uint8Array({ maxLength: 40 }),
      mixHash: hexOf(32),
      nonce: hexOf(8),
      baseFeePerGas: uint(256),
      withdrawalsRoot: hexOf(32),
      blobGasUsed: uint(64),
      excessBlobGas: uint(64),
      parentBeaconBlockRoot: hexOf(32),
      requestsHash: hexOf(32),
      blockAccessListHash: hexOf(32),
      slotNumber: uint(64),
    }),
    fc.integer({ min: 0, max: OPTIONAL.length }),
  )
  .map(([header, present]) => {
    const absent = OPTIONAL.slice(present).map((name) => [name, undefined]);
    return { ...header, ...Object.fromEntries(absent) } as Header;
  });

describe('headerHash', () => {
  test('default: OP Sepolia 16491349', () => {
    expect(headerHash(OP_SEPOLIA)).toBe(
      '0x9f40c2787db52f33b14e16d63cb26f4fc3a96f9a18693400faaf3e1be5377d36',
    );
  });

  test('behavior: every field counts', () => {
    const full: Header = {
      ...OP_SEPOLIA,
      requestsHash: `0x${'01'.repeat(32)}`,
      blockAccessListHash: `0x${'02'.repeat(32)}`,
      slotNumber: 5n,
    };
    const hashes = Object.keys(full).map((name) => {
      const value = full[name as keyof Header];
      const other =
        typeof value === 'bigint'
          ? value + 1n
          : typeof value === 'string'
            ? value.replace(/.$/, (digit) => (digit === 'f' ? '0' : 'f'))
            : new Uint8Array(256).fill(3);
      return headerHash({ ...full, [name]: other });
    });
    expect(new Set([...hashes, headerHash(full)]).size).toBe(24);
  });
});

describe('encodeHeader', () => {
  test('behavior: the two fields after Prague stand at the end, in this order', () => {
    const header: Header = {
      ...OP_SEPOLIA,
      requestsHash: `0x${'01'.repeat(32)}`,
      blockAccessListHash: `0x${'02'.repeat(32)}`,
      slotNumber: 0x0304n,
    };
    expect(bytesToHex(encodeHeader(header)).slice(-72)).toBe(`a0${'02'.repeat(32)}820304`);
  });

  test('error: a field without the one before it', () => {
    expect(() => encodeHeader({ ...OP_SEPOLIA, withdrawalsRoot: undefined })).toThrow(
      InvariantError,
    );
    expect(() => encodeHeader({ ...OP_SEPOLIA, slotNumber: 1n })).toThrow(/`slotNumber`.*requests/);
  });
});

describe('decodeHeader', () => {
  test('behavior: gives back what was encoded', () => {
    fc.assert(
      fc.property(headers, (header) => {
        expect(decodeHeader(encodeHeader(header))).toEqual(header);
      }),
    );
  });

  const fields = decodeRlp(encodeHeader(OP_SEPOLIA)) as readonly RlpItem[];
  const replaced = (index: number, item: RlpItem): Uint8Array =>
    encodeRlp(fields.map((field, i) => (i === index ? item : field)));

  test.each([
    ['bytes instead of a list', encodeRlp(new Uint8Array(3)), 'headerNotList'],
    ['14 fields', encodeRlp(fields.slice(0, 14)), 'headerFieldCount'],
    ['24 fields', encodeRlp([...fields, [], [], [], []]), 'headerFieldCount'],
    ['a short hash', replaced(0, new Uint8Array(31)), 'headerField'],
    ['a long address', replaced(2, new Uint8Array(21)), 'headerField'],
    ['a short bloom', replaced(6, new Uint8Array(255)), 'headerField'],
    ['a nonce of 7 bytes', replaced(14, new Uint8Array(7)), 'headerField'],
    ['a list as a field', replaced(12, []), 'headerField'],
    ['a number with a leading zero', replaced(8, new Uint8Array(2)), 'rlpNotCanonical'],
    ['a number of 9 bytes', replaced(8, new Uint8Array(9).fill(1)), 'rlpIntegerTooLong'],
    ['a base fee of 33 bytes', replaced(15, new Uint8Array(33).fill(1)), 'rlpIntegerTooLong'],
  ])('error: %s', (_, data, code) => {
    expect(decodeErrorCode(() => decodeHeader(data))).toBe(code);
  });

  test('error: every truncation, and nothing but DecodeError', () => {
    const valid = encodeHeader(OP_SEPOLIA);
    expectTruncationsRefused(decodeHeader, valid);
    expectOnlyDecodeErrors(decodeHeader, valid);
  });
});

test('EMPTY_OMMERS_HASH', () => {
  expect(keccak256Hex(encodeRlp([]))).toBe(EMPTY_OMMERS_HASH);
});

describe.skipIf(lacksShared(KNOWN_ANSWERS))('known answers: header-hash', () => {
  type Input = { readonly headerRlp: string };
  type Expected = { readonly hash: string; readonly number: number; readonly fields: number };

  test.each(knownAnswers<Input, Expected>('header-hash'))('$id', ({ input, expected }) => {
    const header = decodeHeader(hexToBytes(input.headerRlp));
    expect(bytesToHex(encodeHeader(header))).toBe(input.headerRlp);
    expect(headerHash(header)).toBe(expected.hash);
    expect(header.number).toBe(BigInt(expected.number));
    const present = Object.values(header).filter((value) => value !== undefined);
    expect(present.length).toBe(expected.fields);
  });
});
