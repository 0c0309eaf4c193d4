import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 as nobleBn254 } from '@noble/curves/bn254.js';
import { describe, expect, test } from 'vitest';
import { bigintToBytes } from '../../../../src/base/bytes.ts';
import {
  allocate,
  FR,
  isZeroBytes,
  loadMcl,
  type MclModule,
  memoryOf,
} from '../../../../src/execution/evm/precompiles/mcl.ts';

/** Order of the scalar field of each curve. */
const ORDERS = {
  bn254: nobleBn254.fields.Fr.ORDER,
  bls12381: bls12_381.fields.Fr.ORDER,
};

/** True when a module takes a number for 0, which it does for the order of its curve alone. */
function isZeroIn(module: MclModule, value: bigint): boolean {
  const [scalar, bytes] = [allocate(module, FR), allocate(module, FR)];
  memoryOf(module).set(bigintToBytes(value, FR), bytes);
  module._mclBnFr_setBigEndianMod(scalar, bytes, FR);
  const isZero = isZeroBytes(memoryOf(module).subarray(scalar, scalar + FR));
  module._free(scalar);
  module._free(bytes);
  return isZero;
}

describe('loadMcl', () => {
  test('behavior: loads that overlap give each its own curve', async () => {
    const [bn254, bls12381] = await Promise.all([loadMcl('bn254'), loadMcl('bls12381')]);
    for (const [curve, module] of Object.entries({ bn254, bls12381 })) {
      const zero = Object.entries(ORDERS).filter(([, order]) => isZeroIn(module, order));
      expect(zero.map(([name]) => name)).toEqual([curve]);
      expect(isZeroIn(module, 0n), curve).toBe(true);
      expect(isZeroIn(module, 1n), curve).toBe(false);
    }
  });

  test('behavior: modules of one curve share no memory', async () => {
    const [one, other] = await Promise.all([loadMcl('bn254'), loadMcl('bn254')]);
    const at = allocate(one, 4);
    memoryOf(one).set([1, 2, 3, 4], at);
    const before = memoryOf(other).slice(at, at + 4);
    memoryOf(one).set([5, 6, 7, 8], at);
    expect(memoryOf(other).slice(at, at + 4)).toEqual(before);
    expect(memoryOf(one).slice(at, at + 4)).toEqual(Uint8Array.of(5, 6, 7, 8));
  });
});

describe('allocate', () => {
  test('default: pieces do not overlap, and what is freed is taken again', async () => {
    const module = await loadMcl('bn254');
    const pieces = Array.from({ length: 20 }, () => allocate(module, 100)).toSorted(
      (a, b) => a - b,
    );
    for (const [i, at] of pieces.entries()) {
      if (i > 0) expect(at - (pieces[i - 1] as number), `piece ${i}`).toBeGreaterThanOrEqual(100);
    }
    for (const at of pieces) module._free(at);
    expect(pieces).toContain(allocate(module, 100));
  });

  test('error: more than the module has', async () => {
    const module = await loadMcl('bn254');
    const { length } = memoryOf(module);
    expect(() => allocate(module, length)).toThrow(`mcl has no ${length} bytes left`);
    expect(allocate(module, 1)).toBeGreaterThan(0);
  });
});

describe('isZeroBytes', () => {
  test.each([
    [[], true],
    [[0, 0, 0], true],
    [[1, 0, 0], false],
    [[0, 0, 0x80], false],
  ])('default: %j: %s', (bytes, expected) => {
    expect(isZeroBytes(Uint8Array.from(bytes))).toBe(expected);
  });
});
