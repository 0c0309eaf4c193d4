import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** A pure entry bundled for a browser, as a script that leaves its exports in `library`. */
async function bundle(entry: string): Promise<string> {
  const built = await build({
    entryPoints: [join(ROOT, 'src', entry)],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'library',
    write: false,
    logLevel: 'silent',
  });
  return built.outputFiles[0]?.text ?? '';
}

/** Value of an expression in a world that has the language and nothing else. */
function runAlone(script: string, expression: string): unknown {
  return runInContext(`${script}; ${expression}`, createContext({}));
}

describe('headwater/protocol', () => {
  test('behavior: runs without Node, in less than 100 kB', async () => {
    const script = await bundle('protocol/index.ts');
    expect(gzipSync(script).length).toBeLessThan(100_000);
    const hash = `library.keccak256Hex(new Uint8Array())`;
    expect(runAlone(script, hash)).toMatch(/^0xc5d2460186f7233c/);
    const name = `library.rollupConfigByNetwork('op-mainnet').l2ChainId.toString()`;
    expect(runAlone(script, name)).toBe('10');
  });

  test('behavior: a frame goes out and comes back', async () => {
    const script = await bundle('protocol/index.ts');
    const id = `0x${'ab'.repeat(16)}`;
    const body = 'frameNumber: 3, data: new Uint8Array([1, 2]), isLast: true';
    const frame = `{ channelId: '${id}', ${body} }`;
    const expression = `JSON.stringify(library.decodeFrames(library.encodeFrames([${frame}])))`;
    expect(runAlone(script, expression)).toContain('"frameNumber":3');
  });
});

describe('headwater/derive', () => {
  test('behavior: runs without Node, in less than 150 kB', async () => {
    const script = await bundle('derive/index.ts');
    expect(gzipSync(script).length).toBeLessThan(150_000);
    expect(runAlone(script, 'typeof library.next')).toBe('function');
  });
});

describe('headwater/brotli', () => {
  test('behavior: runs without Node, in less than 80 kB', async () => {
    const script = await bundle('base/brotli/brotli.ts');
    expect(gzipSync(script).length).toBeLessThan(80_000);
    // "hello" in a block that is not compressed, then the end.
    const stream = 'new Uint8Array([0x0b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03])';
    const expression = `JSON.stringify(library.decompressBrotliPure(${stream}, 10))`;
    expect(runAlone(script, expression)).toContain('"ending":"clean"');
  });
});
