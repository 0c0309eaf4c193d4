import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHeldBytes } from '../../../src/execution/server/heldBytes.ts';

function scene(maxBytes: number) {
  const bytes = createHeldBytes(maxBytes);
  const gone: string[] = [];
  return { gone, open: (name: string) => bytes.open(() => gone.push(name)) };
}

describe('createHeldBytes', () => {
  test('default: whoever holds most goes when there is too much', () => {
    const { gone, open } = scene(100);
    const [a, b, c] = ['a', 'b', 'c'].map(open);
    a?.add(30);
    b?.add(50);
    c?.add(20);
    expect(gone).toEqual([]);
    a?.add(1);
    expect(gone).toEqual(['b']);
    c?.add(50);
    expect(gone).toEqual(['b', 'c']);
  });

  test('behavior: what is released counts no longer, once', () => {
    const { gone, open } = scene(100);
    const [a, b] = [open('a'), open('b')];
    a.add(60);
    b.add(40);
    a.add(-20);
    b.add(20);
    a.close();
    a.close();
    a.add(500);
    b.add(40);
    expect(gone).toEqual([]);
    b.add(1);
    expect(gone).toEqual(['b']);
  });

  test('behavior: whoever asks for too much alone goes alone', () => {
    const { gone, open } = scene(100);
    const [a, b] = [open('a'), open('b')];
    a.add(10);
    b.add(500);
    expect(gone).toEqual(['b']);
    a.add(90);
    expect(gone).toEqual(['b']);
  });

  test('behavior: never more is held than may be', () => {
    const step = fc.record({ who: fc.nat(4), bytes: fc.integer({ min: -20, max: 60 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bytes = createHeldBytes(100);
        const held = [0, 0, 0, 0, 0];
        const callers = held.map((_, who) => bytes.open(() => (held[who] = Number.NaN)));
        for (const [i, { who, bytes: wanted }] of steps.entries()) {
          const had = held[who] as number;
          const added = Math.max(wanted, -had);
          if (!Number.isNaN(had)) held[who] = had + added;
          callers[who]?.add(Number.isNaN(had) ? wanted : added);
          const total = held.reduce((sum, each) => sum + (Number.isNaN(each) ? 0 : each), 0);
          expect(total, `after ${i}`).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
