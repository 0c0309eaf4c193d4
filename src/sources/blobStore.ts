import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hash } from '../base/bytes.ts';
import { BLOB_BYTES } from '../protocol/blob.ts';
import type { Log } from '../transport/log.ts';

/** Blobs kept by versioned hash. What is read is not proven: files can be damaged or swapped. */
export type BlobStore = {
  readonly read: (versionedHash: Hash) => Promise<Uint8Array | undefined>;
  /** Never throws: whoever has the blob can go on without its being kept. */
  readonly write: (versionedHash: Hash, blob: Uint8Array) => Promise<void>;
};

/** What a store works with beside its folder. */
export type BlobStoreScope = {
  /** Told of blobs that could not be kept. */
  readonly log: Pick<Log, 'warn'>;
  /** Of all files together. */
  readonly maxBytes?: number;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
};

/** Room for about 8,000 blobs. */
const MAX_BYTES = 1 << 30;
const SUFFIX = '.blob';

/** A full disk fails every write: that is told once, and then this often. */
const BETWEEN_WARNINGS_MS = 600_000;

/**
 * Blobs as files of a directory, `0x01….blob`, 131,072 bytes each: a bundle that can be copied and
 * served again. The blobs that were not used for the longest time make room for new ones.
 *
 * Written under another name first, so a file of that name is whole even after a crash. What a
 * crash left under such a name is removed here.
 *
 * @throws Error of the file system when the directory cannot be made or listed.
 */
export async function openBlobStore(
  directory: string,
  { log, maxBytes = MAX_BYTES, now = Date.now }: BlobStoreScope,
): Promise<BlobStore> {
  await mkdir(directory, { recursive: true });
  await removeLeftovers(directory);
  const used = await lastUsed(directory);
  const writing = new Set<Hash>();
  const warn = createWriteWarning(log, directory, now);
  const maxBlobs = Math.max(1, Math.floor(maxBytes / BLOB_BYTES));
  const pathOf = (hash: Hash): string => join(directory, hash + SUFFIX);

  return {
    read: async (hash) => {
      if (!used.has(hash)) return undefined;
      const bytes = await readFile(pathOf(hash)).catch(() => undefined);
      used.delete(hash);
      if (bytes?.length !== BLOB_BYTES) return undefined;
      used.add(hash);
      const now = new Date();
      await utimes(pathOf(hash), now, now).catch(() => undefined);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    },
    write: async (hash, blob) => {
      if (used.has(hash) || writing.has(hash)) return;
      writing.add(hash);
      try {
        // Whoever removes the folder, as may be done at any time, finds it filled again.
        await mkdir(directory).catch(() => undefined);
        await writeWhole(pathOf(hash), blob);
        used.add(hash);
      } catch (error) {
        warn(error);
      } finally {
        writing.delete(hash);
      }
      for (const oldest of used) {
        if (used.size <= maxBlobs) break;
        used.delete(oldest);
        await unlink(pathOf(oldest)).catch(() => undefined);
      }
    },
  };
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.part`;
  try {
    const file = await open(partial, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await unlink(partial).catch(() => undefined);
    throw error;
  }
}

function createWriteWarning(
  log: BlobStoreScope['log'],
  directory: string,
  now: () => number,
): (error: unknown) => void {
  let nextMs = -Infinity;
  let blobs = 0;
  return (error) => {
    blobs += 1;
    const nowMs = now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + BETWEEN_WARNINGS_MS;
    log.warn('blobs cannot be kept: they are fetched again when they are needed again', {
      path: directory,
      blobs,
      reason: error instanceof Error ? error.message : String(error),
      remedy: 'make room on that disk and let this user write there; no restart is needed',
    });
  };
}

/** Removes what processes that have ended did not write to its end. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, pid] = /^0x01[\da-f]{62}\.blob\.(\d+)\.part$/.exec(name) ?? [];
    if (pid === undefined || isOfAnother(Number(pid))) continue;
    await unlink(join(directory, name)).catch(() => undefined);
  }
}

/** Whether another process of that number runs. In a container every start has the same number. */
function isOfAnother(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is one, of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Hashes of the stored blobs, the longest unused first. */
async function lastUsed(directory: string): Promise<Set<Hash>> {
  const names = (await readdir(directory)).filter((name) => /^0x01[\da-f]{62}\.blob$/.test(name));
  const entries = await Promise.all(
    names.map(async (name) => {
      // It may be gone by now: others may remove blobs at any time.
      const found = await stat(join(directory, name)).catch(() => undefined);
      const { mtimeMs = 0, size = 0 } = found ?? {};
      return { hash: name.slice(0, -SUFFIX.length) as Hash, mtimeMs, size };
    }),
  );
  const whole = entries.filter(({ size }) => size === BLOB_BYTES);
  return new Set(whole.toSorted((a, b) => a.mtimeMs - b.mtimeMs).map(({ hash }) => hash));
}
