import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BATCHER_FLAGS, batcherConfig } from '../../src/cli/batcherFlags.ts';
import { parseDurationMs, readGoFlags } from '../../src/cli/goFlags.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

const HELP = 'golden/node/op-batcher-help.txt';

/** Name, default and environment variable of each flag in the help text of op-batcher. */
function recordedFlags(): { name: string; standard: string; env: string }[] {
  const text = readFileSync(sharedPath(HELP), 'utf8');
  const line = /^ {4}--([a-z0-9.-]+)(?: value)? +(?:\(default: (.*?)\))? +\(\$(\w+)\)$/gm;
  return [...text.matchAll(line)].map(([, name, standard, env]) => ({
    name: name as string,
    standard: (standard ?? '').replace(/^"|"$/g, ''),
    env: env as string,
  }));
}

describe.skipIf(lacksShared(HELP))('BATCHER_FLAGS', () => {
  test('default: the same names, defaults and environment as op-batcher', () => {
    const recorded = recordedFlags();
    expect(recorded.length).toBeGreaterThan(80);
    for (const { name, standard, env } of recorded) {
      const flag = BATCHER_FLAGS.find((known) => known.name === name);
      expect(flag, name).toBeDefined();
      const ownEnv = flag?.env ?? name.toUpperCase().replace(/[-.]/g, '_');
      expect(`OP_BATCHER_${ownEnv}`, name).toBe(env);
      if (name === 'txmgr.cell-proof-time') continue;
      if (name === 'rpc.addr' || name === 'metrics.addr') {
        // On purpose: nothing listens beyond this machine unless it is told to.
        expect(flag?.standard, name).toBe('127.0.0.1');
        continue;
      }
      if (flag?.kind === 'duration') {
        const ms = parseDurationMs(standard, name);
        expect(parseDurationMs(flag.standard ?? '0', name), name).toBe(ms);
      } else if (flag?.kind === 'boolean') expect(flag.standard ?? 'false', name).toBe(standard);
      else expect(flag?.standard ?? '', name).toBe(standard);
    }
  });
});

function valuesWith(change: { readonly [name: string]: string }) {
  const standards = BATCHER_FLAGS.map(({ name, standard }) => [name, standard]);
  const given: Record<string, unknown> = { ...Object.fromEntries(standards), ...change };
  const camel = Object.entries(given).map(([name, value]) => [
    name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return readGoFlags(Object.fromEntries(camel));
}

describe('batcherConfig', () => {
  test('default: op-batcher’s', () => {
    expect(batcherConfig(valuesWith({}))).toEqual({
      channel: {
        batchType: 'singular',
        algorithm: 'zlib',
        compressor: 'shadow',
        approxComprRatio: 0.6,
        maxL1TxSizeBytes: 120_000,
        targetNumFrames: 1,
        maxChannelDuration: 0n,
        subSafetyMargin: 10n,
        maxBlocksPerSpanBatch: 0,
      },
      daType: 'calldata',
      pollIntervalMs: 6000,
      maxPendingTxs: 1,
    });
  });

  test('behavior: batch types by number, brotli without a level', () => {
    const config = batcherConfig(valuesWith({ 'batch-type': '1', 'compression-algo': 'brotli' }));
    expect(config.channel).toMatchObject({ batchType: 'span', algorithm: 'brotli-10' });
  });

  test.each([
    ['compression-algo', 'gzip'],
    ['target-num-frames', '0'],
    ['approx-compr-ratio', '1.5'],
    ['max-l1-tx-size-bytes', '20'],
    ['altda.enabled', 'true'],
  ])('error: %s %s', (name, value) => {
    expect(() => batcherConfig(valuesWith({ [name]: value }))).toThrow(name);
  });
});
