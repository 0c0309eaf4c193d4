import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  newWordMap,
  removeValueAt,
  setValueAt,
  valueAt,
  valuesOf,
  type WordMap,
} from '../../src/base/wordMap.ts';

/** More words than are kept as bigints. */
function filled(count: number): WordMap<number> {
  const map = newWordMap<number>();
  for (let i = 0; i < count; i++) setValueAt(map, BigInt(i), i);
  return map;
}

describe('newWordMap', () => {
  test('default: holds nothing', () => {
    const map = newWordMap<number>();
    expect(valueAt(map, 0n)).toBeUndefined();
    expect([...valuesOf(map)]).toEqual([]);
  });
});

describe('setValueAt', () => {
  test('behavior: does what a map does, with few words and with many', () => {
    const word = fc.oneof(fc.bigInt(0n, 250n), fc.bigInt(0n, (1n << 256n) - 1n));
    const change = fc.tuple(word, fc.option(fc.nat(9)));
    fc.assert(
      fc.property(fc.constantFrom(0, 126, 200), fc.array(change), (count, changes) => {
        const map = filled(count);
        const model = new Map(Array.from({ length: count }, (_, i) => [BigInt(i), i]));
        for (const [at, value] of changes) {
          if (value === null) {
            removeValueAt(map, at);
            model.delete(at);
          } else {
            setValueAt(map, at, value);
            model.set(at, value);
          }
          expect(valueAt(map, at)).toBe(model.get(at));
        }
        for (const [at, value] of model) expect(valueAt(map, at)).toBe(value);
        expect(new Set(valuesOf(map))).toEqual(new Set(model.values()));
      }),
    );
  });
});

describe('valueAt', () => {
  // As bigints, the first would all have one hash: a minute of walking. The others have decimal
  // digits alone in base 32, and the same low bits: before Node 20.20.2 such texts fall together.
  test.each([
    ['are equal in their low 64 bits', 60_000, (i: number) => BigInt(i) << 64n],
    ['are decimal numbers in base 32', 30_000, (i: number) => inBase32(`${2 ** 27 + 2 ** 17 * i}`)],
  ])('behavior: is quick for words that %s', (_, count, wordOf) => {
    const words = Array.from({ length: count }, (__, i) => wordOf(i));
    const before = process.cpuUsage();
    const map = newWordMap<number>();
    for (const [i, word] of words.entries()) setValueAt(map, word, i);
    const found = words.filter((word, i) => valueAt(map, word) === i);
    expect(found).toHaveLength(count);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});

/** The word whose text in base 32 this is. */
function inBase32(text: string): bigint {
  return Array.from(text, BigInt).reduce((word, digit) => word * 32n + digit, 0n);
}

describe('removeValueAt', () => {
  test('default: takes one of few, and one of many', () => {
    const map = filled(200);
    for (const at of [0n, 199n]) removeValueAt(map, at);
    expect(valueAt(map, 0n)).toBeUndefined();
    expect(valueAt(map, 199n)).toBeUndefined();
    expect([...valuesOf(map)]).toHaveLength(198);
  });
});

describe('valuesOf', () => {
  test('default: all of them', () => {
    expect([...valuesOf(filled(200))].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, i) => i),
    );
  });
});
