import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { makeFolder } from '../../src/storage/folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'headwater-folder-'));
writeFileSync(join(folder, 'file'), '');
symlinkSync('loop', join(folder, 'loop'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('makeFolder', () => {
  test('default: makes what is missing, and takes what is there', () => {
    const path = join(folder, 'a/b/c');
    makeFolder(path, 'datadir');
    makeFolder(path, 'datadir');
    expect(existsSync(path)).toBe(true);
  });

  test.each([
    ['a file', 'file', 'it is a file, not a folder'],
    ['below a file', 'file/a/b', 'a part of the path is a file'],
    ['a circle of links', 'loop/a', 'its symbolic links go round'],
    ['a name without end', 'x'.repeat(300), 'the name is too long'],
  ])('error: %s, by the flag and the path', (_, path, reason) => {
    const make = (): void => makeFolder(join(folder, path), 'safedb.path');
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(`\`${join(folder, path)}\`: ${reason}`);
    expect(make).toThrow(/^`safedb\.path`/);
  });

  test.skipIf(!existsSync('/proc/self'))('error: below /proc, and at once', () => {
    expect(() => makeFolder('/proc/none/a', 'datadir')).toThrow('no folder can be made there');
  });
});
