import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs, SEED } from './runs.ts';

// How all tests compare bytes: see `equalBytes`.

const BYTES = Uint8Array.of(1, 2, 3);

describe('prepareWorker', () => {
  test('behavior: equal bytes are equal, as views and inside of other values too', () => {
    const view = Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4);
    expect(view).toEqual(BYTES);
    expect(view).toStrictEqual(BYTES);
    expect({ items: [view], more: 1 }).toMatchObject({ items: [BYTES] });
  });

  test.each([
    ['another byte', Uint8Array.of(1, 2, 4)],
    ['fewer bytes', BYTES.subarray(0, 2)],
    ['more bytes', Uint8Array.of(1, 2, 3, 0)],
    ['a list', [1, 2, 3]],
    ['larger elements', Uint16Array.of(1, 2, 3)],
  ])('behavior: %s is not equal', (_, other) => {
    expect(other).not.toEqual(BYTES);
    expect(BYTES).not.toEqual(other);
    expect([{ data: other }]).not.toEqual([{ data: BYTES }]);
  });

  test('behavior: of another class is strictly another value', () => {
    expect(Buffer.from(BYTES)).not.toStrictEqual(BYTES);
  });

  test('behavior: properties take the same values whenever they are asserted', () => {
    const drawn: number[][] = [[], []];
    for (const values of drawn) {
      fc.assert(fc.property(fc.nat(), (value) => void values.push(value)));
    }
    expect(drawn[0]).toEqual(drawn[1]);
    expect(drawn[0]).toHaveLength(runs(100));
    const explicit: number[] = [];
    const property = fc.property(fc.nat(), (value) => void explicit.push(value));
    fc.assert(property, { seed: SEED, numRuns: runs(100) });
    expect(drawn[0]).toEqual(explicit);
  });
});
