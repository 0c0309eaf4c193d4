import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/exit.ts';
import { openRecording, readGenesis } from '../../../src/cli/recording/recording.ts';
import { FORKS } from '../../../src/protocol/forks.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const DEVNET = 'data/chains/devnet-fjord';

/** So that an early fork may be late without being later than the next. */
const NO_FORKS = Object.fromEntries(FORKS.map((fork) => [`${fork}_time`, undefined]));

/** Seconds, after any genesis of a recording. */
const LATE = 4_000_000_000;

describe.skipIf(lacksShared(DEVNET))('openRecording', () => {
  let folder: string;
  const open = () => openRecording(folder, () => {});

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-recording-'));
    cpSync(sharedPath(DEVNET), folder, { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function replace(name: string, content: string | Uint8Array): void {
    rmSync(join(folder, name), { force: true });
    writeFileSync(join(folder, name), content);
  }

  test('default: each file gzipped or not', () => {
    const { rollup } = open();
    const packed = readFileSync(join(folder, 'rollup.json'));
    replace('rollup.json.gz', gzipSync(packed));
    rmSync(join(folder, 'rollup.json'), { force: true });
    replace('l2.ndjson', gunzipSync(readFileSync(join(folder, 'l2.ndjson.gz'))));
    rmSync(join(folder, 'l2.ndjson.gz'), { force: true });
    expect(open().rollup).toEqual(rollup);
    expect(open().l2File).toBe(join(folder, 'l2.ndjson'));
  });

  test.each([
    ['rollup.json', '{"genesis":7}', '`l2_chain_id`: expected an integer'],
    ['rollup.json', '{', 'expected JSON'],
    ['l1-config.json', '{"chainId":"x"}', 'chainId'],
  ])('error: %s of %s', (name, content, reason) => {
    replace(name, content);
    expect(open).toThrow(UsageError);
    expect(open).toThrow(join(folder, name));
    expect(open).toThrow(reason);
  });

  test('error: a genesis that cannot be used, by its name', () => {
    const recording = open();
    replace('genesis.json.gz', gzipSync('{"config":{},"alloc":[]}'));
    expect(() => readGenesis(recording)).toThrow(UsageError);
    expect(() => readGenesis(recording)).toThrow(join(folder, 'genesis.json.gz'));
  });

  test.each([
    ['l2_chain_id', 1338, '1337, as `config.chainId` of '],
    ['canyon_time', LATE, '0, as `config.canyonTime` of '],
    ['regolith_time', LATE, '0, as `config.regolithTime` of '],
  ])('error: %s of the rollup config is not that of the genesis', (field, value, expected) => {
    const json = JSON.parse(readFileSync(join(folder, 'rollup.json'), 'utf8')) as object;
    replace(
      'rollup.json',
      JSON.stringify({ ...json, ...NO_FORKS, regolith_time: 0, [field]: value }),
    );
    const read = () => readGenesis(open());
    expect(read).toThrow(UsageError);
    expect(read).toThrow(`rollup.json: \`${field}\`: expected ${expected}`);
    expect(read).toThrow(`genesis.json.gz says, found ${value}`);
  });

  test('error: the time of a fork of L1 in the genesis is not that of its fork here', () => {
    changeGenesis({ canyonTime: null, shanghaiTime: `0x${LATE.toString(16)}` });
    expect(() => readGenesis(open())).toThrow(
      `\`canyon_time\`: expected ${LATE}, as \`config.shanghaiTime\``,
    );
  });

  test('behavior: fork times that only one of both names are taken', () => {
    changeGenesis({ fjordTime: undefined, ecotoneTime: null, jovianTime: 99 });
    expect(readGenesis(open()).config.forkTimes).toMatchObject({ fjord: 0n, ecotone: 0n });
  });

  function changeGenesis(change: object): void {
    const file = join(folder, 'genesis.json.gz');
    const json = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { config: object };
    const config = { ...json.config, ...change };
    replace('genesis.json.gz', gzipSync(JSON.stringify({ ...json, config })));
  }
});
