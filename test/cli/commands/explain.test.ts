import { describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { captureIo } from '../../support/cli.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const DEVNET = 'data/chains/devnet-fjord';

async function run(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const io = captureIo();
  const exitCode = await runCli(args, io);
  return { exitCode, out: io.out(), err: io.err() };
}

describe.skipIf(lacksShared(DEVNET))('registerExplain', () => {
  test('default: tells each L1 block with what was kept and built', async () => {
    const { exitCode, out } = await run('explain', sharedPath(DEVNET));
    expect(exitCode).toBe(0);
    expect(out).toContain('L1 15 ');
    expect(out).toMatch(/kept {5}tx 0 blob 0, 814 bytes: frames 0x3a7faf7b…#0 last/);
    expect(out).toMatch(/built {4}L2 21 .*singular batch 4 of channel/);
    expect(out).toMatch(/all: 12 L1 blocks, .* 0 drops, 21 L2 blocks built\n$/);
  });

  test('behavior: --json prints an object for each L1 block', async () => {
    const { out } = await run('explain', '--json', sharedPath(DEVNET));
    const stories = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { l2: unknown[] });
    expect(stories).toHaveLength(12);
    expect(stories.flatMap(({ l2 }) => l2)).toHaveLength(21);
  });

  test('behavior: --l2 tells where one block came from', async () => {
    const { exitCode, out } = await run('explain', '--l2', '17', sharedPath(DEVNET));
    expect(exitCode).toBe(0);
    expect(out).toContain('L2 block 17 0x4d3b27b8');
    expect(out).toContain('derived from   L1 block 19');
    expect(out).toMatch(/frame 0 +L1 block 19, transaction 0 .* blob 0/);
  });

  test('error: a block that was not derived fails', async () => {
    const { exitCode, err } = await run('explain', '--l2', '22', sharedPath(DEVNET));
    expect(exitCode).toBe(1);
    expect(err).toContain('L2 block 22 was not derived');
    expect(err).toContain('which comes to L2 block 21');
  });

  test('error: nothing leads to the genesis', async () => {
    const { exitCode, err } = await run('explain', '--l2', '0', sharedPath(DEVNET));
    expect(exitCode).toBe(2);
    expect(err).toContain('expected a block behind the genesis 0');
  });

  test('error: --l2 wants a number', async () => {
    expect((await run('explain', '--l2', 'latest', sharedPath(DEVNET))).exitCode).toBe(2);
  });
});
