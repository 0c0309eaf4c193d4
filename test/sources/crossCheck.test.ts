import { describe, expect, test } from 'vitest';
import type { L1BlockRef } from '../../src/protocol/ids.ts';
import { crossCheck, isCrossChecked } from '../../src/sources/crossCheck.ts';
import { makeL1Chain, type ServedBlock } from '../support/l1Chain.ts';

const refOf = ({ number, hash }: ServedBlock): L1BlockRef => ({
  number,
  hash,
  parentHash: hash,
  timestamp: 0n,
});
const [OURS, OTHER] = [1, 2].map((salt) => {
  const [block] = makeL1Chain({ count: 1, salt });
  return refOf(block as ServedBlock);
}) as [L1BlockRef, L1BlockRef];

const saying = (...refs: readonly L1BlockRef[]) => ({
  witnesses: async () => refs.map((ref, index) => ({ name: `endpoint ${index}`, ref })),
});

describe('crossCheck', () => {
  test('default: all say the same', async () => {
    expect(await crossCheck(saying(OURS, OURS), OURS)).toBe(true);
  });

  test('behavior: who fails or lags has no voice', async () => {
    expect(await crossCheck(saying(), OURS)).toBe(true);
  });

  test('error: a contradiction names who says what', async () => {
    const check = crossCheck(saying(OURS, OTHER), OURS);
    await expect(check).rejects.toMatchObject({ code: 'unverified', retryable: true });
    await expect(check).rejects.toThrow(`endpoint 1 says ${OTHER.hash}`);
  });
});

describe('isCrossChecked', () => {
  test('default: each 128th block that is 64 below the head', () => {
    const head = { ...OURS, number: 300n };
    const checked = Array.from({ length: 300 }, (_, i) => BigInt(i)).filter((n) =>
      isCrossChecked(n, head),
    );
    expect(checked).toEqual([0n, 128n]);
    expect(isCrossChecked(128n, { ...OURS, number: 191n })).toBe(false);
    expect(isCrossChecked(128n, { ...OURS, number: 192n })).toBe(true);
    expect(isCrossChecked(128n, undefined)).toBe(false);
  });
});
