import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Address,
  bytesToHex,
  concatBytes,
  type Hex,
  hexToBytes,
} from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import { type DepositTx, decodeDepositTx, encodeDepositTx } from '../../src/protocol/deposit.ts';
import { hexOf, uint } from '../support/arbitraries.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';

const address = (digit: string): Address => `0x${digit.repeat(40)}`;

const EMPTY: DepositTx = {
  sourceHash: '0xed428e1c45e1d9561b62834e1a2d3015a0caae3bfdc16b4da059ac885b01a145',
  from: address('f'),
  to: address('b'),
  mint: 0n,
  value: 0n,
  gas: 0n,
  isSystemTx: false,
  data: new Uint8Array(55),
};

const FULL: DepositTx = {
  sourceHash: `0x${'11'.repeat(32)}`,
  from: address('2'),
  to: address('3'),
  mint: 10n ** 18n,
  value: 10n ** 17n,
  gas: 100_000n,
  isSystemTx: false,
  data: hexToBytes('0xdeadbeef'),
};

/** Source: op-geth and kona; recomputed. */
const KNOWN: readonly (readonly [string, DepositTx, Hex, Hex])[] = [
  [
    'a call without anything',
    EMPTY,
    `0x7ef887a0ed428e1c45e1d9561b62834e1a2d3015a0caae3bfdc16b4da059ac885b01a145\
94ffffffffffffffffffffffffffffffffffffffff94bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\
80808080b7${'00'.repeat(55)}`,
    '0x9ccc52548baaed3576f0f1121b446ec64dd4ebabfe78848e297991cad15d2043',
  ],
  [
    'a creation with mint, value and gas',
    { ...EMPTY, from: address('1'), to: undefined, mint: 10n, value: 100n, gas: 1000n },
    `0x7ef875a0ed428e1c45e1d9561b62834e1a2d3015a0caae3bfdc16b4da059ac885b01a145\
941111111111111111111111111111111111111111800a648203e880b7${'00'.repeat(55)}`,
    '0x2046d162fa23a6ad60d0d0ddb56564c6048dd5bb5857dfdf31661fe8e0b170c2',
  ],
  [
    'a call with everything',
    FULL,
    '0x7ef867a0111111111111111111111111111111111111111111111111111111111111111194\
2222222222222222222222222222222222222222943333333333333333333333333333333333333333880d\
e0b6b3a764000088016345785d8a0000830186a08084deadbeef',
    '0x80b0a99c501eed3ab856ed75ff9447026ff8bce6e88a9209f22cd7c2af9b39de',
  ],
  [
    'a system transaction',
    { ...FULL, mint: 0n, value: 0n, gas: 1_000_000n, isSystemTx: true, data: new Uint8Array(0) },
    '0x7ef853a0111111111111111111111111111111111111111111111111111111111111111194\
22222222222222222222222222222222222222229433333333333333333333333333333333333333338080\
830f42400180',
    '0xbc880f23786dd3fcb229095e4aecd0ec1924560071db9d152c817cf0fe086356',
  ],
];

const deposits: fc.Arbitrary<DepositTx> = fc.record({
  sourceHash: hexOf(32),
  from: hexOf(20),
  to: fc.option(hexOf(20), { nil: undefined }),
  mint: uint(256),
  value: uint(256),
  gas: uint(64),
  isSystemTx: fc.boolean(),
  data: fc.uint8Array({ maxLength: 80 }),
});

describe('encodeDepositTx', () => {
  test.each(KNOWN)('default: %s', (_, tx, raw, hash) => {
    expect(bytesToHex(encodeDepositTx(tx))).toBe(raw);
    expect(keccak256Hex(encodeDepositTx(tx))).toBe(hash);
  });

  test('behavior: a call of address 0 is no creation', () => {
    const call = encodeDepositTx({ ...FULL, to: address('0') });
    expect(decodeDepositTx(call).to).toBe(address('0'));
  });
});

describe('decodeDepositTx', () => {
  test.each(KNOWN)('default: %s', (_, tx, raw) => {
    expect(decodeDepositTx(hexToBytes(raw))).toEqual(tx);
  });

  test('behavior: gives back what was encoded', () => {
    fc.assert(
      fc.property(deposits, (tx) => {
        expect(decodeDepositTx(encodeDepositTx(tx))).toEqual(tx);
      }),
    );
  });

  const fields = decodeRlp(encodeDepositTx(FULL).subarray(1)) as readonly RlpItem[];
  const typed = (items: readonly RlpItem[]): Uint8Array =>
    concatBytes(Uint8Array.of(0x7e), encodeRlp(items));
  const replaced = (index: number, item: RlpItem): Uint8Array =>
    typed(fields.map((field, i) => (i === index ? item : field)));

  test.each([
    ['nothing', new Uint8Array(0), 'depositType'],
    ['another type', concatBytes(Uint8Array.of(0x02), encodeRlp(fields)), 'depositType'],
    ['7 fields', typed(fields.slice(0, 7)), 'depositFields'],
    ['9 fields', typed([...fields, new Uint8Array(0)]), 'depositFields'],
    ['no list', concatBytes(Uint8Array.of(0x7e), encodeRlp(new Uint8Array(2))), 'depositFields'],
    ['a trailing byte', concatBytes(encodeDepositTx(FULL), new Uint8Array(1)), 'rlpTrailing'],
    ['a source hash of 31 bytes', replaced(0, new Uint8Array(31)), 'depositField'],
    ['a sender of 19 bytes', replaced(1, new Uint8Array(19)), 'depositField'],
    ['a recipient of 1 byte', replaced(2, Uint8Array.of(9)), 'depositField'],
    ['a mint with a leading zero', replaced(3, Uint8Array.of(0, 1)), 'rlpNotCanonical'],
    ['a value of 33 bytes', replaced(4, new Uint8Array(33).fill(1)), 'rlpIntegerTooLong'],
    ['gas of 9 bytes', replaced(5, new Uint8Array(9).fill(1)), 'rlpIntegerTooLong'],
    ['a system flag of 2', replaced(6, Uint8Array.of(2)), 'depositBoolean'],
    ['a system flag of 0', replaced(6, Uint8Array.of(0)), 'depositBoolean'],
    ['a system flag of two bytes', replaced(6, Uint8Array.of(1, 1)), 'depositBoolean'],
    ['a list as data', replaced(7, []), 'depositField'],
  ])('error: %s', (_, data, code) => {
    expect(decodeErrorCode(() => decodeDepositTx(data))).toBe(code);
  });

  test('error: every truncation, and nothing but DecodeError', () => {
    expectTruncationsRefused(decodeDepositTx, encodeDepositTx(FULL));
    expectOnlyDecodeErrors(decodeDepositTx, encodeDepositTx(FULL));
  });
});
