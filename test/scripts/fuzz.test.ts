import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

describe('npm run fuzz', () => {
  test('default: tries the files that are asked for and counts', () => {
    const { status, stdout } = fuzz('--only', 'test/base/excerpt', '--seed', '3', '--times', '2');
    expect(stdout).toBe(
      '1 rounds done, 0 failures\n1 files, 1 attempts of 2 times the runs, 0 failed\n',
    );
    expect(status).toBe(0);
  });

  test('error: no such file', () => {
    const { status, stderr } = fuzz('--only', 'test/no/such');
    expect(stderr).toContain('no file of properties contains `test/no/such`');
    expect(status).toBe(2);
  });
});

function fuzz(...args: readonly string[]) {
  const command = ['--import', 'tsx', 'scripts/fuzz.ts', ...args];
  return spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
}
