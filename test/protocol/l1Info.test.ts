import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import {
  decodeL1InfoData,
  encodeL1InfoData,
  type L1Info,
  type L1InfoFormat,
  l1InfoFormat,
} from '../../src/protocol/l1Info.ts';
import { hexOf, uint } from '../support/arbitraries.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';
import { forkAt, forksUpTo, rollupConfig } from '../support/rollupConfig.ts';

const BEDROCK: L1Info = {
  format: 'bedrock',
  number: 18_334_955n,
  timestamp: 1_697_121_143n,
  baseFee: 10_419_034_451n,
  hash: '0x392012032675be9f94aae5ab442de73c5f4fb1bf30fa7dd0d2442239899a40fc',
  sequenceNumber: 4n,
  batcherAddr: '0x6887246668a3b87f54deb3b94ba47a6f63f32985',
  overhead: `0x${'bc'.padStart(64, '0')}`,
  scalar: `0x${'0a6fe0'.padStart(64, '0')}`,
};

const COMMON = {
  number: 19_655_712n,
  timestamp: 1_713_121_139n,
  baseFee: 10_445_852_825n,
  hash: '0x1c4c84c50740386c7dc081efddd644405f04cde73e30a2e381737acce9f5add3',
  sequenceNumber: 5n,
  batcherAddr: '0x6887246668a3b87f54deb3b94ba47a6f63f32985',
  baseFeeScalar: 1368n,
  blobBaseFeeScalar: 810_949n,
  blobBaseFee: 1n,
} as const;

const OPERATOR = { operatorFeeScalar: 43_981n, operatorFeeConstant: 56_506n };
const ECOTONE: L1Info = { format: 'ecotone', ...COMMON };
const ISTHMUS: L1Info = { format: 'isthmus', ...COMMON, ...OPERATOR };
const JOVIAN: L1Info = { format: 'jovian', ...COMMON, ...OPERATOR, daFootprintGasScalar: 400 };

const PACKED_FIELDS = `00000558000c5fc5000000000000000500000000661c277300000000012bec20\
000000000000000000000000000000000000000000000000000000026e9f1099\
0000000000000000000000000000000000000000000000000000000000000001\
1c4c84c50740386c7dc081efddd644405f04cde73e30a2e381737acce9f5add3\
0000000000000000000000006887246668a3b87f54deb3b94ba47a6f63f32985`;

/** Source: kona's test data (OP Mainnet values); operator fee and DA footprint scalar made up. */
const KNOWN: readonly (readonly [L1InfoFormat, L1Info, Hex])[] = [
  [
    'bedrock',
    BEDROCK,
    `0x015d8eb9\
000000000000000000000000000000000000000000000000000000000117c4eb\
0000000000000000000000000000000000000000000000000000000065280377\
000000000000000000000000000000000000000000000000000000026d05d953\
392012032675be9f94aae5ab442de73c5f4fb1bf30fa7dd0d2442239899a40fc\
0000000000000000000000000000000000000000000000000000000000000004\
0000000000000000000000006887246668a3b87f54deb3b94ba47a6f63f32985\
00000000000000000000000000000000000000000000000000000000000000bc\
00000000000000000000000000000000000000000000000000000000000a6fe0`,
  ],
  ['ecotone', ECOTONE, `0x440a5e20${PACKED_FIELDS}`],
  ['isthmus', ISTHMUS, `0x098999be${PACKED_FIELDS}0000abcd000000000000dcba`],
  ['jovian', JOVIAN, `0x3db6be2b${PACKED_FIELDS}0000abcd000000000000dcba0190`],
];

const common = {
  number: uint(64),
  timestamp: uint(64),
  baseFee: uint(256),
  hash: hexOf(32),
  sequenceNumber: uint(64),
  batcherAddr: hexOf(20),
};
const ecotone = {
  ...common,
  baseFeeScalar: uint(32),
  blobBaseFeeScalar: uint(32),
  blobBaseFee: uint(256),
};
const isthmus = { ...ecotone, operatorFeeScalar: uint(32), operatorFeeConstant: uint(64) };
const infos: fc.Arbitrary<L1Info> = fc.oneof(
  fc.record({
    format: fc.constant('bedrock' as const),
    ...common,
    overhead: hexOf(32),
    scalar: hexOf(32),
  }),
  fc.record({ format: fc.constant('ecotone' as const), ...ecotone }),
  fc.record({ format: fc.constant('isthmus' as const), ...isthmus }),
  fc.record({
    format: fc.constant('jovian' as const),
    ...isthmus,
    daFootprintGasScalar: fc.integer({ min: 0, max: 65_535 }),
  }),
);

describe('l1InfoFormat', () => {
  test.each([
    ['bedrock', 'bedrock'],
    ['delta', 'bedrock'],
    ['ecotone', 'ecotone'],
    ['holocene', 'ecotone'],
    ['isthmus', 'isthmus'],
    ['jovian', 'jovian'],
    ['karst', 'jovian'],
  ] as const)('default: %s active at genesis', (fork, expected) => {
    expect(l1InfoFormat(rollupConfig(fork), 1002n)).toBe(expected);
  });

  test.each([
    ['delta', 'ecotone', 'bedrock', 'ecotone'],
    ['holocene', 'isthmus', 'ecotone', 'isthmus'],
    ['isthmus', 'jovian', 'isthmus', 'jovian'],
    ['jovian', 'karst', 'jovian', 'jovian'],
  ] as const)(
    'behavior: from %s to %s only after the activation block',
    (before, fork, old, next) => {
      const config = rollupConfig(before, { forkTimes: forkAt(before, fork, 1501n) });
      expect(l1InfoFormat(config, 1500n)).toBe(old);
      expect(l1InfoFormat(config, 1502n)).toBe(old);
      expect(l1InfoFormat(config, 1504n)).toBe(next);
    },
  );

  test('behavior: two forks in one block keep the format before both', () => {
    const forkTimes = { ...forksUpTo('holocene'), isthmus: 1500n, jovian: 1500n };
    const config = rollupConfig('holocene', { forkTimes });
    expect(l1InfoFormat(config, 1500n)).toBe('ecotone');
    expect(l1InfoFormat(config, 1502n)).toBe('jovian');
  });
});

describe('encodeL1InfoData', () => {
  test.each(KNOWN)('default: %s', (_, info, data) => {
    expect(bytesToHex(encodeL1InfoData(info))).toBe(data);
  });

  test.each([
    ['bedrock', 'setL1BlockValues(uint64,uint64,uint256,bytes32,uint64,bytes32,uint256,uint256)'],
    ['ecotone', 'setL1BlockValuesEcotone()'],
    ['isthmus', 'setL1BlockValuesIsthmus()'],
    ['jovian', 'setL1BlockValuesJovian()'],
  ])('behavior: the %s selector is that of %s', (format, signature) => {
    const known = KNOWN.find(([name]) => name === format);
    const selector = keccak256Hex(new TextEncoder().encode(signature)).slice(0, 10);
    expect(known?.[2].slice(0, 10)).toBe(selector);
  });
});

describe('decodeL1InfoData', () => {
  test.each(KNOWN)('default: %s', (format, info, data) => {
    expect(decodeL1InfoData(hexToBytes(data), format)).toEqual(info);
  });

  test('behavior: gives back what was encoded', () => {
    fc.assert(
      fc.property(infos, (info) => {
        expect(decodeL1InfoData(encodeL1InfoData(info), info.format)).toEqual(info);
      }),
    );
  });

  test.each(KNOWN)(
    'error: %s with a byte more, another selector, another format',
    (format, info) => {
      const data = encodeL1InfoData(info);
      const longer = Uint8Array.of(...data, 0);
      expect(decodeErrorCode(() => decodeL1InfoData(longer, format))).toBe('l1InfoLength');
      const renamed = data.slice();
      renamed[3] = 0;
      expect(decodeErrorCode(() => decodeL1InfoData(renamed, format))).toBe('l1InfoSelector');
      for (const [other] of KNOWN) {
        if (other === format) continue;
        expect(decodeErrorCode(() => decodeL1InfoData(data, other))).toBe('l1InfoLength');
      }
    },
  );

  test.each([
    ['bedrock', BEDROCK, [4, 27]],
    ['bedrock', BEDROCK, [36, 59]],
    ['bedrock', BEDROCK, [132, 155]],
    ['bedrock', BEDROCK, [164, 175]],
    ['ecotone', ECOTONE, [132, 143]],
    ['jovian', JOVIAN, [132, 143]],
  ] as const)('error: %s with non-zero padding', (format, info, ends) => {
    for (const offset of ends) {
      const data = encodeL1InfoData(info);
      data[offset] = 1;
      const code = decodeErrorCode(() => decodeL1InfoData(data, format));
      expect(code, `byte ${offset}`).toBe('l1InfoPadding');
    }
  });

  test.each(KNOWN)('error: every truncation of %s', (format, info) => {
    const decode = (data: Uint8Array) => decodeL1InfoData(data, format);
    expectTruncationsRefused(decode, encodeL1InfoData(info));
    expectOnlyDecodeErrors(decode, encodeL1InfoData(info));
  });
});
