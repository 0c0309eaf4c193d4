import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import { cursorAt } from '../../src/base/cursor.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { bitAt, countBits, encodeBitlist, readBitlist } from '../../src/protocol/bitlist.ts';

const only = (index: number) => Array.from({ length: 9 }, (_, i) => i === index);

describe('encodeBitlist', () => {
  test.each([
    [[false, false, true], '0x04'],
    [[true, false, true, true], '0x0d'],
    [only(8), '0x0100'],
    [only(0), '0x0001'],
    [[], '0x'],
  ])('%j', (bits, hex) => {
    expect(bytesToHex(encodeBitlist(bits))).toBe(hex);
  });
});

describe('readBitlist', () => {
  test('behavior: reads what encodeBitlist writes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (bits) => {
        const list = readBitlist(cursorAt(encodeBitlist(bits)), bits.length, 'bits');
        expect(bits.map((_, i) => bitAt(list, i) === 1)).toEqual(bits);
        expect(countBits(list)).toBe(bits.filter(Boolean).length);
      }),
    );
  });

  test('error: superfluous bits, missing bytes', () => {
    expect(() => readBitlist(cursorAt(hexToBytes('0x08')), 3, 'bits')).toThrow('only 3 bits');
    expect(() => readBitlist(cursorAt(hexToBytes('0x01')), 9, 'bits')).toThrow(DecodeError);
  });
});
