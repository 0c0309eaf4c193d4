import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openLevel } from '../../src/storage/openLevel.ts';

const folder = mkdtempSync(join(tmpdir(), 'headwater-level-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('openLevel', () => {
  test('default: what was written is there again', async () => {
    const before = await openLevel(join(folder, 'a/b'), 'datadir');
    await before.put(Uint8Array.of(1), Uint8Array.of(2));
    await before.close();
    const after = await openLevel(join(folder, 'a/b'), 'datadir');
    expect([...((await after.get(Uint8Array.of(1))) ?? [])]).toEqual([2]);
    await after.close();
  });

  test('error: a folder in use is told by the flag that named it', async () => {
    const first = await openLevel(join(folder, 'used'), 'datadir');
    const second = openLevel(join(folder, 'used'), 'safedb.path');
    await expect(second).rejects.toThrow(/^`safedb\.path`.*used` in use: stop .*--safedb\.path/);
    await first.close();
  });

  test('error: a file in its place', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openLevel(join(folder, 'file'), 'datadir')).rejects.toThrow('it is a file');
  });

  test('error: files that are no LevelDB', async () => {
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other/CURRENT'), 'x');
    const opened = openLevel(join(folder, 'other'), 'datadir');
    await expect(opened).rejects.toThrow(/^`datadir`: expected a folder of ours/);
  });

  test('error: a database without CURRENT, of which nothing is touched', async () => {
    const path = join(folder, 'headless');
    const before = await openLevel(path, 'datadir');
    await before.put(Uint8Array.of(1), Uint8Array.of(2));
    await before.close();
    rmSync(join(path, 'CURRENT'));
    const content = () => readdirSync(path).map((name) => [name, readFileSync(join(path, name))]);
    const found = content();
    await expect(openLevel(path, 'datadir')).rejects.toThrow(
      /headless` without the file CURRENT, but with \d+\.log and 1 more .*or remove the folder/,
    );
    expect(content()).toEqual(found);
  });

  test('behavior: what a first opening leaves that was ended midway is opened', async () => {
    const path = join(folder, 'begun');
    mkdirSync(path);
    writeFileSync(join(path, 'MANIFEST-000001'), '');
    writeFileSync(join(path, 'LOG'), '');
    const level = await openLevel(path, 'datadir');
    await level.close();
  });

  test.skipIf(!existsSync('/dev/full'))('error: a full disk is no reason to remove', async () => {
    const path = join(folder, 'full');
    await (await openLevel(path, 'datadir')).close();
    for (let number = 3; number < 10; number++) {
      symlinkSync('/dev/full', join(path, `MANIFEST-00000${number}`));
    }
    const opened = openLevel(path, 'datadir');
    await expect(opened).rejects.toThrow(/No space left on device\. Make room there and start/);
    await expect(opened).rejects.not.toThrow(/remove/i);
  });
});
