import { describe, expect, test } from 'vitest';
import { distanceContext, literalContext } from '../../../src/base/brotli/context.ts';

/** A table of 256 entries from `[first byte, value up to the next one]`. */
function table(...starts: readonly (readonly [number, number])[]): readonly number[] {
  return Array.from(
    { length: 256 },
    (_, byte) => starts.findLast(([first]) => first <= byte)?.[1] as number,
  );
}

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);

// The tables of RFC 7932, 7.1.

describe('literalContext', () => {
  test('behavior: modes 0 and 1, six bits of the byte before', () => {
    expect(BYTES.map((byte) => literalContext(0, byte, 77))).toEqual(BYTES.map((b) => b % 64));
    expect(BYTES.map((byte) => literalContext(1, byte, 77))).toEqual(BYTES.map((b) => b >> 2));
  });

  test('behavior: mode 2, the kind of character before that', () => {
    const kinds = table(
      [0, 0],
      [0x21, 1],
      [0x30, 2],
      [0x3a, 1],
      [0x41, 2],
      [0x5b, 1],
      [0x61, 3],
      [0x7b, 1],
      [0x7f, 0],
      [0xe0, 2],
    );
    expect(BYTES.map((byte) => literalContext(2, 0, byte))).toEqual(kinds);
    // It is added to that of an ASCII character before.
    expect(BYTES.map((byte) => literalContext(2, 0x20, byte))).toEqual(kinds.map((k) => 8 | k));
  });

  test('behavior: mode 2, the character before', () => {
    const contextOf = (text: string) =>
      Array.from(text, (char) => literalContext(2, char.charCodeAt(0), 0));
    expect(contextOf('\0\t\r !"%\'(,.:<=>')).toEqual([
      0, 4, 4, 8, 12, 16, 20, 16, 24, 32, 36, 32, 24, 40, 28,
    ]);
    expect(contextOf('09AEZaez{|}\x7f')).toEqual([44, 44, 48, 48, 52, 56, 56, 60, 24, 12, 28, 0]);
    expect(BYTES.slice(128).map((byte) => literalContext(2, byte, 0))).toEqual(
      BYTES.slice(128).map((byte) => (byte % 2) + (byte < 192 ? 0 : 2)),
    );
  });

  test('behavior: mode 3, how large both are as signed numbers', () => {
    const sizes = table([0, 0], [1, 1], [16, 2], [64, 3], [128, 4], [192, 5], [240, 6], [255, 7]);
    expect(BYTES.map((byte) => literalContext(3, 0, byte))).toEqual(sizes);
    expect(BYTES.map((byte) => literalContext(3, byte, 0))).toEqual(sizes.map((size) => 8 * size));
  });
});

describe('distanceContext', () => {
  test('default: copies of 2, 3, 4 and more bytes', () => {
    expect([2, 3, 4, 5, 100].map(distanceContext)).toEqual([0, 1, 2, 3, 3]);
  });
});
