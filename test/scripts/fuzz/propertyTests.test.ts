import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { propertyTests } from '../../../scripts/fuzz/propertyTests.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOUND = propertyTests(ROOT);

describe('propertyTests', () => {
  test('behavior: finds files that assert properties, and those that have one asserted', () => {
    expect(FOUND).toContain('test/base/rlp.test.ts');
    expect(FOUND).toContain('test/protocol/batchCodec.test.ts');
    expect(FOUND).not.toContain('test/base/hash.test.ts');
  });

  test.each([...FOUND, 'test/support/decoding.ts'])(
    'behavior: %s leaves the seed and the number of runs to the script',
    (path) => {
      const text = readFileSync(join(ROOT, path), 'utf8').replaceAll(/fc\.sample\(.*/g, '');
      expect(text.match(/\bseed: (?!SEED)|\bnumRuns: (?!runs\()|\bfc\.check\(/g)).toBeNull();
    },
  );
});
