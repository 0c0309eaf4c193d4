import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hash } from '../base/bytes.ts';
import { BLOB_BYTES } from '../protocol/blob.ts';

/** Blobs kept by versioned hash. What is read is not proven: files can be damaged or swapped. */
export type BlobStore = {
  readonly read: (versionedHash: Hash) => Promise<Uint8Array | undefined>;
  readonly write: (versionedHash: Hash, blob: Uint8Array) => Promise<void>;
};

/** Room for about 8,000 blobs. */
const MAX_BYTES = 1 << 30;
const SUFFIX = '.blob';

/**
 * Blobs as files of a directory, `0x01….blob`, 131,072 bytes each: a bundle that can be copied and
 * served again. The blobs that were not used for the longest time make room for new ones.
 *
 * Written under another name first, so a file of that name is whole even after a crash.
 *
 * @param maxBytes Of all files together.
 */
export async function openBlobStore(directory: string, maxBytes = MAX_BYTES): Promise<BlobStore> {
  await mkdir(directory, { recursive: true });
  const used = await lastUsed(directory);
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
      if (used.has(hash)) return;
      used.add(hash);
      await writeWhole(pathOf(hash), blob);
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
  const file = await open(partial, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

/** Hashes of the stored blobs, the longest unused first. */
async function lastUsed(directory: string): Promise<Set<Hash>> {
  const names = (await readdir(directory)).filter((name) => /^0x01[\da-f]{62}\.blob$/.test(name));
  const entries = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, size } = await stat(join(directory, name));
      return { hash: name.slice(0, -SUFFIX.length) as Hash, mtimeMs, size };
    }),
  );
  const whole = entries.filter(({ size }) => size === BLOB_BYTES);
  return new Set(whole.toSorted((a, b) => a.mtimeMs - b.mtimeMs).map(({ hash }) => hash));
}
