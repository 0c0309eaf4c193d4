import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { deflateSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../src/cli/commands.ts';
import { networkNames } from '../src/protocol/registry/networks.ts';
import { concatBytes } from '../src/base/bytes.ts';
import { encodeRlp } from '../src/base/rlp.ts';
import type { RawBatch } from '../src/protocol/batchCodec.ts';
import { encodeFrames } from '../src/protocol/frame.ts';
import { encodeSingularBatch } from '../src/protocol/singularBatch.ts';

const ROOT = join(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const EXAMPLES = [...README.matchAll(/```ts\n([^]*?)```/g)].map((found) => found[1] as string);

/** What an example exports, run as it stands in the README. */
async function run(example: string): Promise<{ [name: string]: unknown }> {
  const built = await build({
    stdin: { contents: example, loader: 'ts', resolveDir: ROOT },
    alias: {
      'headwater/protocol': join(ROOT, 'src/protocol/index.ts'),
      'headwater/derive': join(ROOT, 'src/derive/index.ts'),
    },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'example',
    write: false,
    logLevel: 'silent',
  });
  const script = `${built.outputFiles[0]?.text}; example`;
  return runInContext(script, createContext({ Uint8Array })) as { [name: string]: unknown };
}

describe('README', () => {
  test('behavior: names every command', () => {
    for (const { name } of COMMANDS) expect(README, name).toContain(`| \`${name}`);
  });

  test('behavior: the first example reads the batches of a channel', async () => {
    const batches = [7n, 8n].map((timestamp) =>
      encodeSingularBatch({
        type: 'singular',
        parentHash: `0x${'11'.repeat(32)}`,
        epochNumber: 1n,
        epochHash: `0x${'22'.repeat(32)}`,
        timestamp,
        transactions: [],
      }),
    );
    const data = deflateSync(
      Buffer.concat(batches.map((batch) => encodeRlp(concatBytes(new Uint8Array([0]), batch)))),
    );
    const channelId = `0x${'ab'.repeat(16)}` as const;
    const parts = [data.subarray(0, 20), data.subarray(20)];
    const batcherData = parts.map((part, frameNumber) =>
      encodeFrames([{ channelId, frameNumber, data: part, isLast: frameNumber === 1 }]),
    );
    const { batchesOf } = await run(EXAMPLES[0] as string);
    const read = batchesOf as (data: readonly Uint8Array[]) => Iterable<RawBatch>;
    const times = [...read(batcherData)].map(
      (batch) => batch.type === 'singular' && batch.timestamp,
    );
    expect(times).toEqual([7n, 8n]);
  });

  test('behavior: the second example loads', async () => {
    expect(await run(EXAMPLES[1] as string)).toHaveProperty('derive');
  });
});

describe('CHANGELOG', () => {
  test('behavior: counts the networks rightly', () => {
    const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
    expect(changelog).toContain(`${networkNames().length} networks`);
  });
});
