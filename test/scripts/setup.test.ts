import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';

const SETUP = join(import.meta.dirname, '../../scripts/setup.mjs');
const LOCK = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'x' } } };

/** An npm that installs the one package of the lock, slowly enough to be met, and keeps a diary. */
const NPM = `
import { appendFileSync, mkdirSync, writeFileSync, copyFileSync } from 'node:fs';
appendFileSync('diary', 'npm ' + process.argv.slice(2).join(' ') + '\\n');
console.log('added 1 package');
mkdirSync('node_modules/a', { recursive: true });
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
writeFileSync('node_modules/a/package.json', '{}');
copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;
const BUILD = `
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
appendFileSync('diary', 'build\\n');
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A checkout with a source file, on which nothing was done yet. */
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-setup-'));
  folders.push(folder);
  for (const name of ['src', 'scripts', 'npm']) mkdirSync(join(folder, name));
  cpSync(SETUP, join(folder, 'scripts/setup.mjs'));
  writeFileSync(join(folder, 'scripts/build.mjs'), BUILD);
  writeFileSync(join(folder, 'npm/npm-cli.mjs'), NPM);
  writeFileSync(join(folder, 'npm/npm-cli.js'), "import('./npm-cli.mjs');");
  writeFileSync(join(folder, 'src/a.ts'), 'export const a = 1;\n');
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(LOCK));
  for (const name of ['tsconfig.json', 'tsconfig.build.json'])
    writeFileSync(join(folder, name), '');
  return folder;
}

function begin(folder: string): ChildProcess {
  const env = { ...process.env, npm_execpath: join(folder, 'npm/npm-cli.js') };
  return spawn(process.execPath, [join(folder, 'scripts/setup.mjs')], { cwd: folder, env });
}

/** What one set-up printed to stdout, and its exit code. */
async function outcome(child: ChildProcess): Promise<{ stdout: string; code: number | null }> {
  let stdout = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { stdout, code };
}

/** What was run in a checkout since the last look. */
function diary(folder: string): readonly string[] {
  const path = join(folder, 'diary');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  rmSync(path, { force: true });
  return lines.map((line) => line.split(' ').slice(0, 2).join(' '));
}

const DONE = { stdout: '', code: 0 };

describe('setup.mjs', () => {
  test('behavior: installs and builds once, and never writes to stdout', async () => {
    const folder = checkout();
    expect(await outcome(begin(folder))).toEqual(DONE);
    expect(diary(folder)).toEqual(['npm ci', 'build']);
    expect(await outcome(begin(folder))).toEqual(DONE);
    expect(diary(folder)).toEqual([]);
  });

  test('behavior: of several at once, one works and the others wait for it', async () => {
    const folder = checkout();
    const all = await Promise.all([1, 2, 3].map(() => outcome(begin(folder))));
    expect(all).toEqual([DONE, DONE, DONE]);
    expect(diary(folder)).toEqual(['npm ci', 'build']);
    expect(existsSync(join(folder, '.setup-lock'))).toBe(false);
  });

  test('behavior: does only what has changed', async () => {
    const folder = checkout();
    await outcome(begin(folder));
    diary(folder);
    writeFileSync(join(folder, 'src/a.ts'), 'export const a = 2;\n');
    await outcome(begin(folder));
    expect(diary(folder), 'a source').toEqual(['build']);
    rmSync(join(folder, 'node_modules/a'), { recursive: true });
    await outcome(begin(folder));
    expect(diary(folder), 'a deleted package').toEqual(['npm ci']);
    rmSync(join(folder, 'node_modules/.package-lock.json'));
    await outcome(begin(folder));
    expect(diary(folder), 'an installation cut short').toEqual(['npm ci']);
    const packages = { ...LOCK.packages, 'node_modules/a': { version: '1.0.1', integrity: 'y' } };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    await outcome(begin(folder));
    expect(diary(folder), 'the lock').toEqual(['npm ci', 'build']);
  });

  test('behavior: a killed set-up leaves nothing that stops the next one', async () => {
    const folder = checkout();
    const killed = begin(folder);
    const ended = once(killed, 'close');
    await until(() => existsSync(join(folder, 'diary')));
    killed.kill('SIGKILL');
    await ended;
    expect(existsSync(join(folder, '.setup-lock'))).toBe(true);
    expect(await outcome(begin(folder))).toEqual(DONE);
    expect(diary(folder).at(-1)).toBe('build');
    expect(existsSync(join(folder, 'dist'))).toBe(true);
  });

  test('error: a build that fails is told, and tried again', async () => {
    const folder = checkout();
    writeFileSync(join(folder, 'scripts/build.mjs'), 'process.exit(3);');
    expect(await outcome(begin(folder))).toEqual({ stdout: '', code: 1 });
    writeFileSync(join(folder, 'scripts/build.mjs'), BUILD);
    expect(await outcome(begin(folder))).toEqual(DONE);
  });
});
