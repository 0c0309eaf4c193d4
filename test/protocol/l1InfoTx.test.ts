import { describe, expect, test } from 'vitest';
import { hexToBytes, ZERO_HASH } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeDepositTx, encodeDepositTx } from '../../src/protocol/deposit.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L1ChainConfig } from '../../src/protocol/l1ChainConfig.ts';
import { decodeL1InfoData, type L1InfoFormat } from '../../src/protocol/l1Info.ts';
import { decodeL1InfoTx, l1InfoTx } from '../../src/protocol/l1InfoTx.ts';
import type { SystemConfig } from '../../src/protocol/systemConfig.ts';
import { decodeErrorCode } from '../support/decoding.ts';
import { KNOWN_ANSWERS, knownAnswers } from '../support/knownAnswers.ts';
import { forkAt, rollupConfig, SYSTEM_CONFIG } from '../support/rollupConfig.ts';
import { lacksShared } from '../support/shared.ts';

const L1_CHAIN: L1ChainConfig = {
  chainId: 1n,
  blobSchedule: [
    { fork: 'cancun', time: 0n, target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n },
  ],
};

/** The L1 origin of the Ecotone, Isthmus and Jovian vectors. */
const L1: L1Block = {
  ref: {
    number: 19_655_712n,
    hash: '0x1c4c84c50740386c7dc081efddd644405f04cde73e30a2e381737acce9f5add3',
    parentHash: ZERO_HASH,
    timestamp: 1_713_121_139n,
  },
  baseFee: 10_445_852_825n,
  mixHash: ZERO_HASH,
  excessBlobGas: 0n,
  parentBeaconBlockRoot: ZERO_HASH,
  inboxTxs: [],
  logs: [],
};

/** The L1 origin of the Bedrock vectors. */
const BEDROCK_L1: L1Block = {
  ...L1,
  ref: {
    number: 18_334_955n,
    hash: '0x392012032675be9f94aae5ab442de73c5f4fb1bf30fa7dd0d2442239899a40fc',
    parentHash: ZERO_HASH,
    timestamp: 1_697_121_143n,
  },
  baseFee: 10_419_034_451n,
};

const ECOTONE_CONFIG: SystemConfig = {
  ...SYSTEM_CONFIG,
  scalar: `0x01${'00'.repeat(23)}000c5fc500000558`,
  operatorFeeParams: `0x${'00'.repeat(20)}0000abcd000000000000dcba`,
};

describe('l1InfoTx', () => {
  test.each([
    ['bedrock', '0x7a14dd4e4fc472ba9e50efaef4a43b914cc186c10ed4d0b6bf7f31b9cbb2ba02'],
    ['regolith', '0x3bfe769aa4fa9e742be45063cad71dd41e73c9e0d1302718d1281d419c403006'],
  ] as const)('default: %s', (fork, hash) => {
    const tx = l1InfoTx(rollupConfig(fork), L1_CHAIN, {
      systemConfig: SYSTEM_CONFIG,
      sequenceNumber: 4n,
      l1: BEDROCK_L1,
      l2Time: 2000n,
    });
    expect(keccak256Hex(tx)).toBe(hash);
  });

  test.each([
    ['ecotone', '0x2b2795dd0789e78ff561b8ad7ce6e4a0e257432aaa048e1c46821d7eee152724'],
    ['isthmus', '0x79e29f8b4956568b73cae93baa0aedf10e29700497bfa222275837a42d993e7e'],
    ['jovian', '0xab3c1ea4b07719348d69d0b649a84af0068933e1477031999e9cca2f93130eae'],
    ['karst', '0xab3c1ea4b07719348d69d0b649a84af0068933e1477031999e9cca2f93130eae'],
  ] as const)('default: %s', (fork, hash) => {
    const tx = l1InfoTx(rollupConfig(fork), L1_CHAIN, {
      systemConfig: ECOTONE_CONFIG,
      sequenceNumber: 5n,
      l1: L1,
      l2Time: 2000n,
    });
    expect(keccak256Hex(tx)).toBe(hash);
  });

  test('behavior: system transaction with its gas until Regolith', () => {
    const config = rollupConfig('bedrock', { forkTimes: forkAt('bedrock', 'regolith', 2000n) });
    const at = (l2Time: bigint) =>
      decodeDepositTx(
        l1InfoTx(config, L1_CHAIN, {
          systemConfig: SYSTEM_CONFIG,
          sequenceNumber: 0n,
          l1: L1,
          l2Time,
        }),
      );
    expect(at(1999n)).toMatchObject({ gas: 150_000_000n, isSystemTx: true });
    expect(at(2000n)).toMatchObject({ gas: 1_000_000n, isSystemTx: false });
  });

  test('behavior: the format of the activation block is the old one', () => {
    const config = rollupConfig('delta', { forkTimes: forkAt('delta', 'ecotone', 2000n) });
    const lengthAt = (l2Time: bigint) =>
      decodeDepositTx(
        l1InfoTx(config, L1_CHAIN, {
          systemConfig: SYSTEM_CONFIG,
          sequenceNumber: 0n,
          l1: L1,
          l2Time,
        }),
      ).data.length;
    expect([1998n, 2000n, 2002n].map(lengthAt)).toEqual([260, 260, 164]);
  });

  test('behavior: the blob base fee follows the L1 origin', () => {
    const config = rollupConfig('ecotone');
    const feeOf = (l1: L1Block) =>
      decodeL1InfoTx(
        config,
        l1InfoTx(config, L1_CHAIN, {
          systemConfig: ECOTONE_CONFIG,
          sequenceNumber: 0n,
          l1,
          l2Time: 2000n,
        }),
        2000n,
      );
    expect(feeOf({ ...L1, excessBlobGas: 10_485_760n })).toMatchObject({ blobBaseFee: 23n });
    expect(feeOf({ ...L1, excessBlobGas: undefined })).toMatchObject({ blobBaseFee: 1n });
  });

  test.each([
    [0, 400],
    [1, 1],
    [65_535, 65_535],
  ])('behavior: DA footprint gas scalar %i is written as %i', (daFootprintGasScalar, expected) => {
    const config = rollupConfig('jovian');
    const systemConfig = { ...ECOTONE_CONFIG, daFootprintGasScalar };
    const tx = l1InfoTx(config, L1_CHAIN, {
      systemConfig,
      sequenceNumber: 0n,
      l1: L1,
      l2Time: 2000n,
    });
    expect(decodeL1InfoTx(config, tx, 2000n)).toMatchObject({ daFootprintGasScalar: expected });
  });

  test('error: a scalar that Ecotone has no meaning for', () => {
    const systemConfig: SystemConfig = { ...SYSTEM_CONFIG, scalar: `0x02${'00'.repeat(31)}` };
    const build = () =>
      l1InfoTx(rollupConfig('ecotone'), L1_CHAIN, {
        systemConfig,
        sequenceNumber: 0n,
        l1: L1,
        l2Time: 2000n,
      });
    expect(decodeErrorCode(build)).toBe('feeScalar');
  });
});

describe('decodeL1InfoTx', () => {
  test('error: no deposit, or the format of another time', () => {
    const config = rollupConfig('delta', { forkTimes: forkAt('delta', 'ecotone', 2000n) });
    const tx = l1InfoTx(config, L1_CHAIN, {
      systemConfig: SYSTEM_CONFIG,
      sequenceNumber: 0n,
      l1: L1,
      l2Time: 2000n,
    });
    expect(decodeErrorCode(() => decodeL1InfoTx(config, tx, 2002n))).toBe('l1InfoLength');
    const other = Uint8Array.of(2, ...tx.slice(1));
    expect(decodeErrorCode(() => decodeL1InfoTx(config, other, 2000n))).toBe('depositType');
  });
});

describe.skipIf(lacksShared(KNOWN_ANSWERS))('known answers: l1-info', () => {
  type Input = { readonly calldata?: string; readonly rawDeposit?: string };
  type Expected = {
    readonly txHash?: string;
    readonly number: number;
    readonly time: number;
    readonly baseFee: number;
    readonly blockHash: string;
    readonly sequenceNumber: number;
    readonly batcher: string;
    readonly blobBaseFee?: number;
    readonly baseFeeScalar?: number;
    readonly blobBaseFeeScalar?: number;
    readonly operatorFeeScalar?: number;
    readonly operatorFeeConstant?: number;
    readonly daFootprintGasScalar?: number;
  };
  const FORMATS: { readonly [bytes: number]: L1InfoFormat } = {
    260: 'bedrock',
    164: 'ecotone',
    176: 'isthmus',
    178: 'jovian',
  };

  test.each(knownAnswers<Input, Expected>('l1-info'))('$id', ({ input, expected }) => {
    const raw = hexToBytes(input.rawDeposit ?? '0x');
    const deposit = input.rawDeposit === undefined ? undefined : decodeDepositTx(raw);
    const data = deposit?.data ?? hexToBytes(input.calldata ?? '0x');
    const info = decodeL1InfoData(data, FORMATS[data.length] as L1InfoFormat);
    expect(info).toMatchObject({
      number: BigInt(expected.number),
      timestamp: BigInt(expected.time),
      baseFee: BigInt(expected.baseFee),
      hash: expected.blockHash,
      sequenceNumber: BigInt(expected.sequenceNumber),
      batcherAddr: expected.batcher,
    });
    for (const name of [
      'blobBaseFee',
      'baseFeeScalar',
      'blobBaseFeeScalar',
      'operatorFeeScalar',
      'operatorFeeConstant',
      'daFootprintGasScalar',
    ] as const) {
      if (expected[name] === undefined) continue;
      expect(Number((info as unknown as Record<string, unknown>)[name]), name).toBe(expected[name]);
    }
    if (deposit === undefined) return;
    expect(encodeDepositTx(deposit)).toEqual(raw);
    expect(keccak256Hex(raw)).toBe(expected.txHash);
  });
});
