import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/exit.ts';
import { readBytes, readJson, readText } from '../../src/cli/files.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-files-'));
  writeFileSync(at('plain'), '{"a":18446744073709551615}');
  // A name says nothing: what is in the file does.
  writeFileSync(at('packed.json'), gzipSync('{"a":18446744073709551615}'));
  writeFileSync(at('plain.gz'), '{"a":18446744073709551615}');
  writeFileSync(at('cut.gz'), gzipSync('{"a":1}'.repeat(100)).subarray(0, 30));
  symlinkSync(at('round'), at('round'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('readBytes', () => {
  test('default', () => {
    expect(readBytes(at('plain')).toString()).toContain('18446744073709551615');
  });

  test.each([
    ['none', 'there is no such file or folder'],
    ['', 'it is a folder, not a file'],
    ['plain/below', 'a part of the path is a file, not a folder'],
    ['round', 'its symbolic links go round in a circle'],
  ])('error: %j', (name, reason) => {
    const path = name === '' ? folder : at(name);
    expect(() => readBytes(path)).toThrow(new UsageError(`cannot read \`${path}\`: ${reason}`));
  });
});

describe('readText', () => {
  test.each(['plain', 'packed.json', 'plain.gz'])('default: %s', (name) => {
    expect(readText(at(name))).toBe('{"a":18446744073709551615}');
  });

  test('error: a gzipped file that is cut short', () => {
    expect(() => readText(at('cut.gz'))).toThrow(/cannot read `.*cut.gz`: its gzip is cut off/);
  });

  test('error: what only begins like a gzipped file', () => {
    writeFileSync(at('half.gz'), Uint8Array.of(0x1f, 0x8b, 1, 2, 3));
    expect(() => readText(at('half.gz'))).toThrow('its gzip is damaged, or it is no gzip');
  });
});

describe('readJson', () => {
  test('default: every digit counts', () => {
    expect(readJson(at('packed.json'))).toEqual({ a: 18446744073709551615n });
  });

  test('error: no JSON', () => {
    writeFileSync(at('broken.json'), '{\n"a" 1}');
    expect(() => readJson(at('broken.json'))).toThrow(
      /broken.json`: expected JSON; line 2, column 5/,
    );
  });

  test.each(['', '0x', '"0x'])('error: a secret, of which nothing is told: %j', (before) => {
    const secret = 'c0ffee'.repeat(11).slice(2);
    const after = before.startsWith('"') ? '"' : '';
    writeFileSync(at('jwt.hex'), `${before}${secret}${after}\n`);
    expect(() => readJson(at('jwt.hex'))).toThrow(/jwt\.hex`: expected JSON, .* mixed up\?$/);
    expect(() => readJson(at('jwt.hex'))).not.toThrow('ffee');
  });

  test('error: no text either, of which nothing reaches the terminal as it is', () => {
    writeFileSync(at('binary.json'), Uint8Array.of(0x7f, 0x45, 0x1b, 0x5b, 0xff));
    expect(() => readJson(at('binary.json'))).toThrow('found `\\x7fE\\x1b[\\u{fffd}`');
  });
});
