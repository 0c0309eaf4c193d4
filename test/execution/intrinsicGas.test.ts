import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/base/bytes.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';
import { type IntrinsicParts, intrinsicGas } from '../../src/execution/intrinsicGas.ts';

const ADDRESS: Address = `0x${'11'.repeat(20)}`;
const PARTS: IntrinsicParts = {
  isCreation: false,
  data: new Uint8Array(0),
  accessList: [],
  authorizationCount: 0,
};
const MIXED = Uint8Array.of(0, 0, 0, 1, 2);

// execution.md 2.2
describe('intrinsicGas', () => {
  test.each<[string, EvmFork, Partial<IntrinsicParts>, bigint, bigint]>([
    ['a call', 'holocene', {}, 21_000n, 0n],
    ['a creation', 'regolith', { isCreation: true }, 53_000n, 0n],
    ['3 zero bytes and 2 others', 'holocene', { data: MIXED }, 21_044n, 0n],
    ['the floor', 'isthmus', { data: MIXED }, 21_044n, 21_110n],
    [
      '33 bytes of init code before Canyon',
      'regolith',
      { isCreation: true, data: new Uint8Array(33) },
      53_132n,
      0n,
    ],
    [
      '33 bytes of init code',
      'canyon',
      { isCreation: true, data: new Uint8Array(33) },
      53_136n,
      0n,
    ],
    ['33 bytes for a call', 'canyon', { data: new Uint8Array(33) }, 21_132n, 0n],
    [
      'an access list',
      'bedrock',
      {
        accessList: [
          { address: ADDRESS, slots: [1n, 1n, 2n] },
          { address: ADDRESS, slots: [] },
        ],
      },
      31_500n,
      0n,
    ],
    ['authorizations', 'isthmus', { authorizationCount: 2 }, 71_000n, 21_000n],
  ])('default: %s at %s', (_, fork, parts, intrinsic, floor) => {
    expect(intrinsicGas(fork, { ...PARTS, ...parts })).toEqual({ intrinsic, floor });
  });
});
