import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import type { Inflated } from '../../src/base/inflate.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { withoutLostRead } from '../../src/protocol/lostRead.ts';

/** An RLP string that takes `length` bytes, header included. */
function item(length: number): Uint8Array {
  const headerBytes = length <= 56 ? 1 : length <= 257 ? 2 : length <= 65_538 ? 3 : 4;
  return encodeRlp(new Uint8Array(length - headerBytes).fill(0xaa));
}

function kept(lengths: readonly number[], extra: Partial<Inflated> = {}): number {
  const bytes = concatBytes(...lengths.map(item));
  const faultReadBytes = bytes.length;
  const found = withoutLostRead({ bytes, ending: 'corrupt', faultReadBytes, ...extra });
  expect(found.bytes).toEqual(bytes.subarray(0, found.bytes.length));
  return found.bytes.length;
}

describe('withoutLostRead', () => {
  test('default: nothing is lost where the fault comes alone', () => {
    const inflated = { bytes: item(20_000), ending: 'truncated' } as const;
    expect(withoutLostRead(inflated)).toEqual(inflated);
  });

  test('default: the last batch, read past the buffer', () => {
    // 4096 bytes are in the buffer once its header is read; the rest comes with the fault.
    expect(kept([20_000])).toBe(4_096);
    expect(kept([100, 20_000])).toBe(4_096);
    expect(kept([4_096, 20_000])).toBe(4_096 + 4_096);
    // Its header is the last in the buffer, so that all of its content is read past it.
    expect(kept([4_093, 20_000])).toBe(4_096);
    expect(kept([4_094, 20_000])).toBe(4_096 + 4_096);
  });

  test.each([
    ['a batch that the buffer holds', [4_096]],
    ['a batch whose rest goes through the buffer', [4_096 + 4_095]],
    ['a short batch behind a long one', [20_000, 60]],
    ['short batches', [3_000, 3_000, 3_000, 3_000]],
  ])('behavior: kept, %s', (_, lengths) => {
    expect(kept(lengths)).toBe(lengths.reduce((sum, length) => sum + length, 0));
  });

  test('behavior: the smallest rest that is read past the buffer', () => {
    expect(kept([4_096 + 4_096])).toBe(4_096);
    // The second one begins in the buffer of the first.
    expect(kept([1_000, 3_096 + 4_095])).toBe(4_096 + 4_095);
    expect(kept([1_000, 3_096 + 4_096])).toBe(4_096);
  });

  test('behavior: only what comes with the fault is lost', () => {
    // A read ends where the decompressor hands out what it has.
    expect(kept([50_000], { faultReadBytes: 17_232 })).toBe(32_768);
    expect(kept([50_000], { faultReadBytes: 4_096 })).toBe(45_904);
    expect(kept([45_000, 5_000], { faultReadBytes: 17_232 })).toBe(50_000);
    expect(kept([45_000, 15_000], { faultReadBytes: 60_000 - 32_768 })).toBe(49_096);
  });

  test('behavior: bytes behind the end of a stream are a fault that takes a batch along', () => {
    const bytes = item(9_000);
    const found = withoutLostRead({ bytes, ending: 'clean', faultReadBytes: 9_000 });
    expect(found).toEqual({ bytes: bytes.subarray(0, 4_096), ending: 'corrupt' });
  });

  test('behavior: a stream that breaks within a batch, or is no RLP, stays as it is', () => {
    const cut = item(20_000).subarray(0, -1);
    for (const bytes of [cut, Uint8Array.of(0xc1, ...cut), new Uint8Array(9_000).fill(0xb8)]) {
      const found = withoutLostRead({ bytes, ending: 'corrupt', faultReadBytes: bytes.length });
      expect(found.bytes).toBe(bytes);
    }
  });

  test('behavior: where one read gets them, a buffer of them, or none past the buffer', () => {
    const extra = { isOneRead: true } as const;
    expect(kept([20_000], extra)).toBe(4_096);
    expect(kept([3_000, 3_000, 3_000], extra)).toBe(4_096);
    // The batch in front comes before, with its last 96 bytes missing, and more than those is read.
    expect(kept([5_096, 5_000], { ...extra, faultReadBytes: 5_096 })).toBe(5_000 + 4_096);
    // All of the second one is missing, but for its header, which is read past the buffer.
    expect(kept([100, 20_000], { ...extra, faultReadBytes: 20_100 - 4_096 })).toBe(4_096);
    expect(kept([100, 6_000, 4_500], { ...extra, faultReadBytes: 6_404 })).toBe(4_196 + 4_096);
  });
});
