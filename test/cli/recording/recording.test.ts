import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/exit.ts';
import { openRecording, readGenesis } from '../../../src/cli/recording/recording.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const DEVNET = 'data/chains/devnet-fjord';

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
});
