import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeOperatorFee, operatorFee } from '../../src/protocol/operatorFee.ts';
import { uint } from '../support/arbitraries.ts';

describe('operatorFee', () => {
  test('default: the bytes before are not read', () => {
    const word = `0x${'ff'.repeat(20)}0000abcd000000000000dcba` as const;
    expect(operatorFee(word)).toEqual({ operatorFeeScalar: 43_981n, operatorFeeConstant: 56_506n });
  });
});

describe('encodeOperatorFee', () => {
  test('default', () => {
    const word = encodeOperatorFee({ operatorFeeScalar: 43_981n, operatorFeeConstant: 56_506n });
    expect(word).toBe(`0x${'00'.repeat(20)}0000abcd000000000000dcba`);
  });

  test('behavior: gives back what was encoded', () => {
    const fees = fc.record({ operatorFeeScalar: uint(32), operatorFeeConstant: uint(64) });
    fc.assert(
      fc.property(fees, (fee) => {
        expect(operatorFee(encodeOperatorFee(fee))).toEqual(fee);
      }),
    );
  });
});
