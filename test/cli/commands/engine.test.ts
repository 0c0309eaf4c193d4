import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { openLevel } from '../../../src/storage/openLevel.ts';
import { openEngine } from '../../../src/execution/engine.ts';
import { parseGenesisJson } from '../../../src/execution/genesisJson.ts';
import { openLevelStore } from '../../../src/execution/store/levelStore.ts';
import { captureIo } from '../../support/cli.ts';
import { killEngine } from '../../support/killEngine.ts';
import { readSharedJson } from '../../support/recordings.ts';
import { closeServer, listen } from '../../support/rpcServer.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const folder = mkdtempSync(join(tmpdir(), 'headwater-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('headwater engine', () => {
  test('error: no genesis, a secret that is none, a mode that is none', async () => {
    const io = captureIo();
    expect(await runCli(['engine'], io)).toBe(2);
    expect(io.err()).toContain('`genesis`: expected the genesis file of the chain');
  });

  test.skipIf(lacksShared('data/chains')).each([
    [['--gcmode=half'], 'one of full, archive'],
    [['--archive', '--gcmode', 'full'], 'only one of --gcmode full and --archive, found both'],
    [['--authrpc.port=70000'], 'a port from 0 to 65535'],
    [['--http.api=eth,engine'], 'on the port with the token only'],
    [['--ws', '--ws.api=engine'], 'on the port with the token only'],
    [['--http.api=eth,foo'], '`http.api`: expected some of eth, net, web3, txpool'],
    [['--http.api=admin,foo'], 'found `foo`'],
    [['--http', '--http.api='], '`http.api`: expected some of eth,'],
    [['--ws.api=,'], '`ws.api`: expected some of eth,'],
    [['--authrpc.port=8545', '--http'], '`http.port`: expected another port than'],
    [['--authrpc.port=8546', '--ws'], '--authrpc.port, found `8546` for both'],
    [['--http', '--ws', '--ws.addr=127.0.0.1', '--ws.port=8545'], '`ws.port`: expected another'],
    [['--verbosity=9'], 'a number from 0 to 5'],
    [['--authrpc.jwtsecret=/nowhere'], 'no such file'],
  ])('error: %s', async (flags, message) => {
    const io = captureIo();
    const genesis = sharedPath('data/chains/devnet-fjord/genesis.json.gz');
    const args = ['engine', '--genesis', genesis, '--datadir', folder, '--authrpc.port=0'];
    expect(await runCli([...args, ...flags], io)).toBe(2);
    expect(io.err()).toContain(message);
  });

  test.skipIf(lacksShared('data/chains'))(
    'error: nothing is written to a folder that another process uses',
    async () => {
      const datadir = join(folder, 'used');
      const other = await openLevel(join(datadir, 'engine'), 'datadir');
      const io = captureIo();
      const genesis = sharedPath('data/chains/devnet-fjord/genesis.json.gz');
      expect(await runCli(['engine', '--genesis', genesis, '--datadir', datadir], io)).toBe(2);
      expect(io.err()).toMatch(/`datadir`.* in use/);
      expect(readdirSync(datadir)).toEqual(['engine']);
      await other.close();
    },
  );

  test.skipIf(lacksShared('data/chains'))(
    'error: a damaged record, at start, as in a node with this engine',
    async () => {
      const chain = sharedPath('data/chains/devnet-fjord');
      const genesis = join(chain, 'genesis.json.gz');
      const datadir = join(folder, 'damaged');
      const json = readSharedJson('data/chains/devnet-fjord/genesis.json.gz');
      const store = await openLevelStore(join(datadir, 'engine'), 'datadir');
      await (await openEngine(parseGenesisJson(json), store)).close();
      const level = await openLevel(join(datadir, 'engine'), 'datadir');
      const heads = Buffer.from('h');
      const record = (await level.get(heads)) as Uint8Array;
      await level.put(heads, record.fill(0xff, 0, 1));
      await level.close();
      const l1 = ['--l1=http://127.0.0.1:1', '--l1.beacon.ignore', '--rpc.port=0'];
      const l1Chain = `--rollup.l1-chain-config=${join(chain, 'l1-config.json')}`;
      const node = ['node', `--rollup.config=${join(chain, 'rollup.json')}`, l1Chain, ...l1];
      for (const command of [['engine', '--authrpc.port=0'], node]) {
        const io = captureIo();
        const args = [...command, `--genesis=${genesis}`, `--datadir=${datadir}`];
        expect(await runCli(args, io), command[0]).toBe(2);
        expect(io.err()).toContain('the record of the heads is damaged: its checksum does not fit');
        expect(io.err()).toContain(`Remove \`${join(datadir, 'engine')}\` and start again`);
      }
    },
  );

  test.skipIf(lacksShared('data/chains')).each(['authrpc', 'http', 'ws'])(
    'error: the port of %s is taken',
    async (way) => {
      const other = createServer();
      const { port } = await listen(other);
      const io = captureIo();
      const genesis = sharedPath('data/chains/devnet-fjord/genesis.json.gz');
      const ports = ['authrpc', 'http', 'ws'].map((name) => `--${name}.port=0`);
      const flags = ['--datadir', join(folder, way), '--http', '--ws', ...ports];
      const args = ['engine', '--genesis', genesis, ...flags, `--${way}.port=${port}`];
      expect(await runCli(args, io)).toBe(2);
      expect(io.err()).toContain(`cannot listen on localhost:${port} (EADDRINUSE)`);
      expect(io.err()).toContain(`--${way}.port`);
      await closeServer(other);
    },
  );

  test.skipIf(lacksShared('data/chains'))(
    'behavior: killed again and again, it goes on where it was and ends on the same block',
    { timeout: 300_000 },
    async () => {
      const options = { kills: 2, seed: 7, blocks: 40 };
      const { lives, wrong } = await killEngine('every-fork-a', folder, options);
      expect(wrong).toEqual([]);
      expect(lives.length).toBeGreaterThan(0);
    },
  );
});
