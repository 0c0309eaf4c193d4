import { bytesToBigint, bytesToHex } from '../../base/bytes.ts';
import { DecodeError } from '../../base/errors.ts';
import { decodeDepositTx, DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import { L1_BLOCK } from '../../protocol/predeploys.ts';
import type { FeeParameters } from '../fees.ts';

// What a block's first transaction says of fees: the values that its other transactions paid by.
// By selector:
//
//   015d8eb9  Bedrock   68 L1 base fee, 196 overhead, 228 scalar, a word each
//   440a5e20  Ecotone   4 base fee scalar u32, 8 blob scalar u32, 36 L1 base fee, 68 blob base fee
//   098999be  Isthmus   as Ecotone, 164 operator scalar u32, 168 operator constant u64
//   3db6be2b  Jovian    as Isthmus, 176 DA footprint gas scalar u16

/**
 * Fee parameters that the L1 attributes transaction of a block brought; undefined when the block
 * does not begin with one.
 *
 * @param transactions Encoded.
 * @spec  protocol/execution.md 2.3, 2.9
 */
export function feeParametersOf(transactions: readonly Uint8Array[]): FeeParameters | undefined {
  const [first] = transactions;
  if (first === undefined || first[0] !== DEPOSIT_TX_TYPE) return undefined;
  try {
    const { to, data } = decodeDepositTx(first);
    return to === L1_BLOCK ? fromCalldata(data) : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function fromCalldata(data: Uint8Array): FeeParameters | undefined {
  const number = (at: number, length: number): bigint =>
    bytesToBigint(data.subarray(at, at + length));
  const selector = bytesToHex(data.subarray(0, 4));
  if (selector === '0x015d8eb9' && data.length >= 260) {
    const fees = { l1BaseFee: number(68, 32), l1FeeOverhead: number(196, 32) };
    return { ...NONE, ...fees, l1FeeScalar: number(228, 32) };
  }
  const minLength = PACKED_LENGTHS[selector];
  if (minLength === undefined || data.length < minLength) return undefined;
  return {
    ...NONE,
    baseFeeScalar: number(4, 4),
    blobBaseFeeScalar: number(8, 4),
    l1BaseFee: number(36, 32),
    blobBaseFee: number(68, 32),
    operatorFeeScalar: minLength >= 176 ? number(164, 4) : 0n,
    operatorFeeConstant: minLength >= 176 ? number(168, 8) : 0n,
    daFootprintGasScalar: minLength >= 178 ? number(176, 2) : 0n,
  };
}

const PACKED_LENGTHS: { readonly [selector: string]: number } = {
  '0x440a5e20': 164,
  '0x098999be': 176,
  '0x3db6be2b': 178,
};

const NONE: FeeParameters = {
  l1BaseFee: 0n,
  blobBaseFee: 0n,
  baseFeeScalar: 0n,
  blobBaseFeeScalar: 0n,
  l1FeeOverhead: 0n,
  l1FeeScalar: 0n,
  operatorFeeScalar: 0n,
  operatorFeeConstant: 0n,
  daFootprintGasScalar: 0n,
};
