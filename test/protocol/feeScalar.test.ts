import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hash } from '../../src/base/bytes.ts';
import { encodeFeeScalars, feeScalars, isEcotoneScalar } from '../../src/protocol/feeScalar.ts';
import { hexOf, uint } from '../support/arbitraries.ts';
import { decodeErrorCode } from '../support/decoding.ts';

/** Version byte, then 23 bytes, then the blob scalar, then the base fee scalar. */
const scalar = (version: string, padding: string, blob: string, base: string): Hash =>
  `0x${version}${padding.padEnd(46, '0')}${blob}${base}`;

const MAX = 4_294_967_295n;

describe('feeScalars', () => {
  test.each([
    ['version 0', scalar('00', '', '00000000', '000a6fe0'), 684_000n, 0n],
    ['version 1', scalar('01', '', '000c5fc5', '00000558'), 1368n, 810_949n],
    ['version 0, first padding byte set', scalar('00', '01', '00000000', '00000001'), MAX, 0n],
    ['version 0, last padding byte set', scalar('00', '', '00000001', '00000001'), MAX, 0n],
  ])('default: %s', (_, word, baseFeeScalar, blobBaseFeeScalar) => {
    expect(feeScalars(word)).toEqual({ baseFeeScalar, blobBaseFeeScalar });
  });

  test.each([
    ['version 1, first padding byte set', scalar('01', '01', '00000000', '00000000')],
    [
      'version 1, last padding byte set',
      scalar('01', `${'00'.repeat(22)}01`, '00000000', '00000000'),
    ],
    ['version 2', scalar('02', '', '00000000', '00000000')],
  ])('error: %s', (_, word) => {
    expect(decodeErrorCode(() => feeScalars(word))).toBe('feeScalar');
  });
});

describe('isEcotoneScalar', () => {
  test.each([
    ['version 0', scalar('00', '', '00000000', '000a6fe0'), true],
    ['version 1', scalar('01', '', '000c5fc5', '00000558'), true],
    ['version 0, first padding byte set', scalar('00', '01', '00000000', '00000001'), false],
    ['version 0, last padding byte set', scalar('00', '', '00000001', '00000001'), false],
    ['version 1, first padding byte set', scalar('01', '01', '00000000', '00000000'), false],
    [
      'version 1, last padding byte',
      scalar('01', `${'00'.repeat(22)}01`, '00000000', '00000000'),
      false,
    ],
    ['version 2', scalar('02', '', '00000000', '00000000'), false],
  ])('default: %s', (_, word, expected) => {
    expect(isEcotoneScalar(word)).toBe(expected);
  });

  test('behavior: what it accepts, an Ecotone block can report', () => {
    fc.assert(
      fc.property(hexOf(32), (word) => {
        if (isEcotoneScalar(word)) feeScalars(word);
      }),
    );
  });
});

describe('encodeFeeScalars', () => {
  test('default', () => {
    const word = encodeFeeScalars({ baseFeeScalar: 1368n, blobBaseFeeScalar: 810_949n });
    expect(word).toBe(scalar('01', '', '000c5fc5', '00000558'));
  });

  test('behavior: gives back what was encoded', () => {
    const scalars = fc.record({ baseFeeScalar: uint(32), blobBaseFeeScalar: uint(32) });
    fc.assert(
      fc.property(scalars, (value) => {
        expect(feeScalars(encodeFeeScalars(value))).toEqual(value);
      }),
    );
  });
});
