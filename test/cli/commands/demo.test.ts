import { expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { captureIo } from '../../support/cli.ts';

test('behavior: derives what its own sequencer built, through every fork', async () => {
  const io = captureIo();
  const exitCode = await runCli(['demo'], io);
  const stdout = io.out();
  expect(stdout).toMatch(/equal: all \d+ block hashes/);
  for (const fork of ['regolith', 'delta', 'ecotone', 'fjord', 'holocene', 'jovian', 'karst']) {
    expect(stdout).toContain(`${fork} is active from L2 block`);
  }
  for (const form of ['singular', 'span', 'zlib', 'brotli', 'calldata', 'blobs']) {
    expect(stdout).toContain(form);
  }
  expect(exitCode).toBe(0);
});
