import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { captureIo } from '../../support/cli.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';

const DEVNET = 'data/chains/devnet-fjord';

/** The parts of a recorded line that the tests damage. */
type Line = {
  block: { gasUsed: string; hash: string; timestamp: string };
  outputRoot: string;
  receipts: unknown[];
  blobs: { blob: string }[];
};

async function run(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const io = captureIo();
  const exitCode = await runCli(args, io);
  return { exitCode, out: io.out(), err: io.err() };
}

function lastJson(out: string): Record<string, unknown> {
  return JSON.parse(out.trimEnd().split('\n').at(-1) as string) as Record<string, unknown>;
}

describe('registerReplay', () => {
  test('error: a folder that is not there is unreadable input', async () => {
    const { exitCode, err } = await run('replay', '/nonexistent/chain');
    expect(exitCode).toBe(2);
    expect(err).toContain('/nonexistent/chain');
  });

  test('error: no folder at all is wrong usage', async () => {
    expect((await run('replay')).exitCode).toBe(2);
  });
});

describe.skipIf(lacksShared(DEVNET))('registerReplay on devnet-fjord', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-replay-'));
    cpSync(sharedPath(DEVNET), folder, { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Changes line `line` of a gzipped file of JSON lines. */
  function edit(name: string, line: number, change: (json: Line) => void): void {
    const file = join(folder, name);
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
    const json = JSON.parse(lines[line - 1] as string) as Line;
    change(json);
    lines[line - 1] = JSON.stringify(json);
    rmSync(file, { force: true });
    writeFileSync(file, gzipSync(`${lines.join('\n')}\n`));
  }

  test('default: all 22 block hashes and output roots are equal', async () => {
    const { exitCode, out } = await run('replay', folder, '--json');
    expect(exitCode).toBe(0);
    expect(lastJson(out)).toMatchObject({
      ok: true,
      l1Blocks: 12,
      l2Blocks: 21,
      compared: 22,
      notCompared: 0,
      safeHead: { number: 21 },
      firstDifference: null,
    });
  });

  test('behavior: people get the same in words', async () => {
    const { exitCode, out } = await run('replay', folder);
    expect(exitCode).toBe(0);
    expect(out).toContain('equal          22 block hashes and output roots');
  });

  test('behavior: without a recorded L2 nothing is compared', async () => {
    rmSync(join(folder, 'l2.ndjson.gz'), { force: true });
    const { exitCode, out } = await run('replay', folder, '--json');
    expect(exitCode).toBe(0);
    expect(lastJson(out)).toMatchObject({ ok: true, l2Blocks: 21, compared: 0, notCompared: 22 });
  });

  test('error: the first different header field is named', async () => {
    edit('l2.ndjson.gz', 8, (json) => {
      json.block.gasUsed = '0x1';
      json.block.hash = `0x${'11'.repeat(32)}`;
    });
    const { exitCode, out } = await run('replay', folder, '--json');
    expect(exitCode).toBe(1);
    expect(lastJson(out)).toMatchObject({
      ok: false,
      firstDifference: { block: '7', field: 'header.gasUsed', expected: '1' },
    });
  });

  test('error: an output root alone can be different', async () => {
    edit('l2.ndjson.gz', 3, (json) => {
      json.outputRoot = `0x${'22'.repeat(32)}`;
    });
    const { exitCode, out } = await run('replay', folder, '--json');
    expect(exitCode).toBe(1);
    expect(lastJson(out)['firstDifference']).toMatchObject({ block: '2', field: 'outputRoot' });
  });

  test('error: a recorded block that the L1 does not give is a difference', async () => {
    const file = join(folder, 'l2.ndjson.gz');
    const text = gunzipSync(readFileSync(file)).toString('utf8');
    rmSync(file, { force: true });
    writeFileSync(file, gzipSync(`${text}${text.trimEnd().split('\n').at(-1)}\n`));
    const { exitCode, out } = await run('replay', folder, '--json');
    expect(exitCode).toBe(1);
    expect(lastJson(out)['firstDifference']).toMatchObject({ block: '22', field: 'block' });
  });

  test('error: derived blocks that the recorded L2 lacks are a difference, counted', async () => {
    const file = join(folder, 'l2.ndjson.gz');
    const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(0, 10);
    rmSync(file, { force: true });
    writeFileSync(file, gzipSync(`${lines.join('\n')}\n`));
    const { exitCode, out } = await run('replay', folder, '--json');
    expect(exitCode).toBe(1);
    expect(lastJson(out)).toMatchObject({
      ok: false,
      l2Blocks: 21,
      compared: 10,
      notCompared: 12,
      firstDifference: {
        block: '10',
        field: 'block',
        expected: `none: \`${file}\` ends before it`,
      },
    });
    const { out: text } = await run('replay', folder);
    expect(text).toContain('equal          10 blocks before, 12 not compared');
  });

  test('error: a header that does not hash to its hash is refused by line', async () => {
    edit('l1.ndjson.gz', 4, (json) => {
      json.block.timestamp = '0x1';
    });
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l1.ndjson.gz, line 4');
  });

  test('error: a blob that is not the one named is refused by line', async () => {
    const line = 7;
    edit('l1.ndjson.gz', line, (json) => {
      const [blob] = json.blobs;
      if (blob === undefined) throw new Error('expected a blob in this line');
      blob.blob = `0x00${blob.blob.slice(4, 200)}ff${blob.blob.slice(202)}`;
    });
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain(`l1.ndjson.gz, line ${line}`);
  });

  test('error: receipts that do not match their root are refused by line', async () => {
    edit('l1.ndjson.gz', 7, (json) => {
      json.receipts = [];
    });
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l1.ndjson.gz, line 7');
  });

  test('error: a missing L1 block breaks the chain', async () => {
    const file = join(folder, 'l1.ndjson.gz');
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
    lines.splice(4, 1);
    rmSync(file, { force: true });
    writeFileSync(file, gzipSync(`${lines.join('\n')}\n`));
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l1.ndjson.gz, line 5: expected L1 block 13');
  });

  test('error: a line that is no JSON is unreadable input', async () => {
    const file = join(folder, 'l1.ndjson.gz');
    const text = gunzipSync(readFileSync(file)).toString('utf8');
    rmSync(file, { force: true });
    writeFileSync(file, gzipSync(text.replace('\n', '\n{"block":\n')));
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l1.ndjson.gz, line 2: expected JSON');
  });

  test('error: a gzip file cut short is unreadable input', async () => {
    const file = join(folder, 'l1.ndjson.gz');
    const bytes = readFileSync(file);
    rmSync(file, { force: true });
    writeFileSync(file, bytes.subarray(0, bytes.length / 2));
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l1.ndjson.gz');
  });

  test('error: a recorded L2 line in another form is refused by line', async () => {
    edit('l2.ndjson.gz', 3, (json) => {
      json.block = null as never;
    });
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l2.ndjson.gz, line 3: block: expected an object, found null');
  });

  test('error: a blob that the recording lacks is told by line', async () => {
    edit('l1.ndjson.gz', 7, (json) => {
      json.blobs = [];
    });
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l1.ndjson.gz, line 7: L1 block 15 names blobs');
  });

  test('error: a blob without its fields is refused by line', async () => {
    edit('l1.ndjson.gz', 7, (json) => {
      json.blobs = [null as never];
    });
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('l1.ndjson.gz, line 7: expected `versionedHash` and `blob`');
  });

  test.each(['l1.ndjson.gz', 'l2.ndjson.gz'])('error: an empty %s', async (name) => {
    rmSync(join(folder, name), { force: true });
    writeFileSync(join(folder, name), gzipSync(''));
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/expected L[12] blocks in `.*`, found none/);
  });

  test('error: a missing file is named', async () => {
    rmSync(join(folder, 'genesis.json.gz'), { force: true });
    const { exitCode, err } = await run('replay', folder);
    expect(exitCode).toBe(2);
    expect(err).toContain('genesis.json');
  });
});

describe.each([
  ['every-fork-a', 285, 640],
  ['every-fork-c', 72, 460],
])('registerReplay on %s', (name, l1Blocks, l2Blocks) => {
  const path = `data/chains/${name}`;
  test.skipIf(lacksShared(path))(
    'every block from genesis through all forks is equal',
    async () => {
      const { exitCode, out } = await run('replay', sharedPath(path), '--json');
      expect(lastJson(out)).toMatchObject({
        ok: true,
        l1Blocks,
        l2Blocks,
        compared: l2Blocks + 1,
        firstDifference: null,
      });
      expect(exitCode).toBe(0);
    },
  );
});
