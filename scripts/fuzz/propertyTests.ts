import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Test files of the repository `root` that state a property, or call test/support for one. */
export function propertyTests(root: string): readonly string[] {
  const paths = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `test/${path}`)
    .toSorted();
  const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
  const asserting = paths.filter((path) => textOf(path).includes('fc.assert('));
  const shared = asserting
    .filter((path) => path.startsWith('test/support/'))
    .map((path) => path.replace(/^test/, ''));
  return paths.filter((path) => {
    if (!path.endsWith('.test.ts')) return false;
    return asserting.includes(path) || shared.some((module) => textOf(path).includes(module));
  });
}
