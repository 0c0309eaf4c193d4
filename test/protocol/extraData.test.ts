import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import {
  chainEip1559Params,
  decodeExtraData,
  encodeExtraData,
} from '../../src/protocol/extraData.ts';
import { uint } from '../support/arbitraries.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';
import { forkAt, rollupConfig } from '../support/rollupConfig.ts';

const BEDROCK = rollupConfig('granite');
const HOLOCENE = rollupConfig('holocene');
const JOVIAN = rollupConfig('jovian');
const HOLOCENE_DATA = hexToBytes('0x00000000fa00000006');
const JOVIAN_DATA = hexToBytes('0x01000000fa0000000600000000000f4240');

describe('decodeExtraData', () => {
  test('default', () => {
    expect(decodeExtraData(BEDROCK, new Uint8Array(0), 2000n)).toEqual({
      eip1559Params: '0x0000000000000000',
      minBaseFee: 0n,
    });
    expect(decodeExtraData(HOLOCENE, HOLOCENE_DATA, 2000n)).toEqual({
      eip1559Params: '0x000000fa00000006',
      minBaseFee: 0n,
    });
    expect(decodeExtraData(JOVIAN, JOVIAN_DATA, 2000n)).toEqual({
      eip1559Params: '0x000000fa00000006',
      minBaseFee: 1_000_000n,
    });
  });

  test('behavior: the activation block already has the new format', () => {
    const holocene = { forkTimes: forkAt('granite', 'holocene', 2000n) };
    expect(decodeExtraData(holocene, new Uint8Array(0), 1999n).minBaseFee).toBe(0n);
    expect(decodeExtraData(holocene, HOLOCENE_DATA, 2000n).eip1559Params).toBe(
      '0x000000fa00000006',
    );
    const jovian = { forkTimes: forkAt('isthmus', 'jovian', 2000n) };
    expect(decodeExtraData(jovian, HOLOCENE_DATA, 1999n).minBaseFee).toBe(0n);
    expect(decodeExtraData(jovian, JOVIAN_DATA, 2000n).minBaseFee).toBe(1_000_000n);
  });

  test.each([
    ['data before Holocene', BEDROCK, HOLOCENE_DATA, 'extraDataLength'],
    ['none in Holocene', HOLOCENE, new Uint8Array(0), 'extraDataLength'],
    ['Jovian data in Holocene', HOLOCENE, JOVIAN_DATA, 'extraDataLength'],
    ['Holocene data in Jovian', JOVIAN, HOLOCENE_DATA, 'extraDataLength'],
    ['version 1 in Holocene', HOLOCENE, hexToBytes('0x01000000fa00000006'), 'extraDataVersion'],
    ['version 0 in Jovian', JOVIAN, Uint8Array.of(0, ...JOVIAN_DATA.slice(1)), 'extraDataVersion'],
    ['denominator 0', HOLOCENE, hexToBytes('0x000000000000000006'), 'extraDataParams'],
    ['elasticity 0', HOLOCENE, hexToBytes('0x00000000fa00000000'), 'extraDataParams'],
    ['both 0', HOLOCENE, new Uint8Array(9), 'extraDataParams'],
  ])('error: %s', (_, config, data, code) => {
    expect(decodeErrorCode(() => decodeExtraData(config, data, 2000n))).toBe(code);
  });

  test('error: every truncation, and nothing but DecodeError', () => {
    const decode = (data: Uint8Array) => decodeExtraData(JOVIAN, data, 2000n);
    expectTruncationsRefused(decode, JOVIAN_DATA);
    expectOnlyDecodeErrors(decode, JOVIAN_DATA);
  });
});

describe('encodeExtraData', () => {
  test('default', () => {
    expect(bytesToHex(encodeExtraData('0x000000fa00000006', undefined))).toBe(
      bytesToHex(HOLOCENE_DATA),
    );
    expect(bytesToHex(encodeExtraData('0x000000fa00000006', 1_000_000n))).toBe(
      bytesToHex(JOVIAN_DATA),
    );
    expect(bytesToHex(encodeExtraData('0x0000000800000008', 257n))).toBe(
      '0x0100000008000000080000000000000101',
    );
  });

  test('behavior: gives back what was encoded', () => {
    fc.assert(
      fc.property(uint(64), (minBaseFee) => {
        const eip1559Params = '0x0000003200000004';
        const data = encodeExtraData(eip1559Params, minBaseFee);
        expect(decodeExtraData(JOVIAN, data, 2000n)).toEqual({ eip1559Params, minBaseFee });
      }),
    );
  });
});

describe('chainEip1559Params', () => {
  test('default', () => {
    const chainOpConfig = {
      eip1559Elasticity: 6n,
      eip1559Denominator: 50n,
      eip1559DenominatorCanyon: 250n,
    };
    expect(chainEip1559Params({ chainOpConfig })).toBe('0x000000fa00000006');
  });
});
