import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';
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

  test('behavior: a witness that lacks something is told, the others count', async () => {
    const source = sharedPath('data/execution/op-mainnet-120794432');
    const folder = mkdtempSync(join(tmpdir(), 'headwater-execute-'));
    const lines = gunzipSync(readFileSync(join(source, 'witness.ndjson.gz'))).toString();
    for (const [name, witness] of Object.entries({ a: '', b: lines })) {
      mkdirSync(join(folder, name));
      cpSync(join(source, 'fixture.json'), join(folder, name, 'fixture.json'));
      writeFileSync(join(folder, name, 'witness.ndjson'), witness);
    }
    const { exitCode, stdout, stderr } = await run(folder);
    expect(exitCode).toBe(2);
    const { parentHeader } = JSON.parse(readFileSync(join(folder, 'a/fixture.json'), 'utf8'));
    const node = `expected trie node \`${parentHeader.stateRoot}\``;
    expect(stdout).toContain(`the block reads what is not in it: ${node}`);
    expect(stderr).toContain(`${join(folder, 'a/witness.ndjson')}: the block reads`);
    expect(stderr).toContain(node);
    expect(stdout).toContain('1 tx, 43,851 gas');
    expect(stdout).toContain('1 of 2 blocks equal');
    rmSync(folder, { recursive: true });
  });

  test('error: a fixture and a witness in another form are told by file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-execute-'));
    writeFileSync(join(folder, 'fixture.json'), '{}');
    expect(await run(folder)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`${join(folder, 'fixture.json')}: \`expected\``),
    });
    const source = sharedPath('data/execution/op-mainnet-120794432');
    writeFileSync(join(folder, 'fixture.json'), readFileSync(join(source, 'fixture.json')));
    writeFileSync(join(folder, 'witness.ndjson'), '{"hash":"0x12"}');
    const { exitCode, stderr } = await run(folder);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(join(folder, 'witness.ndjson'));
    rmSync(folder, { recursive: true });
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
