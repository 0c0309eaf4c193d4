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
  // As bigints, these words would all have one hash: a minute of walking.
  test('behavior: is quick for words that are equal in their low 64 bits', () => {
    const before = process.cpuUsage();
    const map = newWordMap<number>();
    for (let i = 0; i < 60_000; i++) setValueAt(map, BigInt(i) << 64n, i);
    let found = 0;
    for (let i = 0; i < 60_000; i++) if (valueAt(map, BigInt(i) << 64n) === i) found++;
    expect(found).toBe(60_000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});

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
