import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { openSafeHeadDb } from '../../src/node/safeHeadDb.ts';
import {
  memorySafeHeads,
  rewindSafeHeads,
  type SafeHeadRecord,
  type SafeHeads,
} from '../../src/node/safeHeads.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-safedb-'));
  folders.push(folder);
  return folder;
}

function hash(number: number): `0x${string}` {
  return `0x${number.toString(16).padStart(64, '0')}`;
}

function record(l1: number, l2: number): SafeHeadRecord {
  return {
    l1: { number: BigInt(l1), hash: hash(l1) },
    l2: { number: BigInt(l2), hash: hash(1_000 + l2) },
  };
}

const KINDS: readonly (readonly [string, () => Promise<SafeHeads>])[] = [
  ['memorySafeHeads', async () => memorySafeHeads()],
  ['openSafeHeadDb', () => openSafeHeadDb(newFolder(), 10n, 'datadir')],
];

describe.each(KINDS)('%s', (_, open) => {
  const RECORDS = [record(0, 0), record(10, 5), record(12, 9), record(13, 20)];

  async function filled(): Promise<SafeHeads> {
    const safeHeads = await open();
    for (const each of RECORDS) await safeHeads.record(each);
    return safeHeads;
  }

  test('default: the greatest record up to an L1 block', async () => {
    const safeHeads = await filled();
    expect(await safeHeads.at(9n)).toEqual(RECORDS[0]);
    expect(await safeHeads.at(10n)).toEqual(RECORDS[1]);
    expect(await safeHeads.at(12n)).toEqual(RECORDS[2]);
    expect(await safeHeads.at(1n << 40n)).toEqual(RECORDS[3]);
    expect(await safeHeads.last()).toEqual(RECORDS[3]);
    await safeHeads.close();
  });

  test('default: the first record with an L2 block', async () => {
    const safeHeads = await filled();
    expect(await safeHeads.firstWithL2(0n)).toEqual(RECORDS[0]);
    expect(await safeHeads.firstWithL2(6n)).toEqual(RECORDS[2]);
    expect(await safeHeads.firstWithL2(9n)).toEqual(RECORDS[2]);
    expect(await safeHeads.firstWithL2(21n)).toBeUndefined();
    await safeHeads.close();
  });

  test('behavior: a later block of the same L1 block replaces the record', async () => {
    const safeHeads = await filled();
    await safeHeads.record(record(13, 22));
    expect(await safeHeads.last()).toEqual(record(13, 22));
    await safeHeads.close();
  });

  test('behavior: empty at first', async () => {
    const safeHeads = await open();
    expect(await safeHeads.last()).toBeUndefined();
    expect(await safeHeads.at(5n)).toBeUndefined();
    expect(await safeHeads.firstWithL2(0n)).toBeUndefined();
    await safeHeads.close();
  });

  describe('rewindSafeHeads', () => {
    test('behavior: a head that a record says exactly keeps that record', async () => {
      const safeHeads = await filled();
      await rewindSafeHeads(safeHeads, record(12, 9).l2);
      expect(await safeHeads.last()).toEqual(RECORDS[2]);
      await safeHeads.close();
    });

    test('behavior: the first record above the head is rewritten to it', async () => {
      const safeHeads = await filled();
      await rewindSafeHeads(safeHeads, record(0, 7).l2);
      expect(await safeHeads.last()).toEqual({ l1: record(12, 9).l1, l2: record(0, 7).l2 });
      await safeHeads.close();
    });

    test('behavior: with nothing below it is not known since when', async () => {
      const safeHeads = await open();
      await safeHeads.record(record(12, 9));
      await rewindSafeHeads(safeHeads, record(0, 7).l2);
      expect(await safeHeads.last()).toBeUndefined();
      await safeHeads.close();
    });
  });
});

describe('openSafeHeadDb', () => {
  test('behavior: what was recorded is there again', async () => {
    const folder = newFolder();
    const before = await openSafeHeadDb(folder, 10n, 'datadir');
    await before.record(record(7, 3));
    await before.close();
    const after = await openSafeHeadDb(folder, 10n, 'datadir');
    expect(await after.last()).toEqual(record(7, 3));
    await after.close();
  });

  test('error: records of another chain are refused', async () => {
    const folder = newFolder();
    await (await openSafeHeadDb(folder, 10n, 'datadir')).close();
    await expect(openSafeHeadDb(folder, 11n, 'datadir')).rejects.toThrow(ConfigError);
    await expect(openSafeHeadDb(folder, 11n, 'datadir')).rejects.toThrow(/^`datadir`.*chain 10/);
  });

  test('error: damage is told with the folder, where it is met', async () => {
    const folder = newFolder();
    // What is in the log becomes a table when it is opened again: here one for what tells the
    // chain, and one for the records.
    await (await openSafeHeadDb(folder, 10n, 'safedb.path')).close();
    const whole = await openSafeHeadDb(folder, 10n, 'safedb.path');
    await whole.record(record(1, 1));
    await whole.close();
    await (await openSafeHeadDb(folder, 10n, 'safedb.path')).close();
    const tables = readdirSync(folder).filter((name) => name.endsWith('.ldb'));
    const [first, second] = tables.toSorted().map((name) => join(folder, name)) as [string, string];
    truncateSync(second, 20);
    const half = await openSafeHeadDb(folder, 10n, 'safedb.path');
    await expect(half.last()).rejects.toThrow(ConfigError);
    await expect(half.last()).rejects.toThrow(/^`safedb\.path`: .*safedb-.* or remove the folder/);
    await expect(half.firstWithL2(1n)).rejects.toThrow(ConfigError);
    await expect(half.record(record(3, 3))).rejects.toThrow(ConfigError);
    await half.close();
    truncateSync(first, 20);
    for (let tries = 1; tries <= 2; tries++) {
      const opening = openSafeHeadDb(folder, 10n, 'safedb.path');
      await expect(opening).rejects.toThrow(/^`safedb\.path`: .* or remove the folder/);
    }
  });

  test('error: a folder in use is told as such', async () => {
    const folder = newFolder();
    const first = await openSafeHeadDb(folder, 10n, 'datadir');
    await expect(openSafeHeadDb(folder, 10n, 'datadir')).rejects.toThrow(/no other process/);
    await first.close();
  });
});
