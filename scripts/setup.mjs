// Prepares a checkout: installs packages and builds, each only when what it depends on changed.
// Runs before anything is installed, so it uses Node alone. All it says goes to stderr, because
// `npm run -s headwater -- …` must print nothing but the command's own output.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const MODULES = join(ROOT, 'node_modules');
const DIST = join(ROOT, 'dist');
/** Outside node_modules, which an installation deletes. */
const LOCK = join(ROOT, '.setup-lock');
/** Says which sources dist/ was made from; goes away with it. */
const STAMP = join(DIST, '.sources');
const LOCK_POLL_MS = 200;
const LONGEST_SETUP_MS = 15 * 60_000;
const LONGEST_WRITE_MS = 10_000;

requireNode(20, 19);
const sources = digestSources();
if (!isInstalled() || !isBuilt(sources)) await whileLocked(prepare);

/** Looks again at everything: another process may just have done it. */
async function prepare() {
  if (!isInstalled()) {
    await run('installing packages', ...npm('ci', '--include=dev', '--loglevel=error'));
  }
  if (isBuilt(sources)) return;
  await run('building', process.execPath, [join(ROOT, 'scripts', 'build.mjs')]);
  const written = `${STAMP}.${process.pid}`;
  writeFileSync(written, sources);
  renameSync(written, STAMP);
}

/**
 * True when node_modules holds every package of the lock in its version. npm writes its own record
 * last, so an installation that was cut short has none; folders deleted since are noticed.
 */
function isInstalled() {
  const wanted = readJson(join(ROOT, 'package-lock.json'))?.packages ?? {};
  const found = readJson(join(MODULES, '.package-lock.json'))?.packages ?? {};
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const has = found[path];
    if (has === undefined) return optional === true;
    const isSame = has.version === version && has.integrity === integrity;
    return isSame && existsSync(join(ROOT, path, 'package.json'));
  });
}

function isBuilt(digest) {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest;
}

/** What the build depends on, packages included: their types decide whether it succeeds. */
function digestSources() {
  const files = [
    ...filesBelow(join(ROOT, 'src')),
    ...['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'].map(
      (path) => join(ROOT, path),
    ),
  ];
  const hash = createHash('sha256');
  for (const file of files) {
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Runs `action` alone among all set-ups of this checkout; the others wait. */
async function whileLocked(action) {
  for (let hasTold = false; !tryLock(); sleep(LOCK_POLL_MS)) {
    if (!hasTold) say('waiting for another set-up of this folder to end');
    hasTold = true;
  }
  const release = () => rmSync(LOCK, { force: true });
  process.on('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  await action();
}

/** Takes the lock, also from an owner that is gone. */
function tryLock() {
  try {
    const file = openSync(LOCK, 'wx');
    writeFileSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAbandoned()) return false;
  // Moving it away succeeds for one process only.
  try {
    const away = `${LOCK}.${process.pid}`;
    renameSync(LOCK, away);
    rmSync(away);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return false;
}

/** True when its processes are gone, or never wrote their ids, or took longer than a set-up can. */
function isAbandoned() {
  const owners = lockOwners();
  const limitMs = owners.length > 0 ? LONGEST_SETUP_MS : LONGEST_WRITE_MS;
  const since = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
  return Date.now() - since > limitMs || (owners.length > 0 && !owners.some(isAlive));
}

/** The set-up, and the program it has started: that one goes on when the set-up is killed. */
function lockOwners() {
  try {
    return readFileSync(LOCK, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The npm that runs this script, else the one in the path. */
function npm(...args) {
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /npm-cli[.]c?js$/.test(script);
  return isNpm ? [process.execPath, [script, ...args]] : ['npm', args];
}

async function run(doing, command, args) {
  say(`${doing}…`);
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (child.pid !== undefined) writeFileSync(LOCK, `${process.pid} ${child.pid}`);
  const [status] = await once(child, 'exit').catch((error) => [error.message]);
  if (status === 0) return;
  say(`${doing} failed (${status ?? 'killed'}); what it said is above`);
  process.exit(1);
}

function requireNode(major, minor) {
  const [hasMajor, hasMinor] = process.versions.node.split('.').map(Number);
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return;
  say(`Node ${major}.${minor} or newer is needed; this is ${process.versions.node}`);
  process.exit(1);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function say(text) {
  process.stderr.write(`headwater: ${text}\n`);
}
