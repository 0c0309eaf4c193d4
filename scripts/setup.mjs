// Prepares a checkout: installs packages and builds, each only when what it depends on changed.
// Runs before anything is installed, so it uses Node alone.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const STAMP = join(ROOT, 'node_modules', '.headwater-setup.json');

const stamps = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {};
const lock = digest([join(ROOT, 'package-lock.json'), join(ROOT, 'package.json')]);
if (stamps.lock !== lock) {
  run('npm', ['ci', '--no-progress', '--loglevel=error'], 'installing packages');
  save({ lock });
}
const sources = digest([
  ...filesBelow(join(ROOT, 'src')),
  join(ROOT, 'tsconfig.build.json'),
  join(ROOT, 'scripts', 'build.mjs'),
]);
if (stamps.sources !== sources || stamps.lock !== lock || !existsSync(join(ROOT, 'dist'))) {
  run(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], 'building');
  save({ lock, sources });
}

function digest(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

function filesBelow(folder) {
  const found = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.push(...filesBelow(path));
    else found.push(path);
  }
  return found;
}

function run(command, args, doing) {
  process.stderr.write(`headwater: ${doing}…\n`);
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    process.stderr.write(
      `headwater: ${doing} failed: ${error?.message ?? `exit code ${status}`}\n`,
    );
    process.exit(1);
  }
}

function save(stamp) {
  writeFileSync(STAMP, JSON.stringify(stamp));
}
