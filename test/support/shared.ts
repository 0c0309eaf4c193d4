import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Directory of the optional shared corpora: `HEADWATER_SHARED`, else `../shared`. */
export const SHARED: string = process.env['HEADWATER_SHARED'] ?? join(ROOT, '../shared');

/**
 * Whether a file or folder of the shared corpora is absent, for `describe.skipIf`. Prints why.
 */
export function lacksShared(path: string): boolean {
  const missing = !existsSync(join(SHARED, path));
  if (missing) console.warn(`skipped: no ${path} in the shared corpora (set HEADWATER_SHARED)`);
  return missing;
}

/** Absolute path of a file in the shared corpora. */
export function sharedPath(path: string): string {
  return join(SHARED, path);
}
