import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

async function run(...args: readonly string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = { stdin, stdout, stderr, env: {}, cwd: '/' };
  const exitCode = await runCli(['execute', ...args], io);
  return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

describe.skipIf(lacksShared('data/execution'))('registerExecute', () => {
  test('default: an equal block', async () => {
    const { exitCode, stdout } = await run(sharedPath('data/execution/op-mainnet-120794432'));
    expect(stdout).toContain('1 of 1 blocks equal');
    expect(exitCode).toBe(0);
  });

  test('error: a folder without fixtures', async () => {
    const { exitCode, stderr } = await run(sharedPath('data/chains/devnet-fjord'));
    expect(stderr).toContain('fixture.json');
    expect(exitCode).toBe(2);
  });

  test('error: no folder', async () => {
    expect((await run('/no/such/folder')).exitCode).toBe(2);
  });
});
