import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { encodeJsonExact } from '../../../src/base/json.ts';
import { rollupConfigByNetwork } from '../../../src/protocol/registry/networks.ts';
import { toRollupConfigJson } from '../../../src/protocol/rollupConfigJson.ts';
import { captureIo } from '../../support/cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-flags-'));
  writeFileSync(join(folder, 'short.txt'), '0x1234');
  writeFileSync(join(folder, 'bad.json'), '{');
  writeFileSync(join(folder, 'object.json'), '{}');
  const onPrivateL1 = { ...rollupConfigByNetwork('op-mainnet'), l1ChainId: 900n };
  const privateJson = encodeJsonExact(toRollupConfigJson(onPrivateL1));
  writeFileSync(join(folder, 'private.json'), privateJson);
  const sepolia = { ...rollupConfigByNetwork('op-sepolia'), pectraBlobScheduleTime: undefined };
  writeFileSync(join(folder, 'sepolia.json'), encodeJsonExact(toRollupConfigJson(sepolia)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const L1 = ['--l1=http://127.0.0.1:1', '--l1.beacon=http://127.0.0.1:1'];
const CHAIN = ['--network=op-sepolia'];

/** Flags, and what the complaint must name: the flag at fault and what to do. */
const WRONG: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no flags', [], /`l1`.*L1 endpoint/],
  ['no chain', [...L1, '--l2=http://127.0.0.1:1'], /`network`.*--rollup\.config/],
  ['two chains', [...L1, '--network=op-sepolia', '--rollup.config=x'], /only one of/],
  ['an unknown network', [...L1, '--network=nonsense'], /`network`.*op-mainnet/],
  ['a mistyped network', [...L1, '--network=op-mainet'], /known networks, like op-mainnet/],
  [
    'a network that has left the registry',
    [...L1, '--network=base-mainnet'],
    /like race-mainnet, bob-mainnet.*, found `base-mainnet`, which has left/,
  ],
  [
    'two engines',
    [...L1, ...CHAIN, '--genesis=x', '--l2=http://127.0.0.1:1'],
    /`genesis`: expected only one of --l2 and --genesis, found both/,
  ],
  ['no engine', [...L1, ...CHAIN], /`l2`.*--genesis/],
  ['no secret', [...L1, ...CHAIN, '--l2=http://127.0.0.1:1'], /`l2\.jwt-secret`/],
  [
    'a secret that is not there',
    [...L1, ...CHAIN, '--l2=http://127.0.0.1:1', '--l2.jwt-secret=FOLDER/none.txt'],
    /`l2\.jwt-secret`.*none\.txt`: there is no such file/,
  ],
  [
    'a secret that is too short',
    [...L1, ...CHAIN, '--l2=http://127.0.0.1:1', '--l2.jwt-secret=FOLDER/short.txt'],
    /`l2\.jwt-secret`.*64 hex digits/,
  ],
  ['no beacon server', ['--l1=http://127.0.0.1:1', ...CHAIN], /`l1\.beacon`.*ignore/],
  ['an L1 that is no URL', ['--l1=nonsense', ...CHAIN], /`l1`.*URLs/],
  ['a duration without unit', [...L1, ...CHAIN, '--l1.http-poll-interval=12'], /poll-interval/],
  [
    'a duration beyond any timer',
    [...L1, ...CHAIN, '--l1.http-poll-interval=99999999999h'],
    /poll-interval.*at most 596h/,
  ],
  ['a port of the RPC', [...L1, ...CHAIN, '--rpc.port=70000'], /`rpc\.port`.*0 to 65535/],
  ['a port of the metrics', [...L1, ...CHAIN, '--metrics.port=70000'], /`metrics\.port`.*65535/],
  ['an unknown engine kind', [...L1, ...CHAIN, '--l2.enginekind=besu'], /geth, reth, erigon/],
  ['an unknown rpc kind', [...L1, ...CHAIN, '--l1.rpckind=nonsense'], /alchemy/],
  ['an unknown sync mode', [...L1, ...CHAIN, '--syncmode=nonsense'], /consensus-layer/],
  [
    'a sync of the embedded engine',
    [...L1, ...CHAIN, '--genesis=x.json', '--syncmode=execution-layer'],
    /has no peers to sync from/,
  ],
  ['an unknown log level', [...L1, ...CHAIN, '--log.level=loud'], /`log\.level`/],
  ['an unknown log format', [...L1, ...CHAIN, '--log.format=xml'], /`log\.format`/],
  [
    'alt-DA',
    [...L1, ...CHAIN, '--altda.enabled'],
    /`altda\.enabled`: expected the flag left out.*not supported, found `true`/,
  ],
  [
    'a conductor without a sequencer',
    [...L1, ...CHAIN, '--conductor.enabled'],
    /sequencer\.enabled/,
  ],
  [
    'a Sepolia chain without its late blob schedule',
    [...L1, '--rollup.config=FOLDER/sepolia.json', '--l2=http://127.0.0.1:1'],
    /`pectra_blob_schedule_time`.*override/,
  ],
  [
    'a config that is another file',
    [...L1, '--rollup.config=FOLDER/object.json'],
    /--rollup\.config .*object\.json: `l2_chain_id`: expected/,
  ],
  [
    'a chain config of L1 without a blob schedule',
    [...L1, '--rollup.config=FOLDER/private.json', '--rollup.l1-chain-config=FOLDER/object.json'],
    /--rollup\.l1-chain-config .*object\.json: `blobSchedule`: expected/,
  ],
  ['a config that is no JSON', [...L1, '--rollup.config=FOLDER/bad.json'], /`rollup\.config`/],
];

describe('registerNode', () => {
  test.each(WRONG)('error: %s', async (_, flags, complaint) => {
    const io = captureIo();
    const args = flags.map((flag) => flag.replace('FOLDER', folder));
    expect(await runCli(['node', ...args], io)).toBe(2);
    expect(io.err()).toMatch(complaint);
  });

  test('error: an address that is not of this machine; the engine is not blamed', async () => {
    const io = captureIo();
    writeFileSync(join(folder, 'secret.txt'), '11'.repeat(32));
    const engine = ['--l2=http://127.0.0.1:1', `--l2.jwt-secret=${join(folder, 'secret.txt')}`];
    // Of a range that is kept for examples.
    const address = ['--rpc.addr=192.0.2.1', '--rpc.port=0'];
    expect(await runCli(['node', ...L1, ...CHAIN, ...engine, ...address], io)).toBe(2);
    expect(io.err()).toMatch(/192\.0\.2\.1:0 \(EADDRNOTAVAIL\).*--rpc\.addr/);
    expect(io.out()).not.toContain('genesis block');
  });

  test('error: a genesis that is not of the chain, told before an L1 is there', async () => {
    const io = captureIo();
    const genesis = join(folder, 'other.json');
    writeFileSync(genesis, '{"config":{"chainId":1,"karstTime":7}}');
    const flags = [`--genesis=${genesis}`, '--rpc.port=0', '--override.karst=1781712005'];
    expect(await runCli(['node', ...L1, ...CHAIN, ...flags], io)).toBe(2);
    expect(io.err()).toMatch(
      /`l2_chain_id`: expected 1, as `config\.chainId` of .*, found 11155420/,
    );
  });

  test('behavior: an unknown flag is refused', async () => {
    expect(await runCli(['node', '--nonsense=1'], captureIo())).toBe(2);
  });

  test('behavior: both prefixes of the environment are read', async () => {
    for (const prefix of ['OP_NODE', 'HEADWATER']) {
      const io = captureIo({
        env: { [`${prefix}_NETWORK`]: 'nonsense', OP_NODE_L1_ETH_RPC: L1_URL },
      });
      expect(await runCli(['node', '--l1.beacon.ignore'], io)).toBe(2);
      expect(io.err()).toMatch(/`network`.*`nonsense`/);
    }
  });

  test('behavior: names in the environment that belong to no flag are told', async () => {
    const io = captureIo({ env: { OP_NODE_NONSENSE: '1' } });
    await runCli(['node'], io);
    expect(io.out()).toMatch(/OP_NODE_NONSENSE/);
  });

  test('behavior: flags of peer-to-peer get one warning', async () => {
    const io = captureIo();
    await runCli(['node', '--p2p.listen.tcp=1', '--p2p.static=x', '--p2p.nat'], io);
    expect(io.out().match(/peer-to-peer/g)).toHaveLength(1);
  });
});

const L1_URL = 'http://127.0.0.1:1';
