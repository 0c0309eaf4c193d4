import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Inside node_modules, so that packages are found from there. */
const OUT = join(ROOT, 'node_modules/.cache/headwater/bench');

let isCompiled = false;

/**
 * The file that `scripts/bench/<name>.ts` compiles to, with all it imports, as what is shipped is
 * compiled: a loader that compiles while it runs takes memory, and names every closure anew each
 * time it is made. Folders stay as they are, so that a profile tells what is where.
 */
export function compiledChild(name: string): string {
  if (!isCompiled) compile();
  isCompiled = true;
  return join(OUT, 'scripts/bench', `${name}.js`);
}

function compile(): void {
  rmSync(OUT, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', 'false', '--rootDir', ROOT, '--outDir', OUT, '--sourceMap', 'false'];
  const project = ['-p', join(ROOT, 'tsconfig.json')];
  const { status } = spawnSync(process.execPath, [tsc, ...project, ...options], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`tsc ended with ${status}`);
  // What is read at run time and is no TypeScript.
  const isAsset = (path: string): boolean => statSync(path).isDirectory() || !path.endsWith('.ts');
  cpSync(join(ROOT, 'src'), join(OUT, 'src'), { recursive: true, filter: isAsset });
  cpSync(join(ROOT, 'package.json'), join(OUT, 'package.json'));
}
