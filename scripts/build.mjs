// Builds dist/: the library as ES modules with types, and the CLI entry. The new dist/ replaces the
// old one in one step, so that a CLI which runs meanwhile never meets half a build.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SRC = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');
const FRESH = join(ROOT, `.dist-${process.pid}`);
const STALE = join(ROOT, `.dist-${process.pid}-old`);

process.exitCode = compile();
if (process.exitCode === 0) {
  // What is read at run time and is no TypeScript: pages, artifacts.
  const isAsset = (path) => statSync(path).isDirectory() || !path.endsWith('.ts');
  cpSync(SRC, FRESH, { recursive: true, filter: isAsset });
  chmodSync(join(FRESH, 'cli', 'main.js'), 0o755);
  if (existsSync(DIST)) renameSync(DIST, STALE);
  renameSync(FRESH, DIST);
}
for (const folder of [FRESH, STALE]) rmSync(folder, { recursive: true, force: true });

/** Runs the compiler; its complaints go to stderr. */
function compile() {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', FRESH];
  const { status } = spawnSync(process.execPath, [tsc, ...options], { stdio: ['ignore', 2, 2] });
  return status ?? 1;
}
