import { describe, expect, test } from 'vitest';
import { buildPrefixCode, FIXED_CODE } from '../../src/base/prefixCode.ts';

const codeOf = (...lengths: number[]) => buildPrefixCode(Uint8Array.from(lengths));

/** Symbol and length of the code that these bits, the first one last, begin with. */
function symbolAt(code: ReturnType<typeof codeOf>, bits: number): readonly number[] {
  const entry = code?.entries[bits] ?? 0;
  return [entry >> 4, entry & 15];
}

describe('buildPrefixCode', () => {
  test('default: the example of RFC 1951, 3.2.2', () => {
    // A to H: 010 011 100 101 110 00 1110 1111.
    const code = codeOf(3, 3, 3, 3, 3, 2, 4, 4);
    expect(code?.leastBits).toBe(2);
    expect(code?.entries.length).toBe(16);
    expect(symbolAt(code, 0b0010)).toEqual([0, 3]);
    expect(symbolAt(code, 0b1010)).toEqual([0, 3]);
    expect(symbolAt(code, 0b0100)).toEqual([5, 2]);
    expect(symbolAt(code, 0b0111)).toEqual([6, 4]);
    expect(symbolAt(code, 0b1111)).toEqual([7, 4]);
  });

  test('behavior: a single code of one bit, and none at all', () => {
    const single = codeOf(0, 1);
    expect([symbolAt(single, 0), symbolAt(single, 1)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(codeOf(0, 0)).toEqual({ leastBits: 0, entries: new Uint16Array(1) });
  });

  test.each([
    ['a code is left', [1, 2]],
    ['there are too many', [1, 1, 1]],
    ['too many short ones', [1, 1, 2]],
    ['a single code of two bits', [2]],
  ])('error: not complete, %s', (_, lengths) => {
    expect(codeOf(...lengths)).toBeUndefined();
  });

  test('behavior: fixed codes', () => {
    expect(FIXED_CODE.leastBits).toBe(7);
    // The end marker is 0000000, literal 0 is 00110000.
    expect(symbolAt(FIXED_CODE, 0)).toEqual([256, 7]);
    expect(symbolAt(FIXED_CODE, 0b00001100)).toEqual([0, 8]);
    expect(symbolAt(FIXED_CODE, 0b111111111)).toEqual([255, 9]);
  });
});
