import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJsonExact } from '../../../src/base/json.ts';
import { runCli } from '../../../src/cli/program.ts';
import { applyGenesis } from '../../../src/execution/genesis.ts';
import { parseGenesisJson } from '../../../src/execution/genesisJson.ts';
import { openState } from '../../../src/execution/state/worldState.ts';
import { devL1ChainConfig } from '../../../src/devnet/l1Chain.ts';
import { parseL1ChainConfig } from '../../../src/protocol/l1ChainConfigJson.ts';
import { parseRollupConfig } from '../../../src/protocol/rollupConfigJson.ts';
import { lacksAnvil, rpc, withAnvil } from '../../support/anvil.ts';
import { captureIo } from '../../support/cli.ts';

describe.skipIf(lacksAnvil())('registerGenesis', () => {
  test('default: files of a chain whose L1 contracts are there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-'));
    const read = (name: string) => parseJsonExact(readFileSync(join(folder, name), 'utf8'));
    await withAnvil({ mining: { type: 'instant' } }, async ({ url }) => {
      const io = captureIo();
      const args = ['genesis', '--l1', url, '--out', folder, '--upgrade-every', '4'];
      expect(await runCli([...args, '--fork', 'fjord'], io), io.err()).toBe(0);
      const rollup = parseRollupConfig(read('rollup.json'), () => expect.unreachable());
      const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
      const { hash } = applyGenesis(parseGenesisJson(read('genesis.json')), state);
      expect(hash).toBe(rollup.genesis.l2.hash);
      expect(io.out()).toContain(hash);
      expect(rollup.forkTimes.karst).toBe(rollup.genesis.l2Time + 20n);
      expect(parseL1ChainConfig(read('l1-config.json'))).toEqual(devL1ChainConfig(900n));
      const code = await rpc<string>(url, 'eth_getCode', [rollup.depositContractAddress, 'latest']);
      expect(code.length).toBeGreaterThan(1000);
    });
    rmSync(folder, { recursive: true });
  });

  test('error: a fork that does not exist', async () => {
    const io = captureIo();
    expect(await runCli(['genesis', '--l1', 'http://127.0.0.1:1', '--fork', 'delft'], io)).toBe(2);
    expect(io.err()).toContain('delft');
  });

  test('error: a file in place of the folder, before anything is deployed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-'));
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const io = captureIo();
    expect(await runCli(['genesis', '--l1', 'http://127.0.0.1:1', '--out', file], io)).toBe(2);
    expect(io.err()).toContain(`\`out\`: expected a folder`);
    expect(io.err()).not.toContain('deploying');
    rmSync(folder, { recursive: true });
  });

  test.each(['l2-chain-id', 'block-time', 'seq-window-size', 'submission-interval'])(
    'error: %s of 0, before anything is deployed',
    async (flag) => {
      const io = captureIo();
      expect(await runCli(['genesis', '--l1', 'http://127.0.0.1:1', `--${flag}=0`], io)).toBe(2);
      expect(io.err()).toContain(`\`${flag}\`: expected a whole number from 1`);
    },
  );

  test('error: an L1 that is no URL', async () => {
    const io = captureIo();
    expect(await runCli(['genesis', '--l1', 'localhost:8545'], io)).toBe(2);
    expect(io.err()).toContain('http or https URL');
  });
});
