import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import { orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from '../../src/protocol/receipt.ts';
import { hexOf, uint } from '../support/arbitraries.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';

const LEGACY: Receipt = {
  type: 0,
  succeeded: true,
  cumulativeGasUsed: 21_000n,
  logs: [],
  depositNonce: undefined,
  depositReceiptVersion: undefined,
};

const DEPOSIT: Receipt = { ...LEGACY, type: 0x7e, cumulativeGasUsed: 46_913n };
const BLOOM = `b90100${'00'.repeat(256)}`;

/** Receipt, bytes, their hash, and the root of a block with only it; recomputed. */
const KNOWN: readonly (readonly [string, Receipt, string, string, string])[] = [
  [
    'deposit before Canyon',
    DEPOSIT,
    `0x7ef901080182b741${BLOOM}c0`,
    '0xfde898a01ed678ebf05a9d009821e9d57196ff9609380a3edc093ea597d25c83',
    '0x3f71ebd8822765e8146170b0f930f55f753dbb867f55e4e605894016cd32f1e2',
  ],
  [
    'deposit of Canyon',
    { ...DEPOSIT, depositNonce: 4_012_991n, depositReceiptVersion: 1n },
    `0x7ef9010d0182b741${BLOOM}c0833d3bbf01`,
    '0xbaa5fec3f9cba52820535a3a45f28a0009a34b5d26e511dee31dabf22fd8ac50',
    '0xad2f5caa3cb54a9c22797bc73f64c524fcd6c7756eea20a4d24db410fe49a3ce',
  ],
  [
    'deposit of Canyon with nonce 0',
    { ...DEPOSIT, cumulativeGasUsed: 21_000n, depositNonce: 0n, depositReceiptVersion: 1n },
    `0x7ef9010a01825208${BLOOM}c08001`,
    '0x10cc964fdd1b19c78e279825c901dd1a4b58897cf9993d6ccce4ba3524dc86f7',
    '0x421c9faa079e3af451595796a35cea8e4336000d032e2369b0da8900449e8b1e',
  ],
  [
    'failed deposit of Canyon',
    {
      ...DEPOSIT,
      succeeded: false,
      cumulativeGasUsed: 1_000_000n,
      depositNonce: 5n,
      depositReceiptVersion: 1n,
    },
    `0x7ef9010b80830f4240${BLOOM}c00501`,
    '0x9a2e8f3825c17c8898b5914c9b243e277102a9f8ce378501568bd483c11f6968',
    '0x621cc18a7b1738a90ff746dafa98e8adb1b8411629e8e112265c2d64d54e5ad2',
  ],
  [
    'legacy',
    LEGACY,
    `0xf9010801825208${BLOOM}c0`,
    '0xe38e5532717f12f769b07ea016014bd39b74fb72def4de8442114cc2728609f2',
    '0x056b23fbba480696b65fe5a59b8f2148a1299103c4f57df839233af2cf4ca2d2',
  ],
  [
    'type 2',
    { ...LEGACY, type: 2 },
    `0x02f9010801825208${BLOOM}c0`,
    '0x0dc61ea76a6acc34e0dba04ff43ad00ab0c936efe8399ba09c4975ee8c0f0079',
    '0xf78dfb743fbd92ade140711c8bbc542b5e307f0ab7984eff35d751969fe57efa',
  ],
];

const LOG = {
  address: `0x${'0a'.repeat(20)}`,
  topics: [`0x${'01'.repeat(32)}`, `0x${'02'.repeat(32)}`],
  data: hexToBytes('0xdeadbeef'),
} as const;

const receipts: fc.Arbitrary<Receipt> = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 3, 4),
    succeeded: fc.boolean(),
    cumulativeGasUsed: uint(64),
    logs: fc.array(
      fc.record({
        address: hexOf(20),
        topics: fc.array(hexOf(32), { maxLength: 4 }),
        data: fc.uint8Array({ maxLength: 40 }),
      }),
      { maxLength: 3 },
    ),
    nonce: fc.option(uint(64), { nil: undefined }),
  })
  .map(({ nonce, ...receipt }) => ({
    ...receipt,
    type: nonce === undefined ? receipt.type : 0x7e,
    depositNonce: nonce,
    depositReceiptVersion: nonce === undefined ? undefined : 1n,
  }));

describe('encodeReceipt', () => {
  test.each(KNOWN)('default: %s', (_, receipt, raw, hash, root) => {
    const encoded = encodeReceipt(receipt);
    expect(bytesToHex(encoded)).toBe(raw);
    expect(keccak256Hex(encoded)).toBe(hash);
    expect(orderedTrieRoot([encoded])).toBe(root);
  });

  test('behavior: a Regolith deposit’s nonce is left out', () => {
    expect(encodeReceipt({ ...DEPOSIT, depositNonce: 5n })).toEqual(encodeReceipt(DEPOSIT));
  });
});

describe('decodeReceipt', () => {
  test.each(KNOWN)('default: %s', (_, receipt, raw) => {
    expect(decodeReceipt(hexToBytes(raw))).toEqual(receipt);
  });

  test('behavior: gives back what was encoded', () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        expect(decodeReceipt(encodeReceipt(receipt))).toEqual(receipt);
      }),
    );
  });

  const withLog = encodeReceipt({ ...LEGACY, logs: [LOG] });
  const fields = decodeRlp(withLog) as readonly RlpItem[];
  const logs = fields[3] as readonly (readonly RlpItem[])[];
  const replaced = (index: number, item: RlpItem): Uint8Array =>
    encodeRlp(fields.map((field, i) => (i === index ? item : field)));
  const replacedInLog = (index: number, item: RlpItem): Uint8Array =>
    replaced(3, [(logs[0] as readonly RlpItem[]).map((field, i) => (i === index ? item : field))]);

  test('behavior: a Regolith deposit as debug_getRawReceipts has it', () => {
    const items = decodeRlp(encodeReceipt(DEPOSIT).subarray(1)) as readonly RlpItem[];
    const raw = concatBytes(Uint8Array.of(0x7e), encodeRlp([...items, Uint8Array.of(5)]));
    expect(decodeReceipt(raw)).toEqual({ ...DEPOSIT, depositNonce: 5n });
  });

  test.each([
    ['no list', Uint8Array.of(2, 0x80), 'receiptFields'],
    ['3 fields', encodeRlp(fields.slice(0, 3)), 'receiptFields'],
    ['5 fields, not a deposit', encodeRlp([...fields, Uint8Array.of(5)]), 'receiptFields'],
    ['status 2', replaced(0, Uint8Array.of(2)), 'receiptStatus'],
    ['a state root as status', replaced(0, new Uint8Array(32)), 'receiptStatus'],
    ['gas with a leading zero', replaced(1, Uint8Array.of(0)), 'rlpNotCanonical'],
    ['gas of 9 bytes', replaced(1, new Uint8Array(9).fill(1)), 'rlpIntegerTooLong'],
    ['another bloom', replaced(2, new Uint8Array(256)), 'receiptBloom'],
    ['bytes as logs', replaced(3, new Uint8Array(0)), 'receiptField'],
    ['a list as status', replaced(0, []), 'receiptField'],
    ['a log of 2 fields', replaced(3, [(logs[0] as readonly RlpItem[]).slice(0, 2)]), 'receiptLog'],
    ['a log address of 19 bytes', replacedInLog(0, new Uint8Array(19)), 'receiptLog'],
    ['a topic of 31 bytes', replacedInLog(1, [new Uint8Array(31)]), 'receiptLog'],
    [
      '5 topics',
      replacedInLog(
        1,
        Array.from({ length: 5 }, () => new Uint8Array(32)),
      ),
      'receiptLog',
    ],
    ['bytes as topics', replacedInLog(1, new Uint8Array(0)), 'receiptField'],
    ['a list as log data', replacedInLog(2, []), 'receiptField'],
  ])('error: %s', (_, raw, code) => {
    expect(decodeErrorCode(() => decodeReceipt(raw))).toBe(code);
  });

  test('error: every truncation, and nothing but DecodeError', () => {
    expectTruncationsRefused(decodeReceipt, withLog);
    expectOnlyDecodeErrors(decodeReceipt, withLog);
  });
});
