import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToBytes, bytesToBigint, bytesToHex } from '../../../../src/base/bytes.ts';
import {
  addressOf,
  hashOf,
  MAX_WORD,
  readWord,
  wordOf,
  writeWord,
} from '../../../../src/execution/evm/interpreter/words.ts';

/** Words with a bit at each border between the parts that are read and written. */
const BORDERS = [0n, 63n, 64n, 127n, 128n, 191n, 192n, 255n].map((bit) => 1n << bit);

const word = fc.oneof(
  fc.constantFrom(0n, 1n, MAX_WORD, ...BORDERS, ...BORDERS.map((border) => border - 1n)),
  fc.bigInt({ min: 0n, max: MAX_WORD }),
);

describe('readWord, writeWord', () => {
  test('default: big-endian, at any offset, and nothing beside it', () => {
    fc.assert(
      fc.property(word, fc.nat({ max: 9 }), (value, offset) => {
        const bytes = new Uint8Array(50).fill(0xee);
        const view = new DataView(bytes.buffer, 3);
        writeWord(view, offset, value);
        const at = 3 + offset;
        expect(bytes.slice(at, at + 32)).toEqual(bigintToBytes(value, 32));
        expect(bytes.slice(0, at).every((byte) => byte === 0xee)).toBe(true);
        expect(bytes.slice(at + 32).every((byte) => byte === 0xee)).toBe(true);
        expect(readWord(view, offset)).toBe(value);
      }),
    );
  });

  test.each(BORDERS.map((border) => [border]))('behavior: %i alone', (border) => {
    const view = new DataView(bigintToBytes(border, 32).buffer);
    expect(readWord(view, 0)).toBe(border);
  });
});

describe('wordOf', () => {
  test('default: up to 32 bytes, a view too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => {
        const whole = new Uint8Array(40).fill(0xee);
        whole.set(bytes, 5);
        const expected = bytes.length === 0 ? 0n : bytesToBigint(bytes);
        expect(wordOf(whole.subarray(5, 5 + bytes.length))).toBe(expected);
      }),
    );
  });
});

describe('addressOf', () => {
  test('default: the low 20 bytes', () => {
    expect(addressOf(1n)).toBe(`0x${'00'.repeat(19)}01`);
    expect(addressOf(MAX_WORD)).toBe(`0x${'ff'.repeat(20)}`);
    expect(addressOf(1n << 160n)).toBe(`0x${'00'.repeat(20)}`);
  });
});

describe('hashOf', () => {
  test('default: all 32 bytes', () => {
    fc.assert(
      fc.property(word, (value) => {
        expect(hashOf(value)).toBe(bytesToHex(bigintToBytes(value, 32)));
      }),
    );
  });
});
