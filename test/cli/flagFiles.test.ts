import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { parseFlagJson, readFlagText } from '../../src/cli/flagFiles.ts';
import { captureIo } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'headwater-flag-files-'));
const io = captureIo({ cwd: folder });
writeFileSync(join(folder, 'plain'), '[1]');
writeFileSync(join(folder, 'packed'), gzipSync('[1]'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('readFlagText', () => {
  test.each(['plain', 'packed'])('default: %s, from the folder of the caller', (name) => {
    expect(readFlagText('genesis', name, io)).toBe('[1]');
  });

  test('error: names the flag, the path and the reason', () => {
    const found = '`none`: there is no such file or folder';
    expect(() => readFlagText('genesis', 'none', io)).toThrow(
      new ConfigError('genesis', found, 'the path of a file that can be read'),
    );
  });
});

describe('parseFlagJson', () => {
  test('default: with all digits', () => {
    expect(parseFlagJson('genesis', 'file', '18446744073709551615')).toBe(2n ** 64n - 1n);
  });

  test('error: names the flag and the path', () => {
    expect(() => parseFlagJson('genesis', 'file', '{')).toThrow(
      /^`genesis`: expected a JSON file, found `file`, /,
    );
  });
});
