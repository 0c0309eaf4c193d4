import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runVector, type VectorFile } from './support/vectors.ts';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../specs-vectors');

/** Families that this file runs. A file of another family needs a runner of its own. */
const FAMILIES = ['channels', 'singular', 'span', 'spanV2'];

test('every vector file has a runner', () => {
  const files = readdirSync(FOLDER).filter((name) => name !== 'README.md');
  expect(files.toSorted()).toEqual(FAMILIES.map((family) => `${family}.json`));
});

describe.each(FAMILIES)('specs-vectors/%s.json', (family) => {
  const file = JSON.parse(readFileSync(join(FOLDER, `${family}.json`), 'utf8')) as VectorFile;
  const rules = [...new Set(file.vectors.map(({ rule }) => rule))];

  test('names are unique, and every era has the same vectors', () => {
    const names = file.vectors.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(file.vectors.length % Object.keys(file.eras).length).toBe(0);
    expect(file.family).toBe(family);
  });

  test.each(rules)('rule %s', (rule) => {
    for (const vector of file.vectors.filter((each) => each.rule === rule)) {
      const { expect: expected, ...given } = vector;
      expect(runVector(file, given), vector.name).toEqual(expected);
    }
  });
});
