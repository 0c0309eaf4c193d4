import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes } from '../../../src/base/bytes.ts';
import { keccak256Hex } from '../../../src/base/hash.ts';
import { encodeRlp } from '../../../src/base/rlp.ts';
import type { Report, ReportedSpan } from '../../../src/cli/decode/report.ts';
import { runCli } from '../../../src/cli/program.ts';
import { compressChannel } from '../../../src/native/compress.ts';
import { encodeBlob } from '../../../src/protocol/blob.ts';
import { encodeFrames } from '../../../src/protocol/frame.ts';
import { encodeSingularBatch } from '../../../src/protocol/singularBatch.ts';
import { type Expected, readSharedJson } from '../../support/batches.ts';
import { captureIo } from '../../support/cli.ts';
import { lacksShared, sharedPath } from '../../support/shared.ts';
import { SPAN_BYTES, SPAN_TXS } from '../../support/spanVector.ts';

const ID = `0x${'0a'.repeat(16)}` as const;
const SINGULAR = encodeRlp(
  concatBytes(
    Uint8Array.of(0),
    encodeSingularBatch({
      type: 'singular',
      parentHash: `0x${'11'.repeat(32)}`,
      epochNumber: 2n ** 64n - 1n,
      epochHash: `0x${'22'.repeat(32)}`,
      timestamp: 1686069003n,
      transactions: SPAN_TXS.slice(0, 1),
    }),
  ),
);
const SPAN = encodeRlp(concatBytes(Uint8Array.of(1), SPAN_BYTES));
const CHANNEL = compressChannel(concatBytes(SINGULAR, SPAN), 'brotli-9');
/** The channel cut into two frames, each its own piece of batcher data. */
const HALVES = [CHANNEL.subarray(0, 100), CHANNEL.subarray(100)].map((data, frameNumber) =>
  encodeFrames([{ channelId: ID, frameNumber, data, isLast: frameNumber === 1 }]),
) as [Uint8Array, Uint8Array];

async function decode(input: string, ...args: string[]) {
  const io = captureIo({ input });
  const exitCode = await runCli(['decode', ...args], io);
  return { exitCode, out: io.out(), err: io.err() };
}

async function decodeJson(
  input: string,
  ...args: string[]
): Promise<Report & { exitCode: number }> {
  const { out, exitCode } = await decode(input, '--json', ...args);
  return { ...(JSON.parse(out) as Report), exitCode };
}

describe('headwater decode', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-decode-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('default: hex lines from stdin, channels joined over them', async () => {
    const input = HALVES.map(bytesToHex).join('\n');
    const { ok, exitCode, pieces, channels } = await decodeJson(input, '--network', 'op-mainnet');
    expect([ok, exitCode]).toEqual([true, 0]);
    expect(pieces.map(({ kind, frames }) => [kind, frames.length])).toEqual([
      ['data', 1],
      ['data', 1],
    ]);
    const [channel, ...others] = channels;
    expect(others).toEqual([]);
    expect(channel).toMatchObject({ channelId: ID, compression: 'brotli', ending: 'clean' });
    const [singular, span] = channel?.batches ?? [];
    expect(singular).toMatchObject({ type: 'singular', epochNumber: '18446744073709551615' });
    const blocks = (span as ReportedSpan | undefined)?.blocks ?? [];
    expect(blocks.map(({ timestamp }) => timestamp)).toEqual([1686069003, 1686069005, 1686069007]);
    const hashes = blocks.flatMap(({ transactions }) => transactions ?? []).map(({ hash }) => hash);
    expect(hashes).toEqual(SPAN_TXS.map(keccak256Hex));
  });

  test('behavior: binary files, a blob and a channel are told by their bytes', async () => {
    const file = join(folder, 'piece');
    for (const [bytes, kind] of [
      [HALVES[0], 'data'],
      [encodeBlob(HALVES[0]), 'blob'],
      [CHANNEL, 'channel'],
    ] as const) {
      writeFileSync(file, bytes);
      expect((await decodeJson('', file)).pieces.map((piece) => piece.kind)).toEqual([kind]);
    }
    expect((await decodeJson('', file, '--as', 'data')).ok).toBe(false);
  });

  test('behavior: lines for people, with what the chain adds', async () => {
    const hex = bytesToHex(CHANNEL);
    const plain = await decode(hex);
    expect(plain.exitCode).toBe(0);
    expect(plain.out).toContain('batch 0  singular');
    expect(plain.out).toContain('2023-06-06T16:30:03Z');
    expect(plain.out).toContain('name the chain');
    expect(plain.out).not.toContain(keccak256Hex(SPAN_TXS[3] as Uint8Array));
    const known = await decode(hex, '--network', 'op-mainnet', '--senders', '--raw');
    expect(known.out).toContain(keccak256Hex(SPAN_TXS[3] as Uint8Array));
    expect(known.out).toContain(bytesToHex(SPAN_TXS[3] as Uint8Array));
    expect(known.out).toMatch(/from (0x[0-9a-f]{40}|\(invalid signature\))/);
    expect(known.out).toContain('whole: 1 channel, 2 batches, 4 L2 blocks, 5 transactions');
  });

  test('behavior: broken input is shown up to where it breaks', async () => {
    const cut = concatBytes(...HALVES).subarray(0, -40);
    const { exitCode, out } = await decode(bytesToHex(HALVES[0]));
    expect(exitCode).toBe(1);
    expect(out).toContain('BROKEN  channel: expected frame 1');
    expect((await decode(bytesToHex(cut))).out).toContain('BROKEN  frames at byte');
    const zlib = compressChannel(concatBytes(SINGULAR, Uint8Array.of(7)), 'zlib');
    const broken = await decodeJson(bytesToHex(zlib));
    expect([broken.ok, broken.exitCode, broken.channels[0]?.batches.length]).toEqual([false, 1, 1]);
    expect(broken.channels[0]?.faults).toMatchObject([{ stage: 'batch', offset: SINGULAR.length }]);
    const blob = encodeBlob(HALVES[0]);
    blob[1] = 1;
    const { pieces } = await decodeJson(bytesToHex(blob));
    expect(pieces[0]?.fault).toMatchObject({ stage: 'blob', code: 'blobVersion' });
  });

  test('behavior: digits and prefix in capitals, in quotes, after spaces', async () => {
    const hex = bytesToHex(CHANNEL);
    const { out } = await decode(hex);
    expect((await decode(` "0X${hex.slice(2).toUpperCase()}"\r\n`)).out).toBe(out);
  });

  test('behavior: a stream that does not end well says how', async () => {
    const hex = bytesToHex(compressChannel(SINGULAR, 'zlib'));
    expect((await decode(hex.slice(0, -8))).out).toContain('(the stream has no end)');
    const torn = `${hex.slice(0, -20)}${'ff'.repeat(6)}${hex.slice(-8)}`;
    expect((await decode(torn)).out).toContain('(the stream is corrupt behind them)');
  });

  test('error: two chains at once', async () => {
    const { exitCode, err } = await decode('00', '--network', 'op-mainnet', '--rollup.config', 'x');
    expect(exitCode).toBe(2);
    expect(err).toContain("cannot be used with option '--network <name>'");
  });

  test('error: usage and unreadable input', async () => {
    const hex = bytesToHex(CHANNEL);
    expect(await decode('')).toMatchObject({ exitCode: 2, out: '' });
    expect((await decode('0x123')).err).toContain('line 1: expected bytes in hex, found an odd');
    expect((await decode('12\n 0x12z4')).err).toContain(
      'line 2: expected bytes in hex, found `z` ',
    );
    expect((await decode('hello world')).err).toContain('found `h` in column 1');
    expect((await decode(hex, folder)).err).toContain('it is a folder, not a file');
    expect((await decode(hex, '--rollup.config', folder)).exitCode).toBe(2);
    expect((await decode('', join(folder, 'none'))).err).toContain('there is no such file');
    expect((await decode(hex, '--network', 'none')).err).toContain('expected one of');
    expect((await decode(hex, '--senders')).err).toContain('--senders needs --network');
    expect((await decode(hex, '--as', 'song')).exitCode).toBe(2);
    const config = join(folder, 'rollup.json');
    writeFileSync(config, '{');
    expect((await decode(hex, '--rollup.config', config)).exitCode).toBe(2);
    writeFileSync(config, '[]');
    expect((await decode(hex, '--rollup.config', config)).err).toContain(`${config}: `);
  });
});

describe.skipIf(lacksShared('data/batches'))('headwater decode on real batcher data', () => {
  test('a span of OP Sepolia', async () => {
    const name = 'op-sepolia-span-dec2023-calldata';
    const file = sharedPath(`data/batches/${name}.hex`);
    const { exitCode, channels } = await decodeJson('', file, '--network', 'op-sepolia');
    expect(exitCode).toBe(0);
    const expected = readSharedJson<Expected>(`data/batches/${name}.expected.json.gz`);
    const span = channels[0]?.batches[0] as ReportedSpan;
    expect(
      span.blocks.map(({ timestamp, epochNumber, originChanged, transactions }) => ({
        timestamp,
        epochNumber,
        originChanged,
        transactionHashes: transactions?.map(({ hash }) => hash),
      })),
    ).toEqual(
      expected.channel?.batches[0]?.blocks.map(
        ({ timestamp, epochNumber, originChanged, transactionHashes }) => ({
          timestamp,
          epochNumber,
          originChanged,
          transactionHashes,
        }),
      ),
    );
  });
});
