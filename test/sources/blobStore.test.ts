import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { bytesEqual, EMPTY_BYTES, type Hash } from '../../src/base/bytes.ts';
import { type BlobStore, openBlobStore } from '../../src/sources/blobStore.ts';
import { type LogFields, SILENT_LOG } from '../../src/transport/log.ts';
import { makeBlob } from '../support/beaconServer.ts';

const directories: string[] = [];
afterEach(async () => {
  for (const path of directories.splice(0)) await rm(path, { recursive: true, force: true });
});

const [A, B, C] = [makeBlob(1), makeBlob(2), makeBlob(3)];
const SILENT = { log: SILENT_LOG };

async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'headwater-blobs-'));
  directories.push(path);
  return path;
}

/** A store in a folder of its own, with the warnings it gives. */
async function openTelling(now?: () => number) {
  const warnings: LogFields[] = [];
  const directory = join(await temporaryDirectory(), 'blobs');
  const log = { warn: (_: string, fields: LogFields = {}) => void warnings.push(fields) };
  const store = await openBlobStore(directory, { log, ...(now === undefined ? {} : { now }) });
  return { directory, store, warnings };
}

async function expectKept(store: BlobStore, { hash, blob }: typeof A): Promise<void> {
  expect(bytesEqual((await store.read(hash)) ?? EMPTY_BYTES, blob)).toBe(true);
}

describe('openBlobStore', () => {
  test('default', async () => {
    const store = await openBlobStore(await temporaryDirectory(), SILENT);
    expect(await store.read(A.hash)).toBeUndefined();
    await store.write(A.hash, A.blob);
    await expectKept(store, A);
  });

  test('behavior: the blob unused for longest makes room', async () => {
    const directory = await temporaryDirectory();
    const store = await openBlobStore(directory, { ...SILENT, maxBytes: 2 * 131_072 });
    await store.write(A.hash, A.blob);
    await store.write(B.hash, B.blob);
    await store.read(A.hash);
    await store.write(C.hash, C.blob);
    expect(await store.read(B.hash)).toBeUndefined();
    const names = await readdir(directory);
    expect(names.toSorted()).toEqual([`${A.hash}.blob`, `${C.hash}.blob`].toSorted());
  });

  test('behavior: half-written and foreign files are not blobs', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, `${A.hash}.blob`), A.blob.subarray(1));
    await writeFile(join(directory, 'notes.txt'), 'x');
    const store = await openBlobStore(directory, SILENT);
    expect(await store.read(A.hash)).toBeUndefined();
    expect(await store.read('0x01' as Hash)).toBeUndefined();
  });

  test.skipIf(!existsSync('/dev/full'))('behavior: a full disk is told, not thrown', async () => {
    const { directory, store, warnings } = await openTelling();
    await symlink('/dev/full', join(directory, `${A.hash}.blob.${process.pid}.part`));
    await store.write(A.hash, A.blob);
    expect(warnings).toEqual([
      {
        path: directory,
        blobs: 1,
        reason: expect.stringContaining('ENOSPC'),
        remedy: expect.stringContaining('make room'),
      },
    ]);
    expect(await readdir(directory)).toEqual([]);
    expect(await store.read(A.hash)).toBeUndefined();
    await store.write(A.hash, A.blob);
    await expectKept(store, A);
  });

  test('behavior: a blob that cannot get its name leaves nothing behind', async () => {
    const { directory, store, warnings } = await openTelling();
    await mkdir(join(directory, `${A.hash}.blob`, 'x'), { recursive: true });
    await store.write(A.hash, A.blob);
    expect(warnings.length).toBe(1);
    expect(await readdir(directory)).toEqual([`${A.hash}.blob`]);
  });

  test('behavior: failed writes are told once in ten minutes, and counted', async () => {
    let nowMs = 5;
    const { directory, store, warnings } = await openTelling(() => nowMs);
    await rm(directory, { recursive: true });
    await writeFile(directory, 'no folder');
    for (const { hash, blob } of [A, B, C]) await store.write(hash, blob);
    expect(warnings.map(({ blobs }) => blobs)).toEqual([1]);
    nowMs += 600_000;
    await store.write(A.hash, A.blob);
    expect(warnings.map(({ blobs }) => blobs)).toEqual([1, 4]);
  });

  test('behavior: a folder that was removed is made again', async () => {
    const { directory, store, warnings } = await openTelling();
    await store.write(A.hash, A.blob);
    await rename(directory, `${directory}-moved`);
    expect(await store.read(A.hash)).toBeUndefined();
    await store.write(A.hash, A.blob);
    await expectKept(store, A);
    expect(warnings).toEqual([]);
  });

  test('behavior: what a process that has ended left half-written is removed', async () => {
    const directory = await temporaryDirectory();
    // Numbers of processes end far below this one, and that of our parent is in use.
    const [dead, own, alive] = [2 ** 30, process.pid, process.ppid];
    for (const pid of [dead, own, alive]) {
      await writeFile(join(directory, `${A.hash}.blob.${pid}.part`), 'x');
    }
    await writeFile(join(directory, `notes.${dead}.part`), 'mine');
    await openBlobStore(directory, SILENT);
    const left = [`${A.hash}.blob.${alive}.part`, `notes.${dead}.part`];
    expect((await readdir(directory)).toSorted()).toEqual(left.toSorted());
    expect(await readFile(join(directory, `notes.${dead}.part`), 'utf8')).toBe('mine');
  });
});
