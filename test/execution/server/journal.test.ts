import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createJournal } from '../../../src/execution/server/journal.ts';

describe('createJournal', () => {
  test('default: a reader gets what came since its place', () => {
    const journal = createJournal<string>(10);
    journal.add('a');
    const place = journal.end();
    expect(journal.since(place)).toEqual([]);
    journal.add('b');
    journal.add('c');
    expect(journal.since(place)).toEqual(['b', 'c']);
    expect(journal.since(journal.end())).toEqual([]);
  });

  test('behavior: the last so many of all that came, whenever the reader began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(30), fc.nat(30), (most, before, after) => {
        const journal = createJournal<number>(most);
        const all = Array.from({ length: before + after }, (_, i) => i);
        for (const item of all.slice(0, before)) journal.add(item);
        const place = journal.end();
        for (const item of all.slice(before)) journal.add(item);
        expect(journal.since(place)).toEqual(all.slice(before).slice(-most));
        expect(journal.end()).toBe(before + after);
      }),
    );
  });
});
