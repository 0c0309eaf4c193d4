import { describe, expect, test } from 'vitest';
import { applyMutant, mutantName, mutantsOf } from '../../../scripts/mutate/mutants.ts';
import { toSource } from '../../../scripts/tidy/source.ts';

/** What each mutant of a text makes of it. */
function mutated(text: string): string[] {
  return mutantsOf(toSource('src/derive/example.ts', text)).map((each) => applyMutant(text, each));
}

describe('mutantsOf', () => {
  test.each([
    ['const x = a < b;', ['const x = a <= b;']],
    ['const x = a === b;', ['const x = a !== b;']],
    ['const x = a && b;', ['const x = a || b;']],
    ['const x = f(!a);', ['const x = f(a);']],
    ['const x = 50n;', ['const x = 51n;']],
    ['const x = 100_000;', ['const x = 100001;']],
    ['const x = true;', ['const x = false;']],
  ])('operators and constants: %s', (text, expected) => {
    expect(mutated(text)).toEqual(expected);
  });

  test('conditions become false and true', () => {
    expect(mutated('if (f(a)) return;')).toEqual(['if (false) return;', 'if (true) return;']);
  });

  test('statements go, those of several lines too', () => {
    const text = '  state.notes.push({\n    reason,\n  });\n';
    expect(mutated(text)).toEqual(['  ;\n']);
    expect(mutated('  count += 1;\n')).toContain('  ;\n');
  });

  test('text, comments and types stay', () => {
    expect(mutated("const x = 'a < b && 5';\n// a < b\n")).toEqual([]);
    expect(mutated('export type X = { readonly a: 1 | 2 };\nconst y = z;\n')).toEqual([]);
  });
});

test('mutantName does not depend on the lines above', () => {
  const text = '\n\nconst x = a < b;';
  const [mutant] = mutantsOf(toSource('src/a.ts', text));
  if (mutant === undefined) throw new RangeError('no mutant');
  expect(mutant.line).toBe(3);
  expect(mutantName(mutant, 'const x = a < b;')).toBe('src/a.ts | const x = a < b; | < -> <=');
});
