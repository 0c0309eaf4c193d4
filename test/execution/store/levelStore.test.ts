import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/base/errors.ts';
import { openLevelStore } from '../../../src/execution/store/levelStore.ts';
import { openLevel } from '../../../src/storage/openLevel.ts';

const folder = mkdtempSync(join(tmpdir(), 'headwater-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KEY = Uint8Array.of(1);

describe('openLevelStore', () => {
  test('default: what was written is read, until it is removed', async () => {
    const store = await openLevelStore(join(folder, 'whole'), 'datadir');
    await store.write([{ key: KEY, value: Uint8Array.of(2) }]);
    expect([...(store.read(KEY) ?? [])]).toEqual([2]);
    await store.write([{ key: KEY, value: undefined }]);
    expect(store.read(KEY)).toBeUndefined();
    await store.close();
  });

  test('error: a table cut in half is told as any damage', async () => {
    const path = join(folder, 'cut');
    const level = await openLevel(path, 'datadir');
    await level.put(KEY, new Uint8Array(10_000));
    await level.close();
    // What is in the log becomes a table when it is opened again.
    await (await openLevel(path, 'datadir')).close();
    const table = join(path, readdirSync(path).find((name) => name.endsWith('.ldb')) as string);
    truncateSync(table, Math.floor(statSync(table).size / 2));
    const store = await openLevelStore(path, 'datadir');
    expect(() => store.read(KEY)).toThrow(ConfigError);
    expect(() => store.read(KEY)).toThrow(/^`datadir`: .*cut`: IO error.* or remove the folder/);
    await store.close();
  });
});
