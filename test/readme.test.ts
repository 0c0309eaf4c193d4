import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { deflateSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { BATCHER_FLAGS } from '../src/cli/batcherFlags.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import { PROPOSER_FLAGS } from '../src/cli/commands/proposer.ts';
import { ENGINE_FLAGS, IDLE_ENGINE_FLAGS } from '../src/cli/engineFlags.ts';
import type { GoFlag } from '../src/cli/goFlags.ts';
import { ALL_NODE_FLAGS } from '../src/cli/nodeFlags.ts';
import { runCli } from '../src/cli/program.ts';
import { MOST_PARAMS } from '../src/execution/server/paramCounts.ts';
import { createMetrics } from '../src/node/metrics.ts';
import type { RollupNode } from '../src/node/node.ts';
import { adminMethods } from '../src/node/rpc/admin.ts';
import { headwaterMethods } from '../src/node/rpc/headwater.ts';
import { optimismMethods } from '../src/node/rpc/optimism.ts';
import { superrootMethods } from '../src/node/rpc/superroot.ts';
import type { NodePast } from '../src/node/why.ts';
import { networkNames } from '../src/protocol/registry/networks.ts';
import { concatBytes } from '../src/base/bytes.ts';
import { encodeRlp } from '../src/base/rlp.ts';
import type { RawBatch } from '../src/protocol/batchCodec.ts';
import { encodeFrames } from '../src/protocol/frame.ts';
import { encodeSingularBatch } from '../src/protocol/singularBatch.ts';
import { captureIo } from './support/cli.ts';

const ROOT = join(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const EXAMPLES = [...README.matchAll(/```ts\n([^]*?)```/g)].map((found) => found[1] as string);

/** What an example exports, run as it stands in the README. */
async function run(example: string, world: object = {}): Promise<{ [name: string]: unknown }> {
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
  return runInContext(script, createContext({ Uint8Array, ...world })) as {
    [name: string]: unknown;
  };
}

/** A flag as the tables have it. */
function rowOf({ name, kind, env, standard, about }: GoFlag): string {
  const variable = env ?? name.toUpperCase().replace(/[-.]/g, '_');
  const absent = kind === 'boolean' ? 'off' : '';
  const preset = standard === undefined ? absent : `\`${standard}\``;
  return `| \`${name}\` | \`${variable}\` | ${preset} | ${about} |`;
}

describe('README', () => {
  test('behavior: names every command', () => {
    for (const { name } of COMMANDS) expect(README, name).toContain(`| \`${name}`);
  });

  test.each([
    ['node', ALL_NODE_FLAGS],
    ['engine', [...ENGINE_FLAGS, ...IDLE_ENGINE_FLAGS]],
    ['batcher', BATCHER_FLAGS],
    ['proposer', PROPOSER_FLAGS],
  ])('behavior: has every flag of %s with its variable', (_, flags) => {
    const text = README.replaceAll(/\s+/g, ' ');
    for (const { name, env = name.toUpperCase().replace(/[-.]/g, '_') } of flags) {
      expect(text, name).toMatch(new RegExp(`\`${name}\`( \\(| \\| )\`${env}\``));
    }
  });

  test('behavior: has the default and meaning of every flag in a table, and no others', () => {
    const flags = [
      ...ALL_NODE_FLAGS,
      ...ENGINE_FLAGS,
      ...IDLE_ENGINE_FLAGS,
      ...BATCHER_FLAGS,
      ...PROPOSER_FLAGS,
    ];
    const rows = new Set(flags.map(rowOf));
    const listed = README.match(/^\| `[a-z\d.-]+` \| `[A-Z\d_]+` \|.*$/gm) ?? [];
    expect(listed.length).toBeGreaterThan(180);
    for (const row of listed) expect(rows, row).toContain(row);
  });

  test.each(COMMANDS.map(({ name }) => name))('behavior: has every option of %s', async (name) => {
    const io = captureIo();
    await runCli([name, '--help'], io);
    for (const [, option] of io.out().matchAll(/^ {2}--([a-z\d.-]+)/gm)) {
      expect(README, option).toMatch(new RegExp(`(--|\`)${option}\\b`));
    }
  });

  test('behavior: names every method of the engine, families by their first or last', () => {
    for (const method of Object.keys(MOST_PARAMS)) {
      const [namespace, name = ''] = method.split('_');
      const family = [name.replace(/V\d$/, 'V1…'), `…${/By[A-Z].*/.exec(name)?.[0]}`];
      const isNamed = [name, method, ...family].some((form) => README.includes(`\`${form}`));
      expect(isNamed, `${namespace}_${name}`).toBe(true);
    }
  });

  test('behavior: names every method of the node', () => {
    // Nothing is asked of the node before a method is called.
    const node = {} as RollupNode;
    const past = {} as NodePast;
    const methods = {
      ...optimismMethods(node, { version: '', hasSafeHeadDb: true }),
      ...superrootMethods(node),
      ...headwaterMethods(node, past),
      ...adminMethods(node, undefined, () => {}),
    };
    expect(Object.keys(methods).length).toBeGreaterThan(15);
    for (const name of Object.keys(methods)) expect(README, name).toContain(`\`${name}\``);
  });

  test('behavior: names every metric of the node', () => {
    const { registry } = createMetrics('');
    for (const { name } of registry.getMetricsAsArray()) {
      const own = /^op_node_default_(?!last_)(.*)$/.exec(name)?.[1];
      if (own !== undefined) expect(README, own).toContain(`\`${own}\``);
    }
  });

  /** A flag, and where its words are listed: in its row, or below the tables. */
  test.each([
    ['node', 'l2.enginekind', '| `l2.enginekind`'],
    ['node', 'syncmode', '| `syncmode`'],
    ['node', 'log.level', 'Log levels:'],
    ['node', 'log.format', 'Log formats:'],
    ['batcher', 'batch-type', '| `batch-type`'],
    ['batcher', 'compressor', '| `compressor`'],
    ['batcher', 'compression-algo', '| `compression-algo`'],
    ['batcher', 'data-availability-type', '| `data-availability-type`'],
    ['batcher', 'throttle.controller-type', '| `throttle.controller-type`'],
  ])('behavior: has every word that %s takes for --%s', async (command, flag, place) => {
    const io = captureIo();
    expect(await runCli([command, `--${flag}=nonsense`], io)).toBe(2);
    const [, words = ''] = /expected one of (.*?), found/.exec(io.err()) ?? [];
    expect(words, io.err()).not.toBe('');
    const [listed = ''] = README.slice(README.indexOf(place)).split(/\n(?:\n|\|)/);
    for (const word of words.split(', ')) {
      expect(listed.match(/[\w-]+/g), flag).toContain(word);
    }
  });

  test('behavior: the example without types runs', async () => {
    const [, script = ''] = /```js\n([^]*?)```/.exec(README) ?? [];
    const lines: string[] = [];
    const log = (...words: readonly unknown[]): void => void lines.push(words.join(' '));
    await run(script, { console: { log } });
    expect(lines[0]).toBe('chain 10');
    expect(lines).toContain('jovian     1764691201');
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
