import { describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { captureIo } from '../../support/cli.ts';

describe('registerDevnet', () => {
  test('behavior: without an L1 binary, `--or-demo` says so and runs the demo', async () => {
    const io = { ...captureIo(), env: { HEADWATER_ANVIL: '/nowhere/anvil' } };
    const exitCode = await runCli(['devnet', '--or-demo'], io);
    expect(io.out()).toContain('There is no L1 binary on this machine');
    expect(io.out()).toMatch(/equal: all \d+ block hashes/);
    expect(exitCode).toBe(0);
  });

  test.each([
    [['--verifiers', '0'], '`verifiers`: expected a number from 1 to 20, found `0`'],
    [['--fork', 'lagoon'], 'lagoon'],
    [['--l2.block-time', '61'], '`l2.block-time`: expected a number from 1 to 60'],
  ])('error: %j', async (flags, message) => {
    const io = captureIo();
    expect(await runCli(['devnet', ...flags], io)).toBe(2);
    expect(io.err()).toContain(message);
  });
});
