import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';

/** Evaluates `code` after importing all of arguments.ts, in a process called with `words`. */
function run(code: string, ...words: readonly string[]) {
  const script = `import * as a from './scripts/arguments.ts';${code}`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, '--', ...words];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

const READ = `console.log(a.readArguments('the help', { allowPositionals: true }).positionals[0]);`;

describe('readArguments', () => {
  test('default: words', () => {
    expect(run(READ, 'word').stdout).toBe('word\n');
  });

  test('behavior: tells what can be given', () => {
    expect(run(READ, 'word', '--help')).toMatchObject({ status: 0, stdout: 'the help\n' });
  });

  test('error: an option that is not known', () => {
    const { status, stderr } = run(READ, '--nope');
    expect(status).toBe(2);
    expect(stderr).toContain("Unknown option '--nope'");
    expect(stderr).not.toContain('    at ');
  });
});

describe('countArgument', () => {
  const code = (text: string) => `console.log(a.countArgument('kills', '${text}'));`;

  test('default', () => {
    expect(run(code('12')).stdout).toBe('12\n');
  });

  test('error: no whole number from 1', () => {
    const { status, stderr } = run(code('0'));
    expect(status).toBe(2);
    expect(stderr).toContain('kills: expected a whole number from 1, found `0`');
  });
});

describe('partArgument', () => {
  const code = (text: string) => `console.log(Object.values(a.partArgument('${text}')).join());`;

  test('default', () => {
    expect(run(code('2/3')).stdout).toBe('2,3\n');
  });

  test.each(['3/2', '1'])('error: %s', (part) => {
    const { status, stderr } = run(code(part));
    expect(status).toBe(2);
    expect(stderr).toContain(`found \`${part}\``);
  });
});
