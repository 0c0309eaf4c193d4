import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesEqual, hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { decodeBlob, encodeBlob } from '../../src/protocol/blob.ts';
import { decompressChannel, readBatchItem } from '../../src/protocol/channel.ts';
import { decodeFrames } from '../../src/protocol/frame.ts';
import { readShared, readSharedJson } from '../support/batches.ts';
import { lacksShared } from '../support/shared.ts';

type Item = {
  readonly name: string;
  readonly file: string;
  readonly expected?: {
    readonly payloadBytes?: number;
    readonly payloadSha256?: string;
    readonly payloadFile?: string;
    readonly frames?: readonly {
      readonly channelId: string;
      readonly number: number;
      readonly dataLength: number;
      readonly isLast: boolean;
    }[];
    readonly count?: number;
  };
};

/** Items that are no blobs, and where they are used. */
const ELSEWHERE: { readonly [name: string]: string } = {
  'op-sepolia-6582929.channel': 'batchesCorpus.test.ts',
  'beacon-sidecars-goerli-7422094': 'the last test of this file; its proofs in test/sources',
};

describe.skipIf(lacksShared('data/blobs'))('data/blobs', () => {
  test('every blob of the folder carries its payload and frames', () => {
    const { items } = readSharedJson<{ readonly items: readonly Item[] }>(
      'data/blobs/manifest.json',
    );
    expect(items.length).toBeGreaterThan(8);
    for (const { name, file, expected } of items) {
      if (name in ELSEWHERE) continue;
      const blob = readShared(`data/blobs/${file}`);
      const payload = decodeBlob(blob);
      expect(payload.length, name).toBe(expected?.payloadBytes);
      const hash = createHash('sha256').update(payload).digest('hex');
      expect(hash, name).toBe(expected?.payloadSha256);
      expect(bytesEqual(encodeBlob(payload), blob), name).toBe(true);
      if (expected?.payloadFile !== undefined) {
        expect(bytesEqual(payload, readShared(`data/blobs/${expected.payloadFile}`))).toBe(true);
      }
      if (expected?.frames === undefined) continue;
      const frames = decodeFrames(payload).map(({ channelId, frameNumber, data, isLast }) => ({
        channelId,
        number: frameNumber,
        dataLength: data.length,
        isLast,
      }));
      expect(frames, name).toEqual(expected.frames);
    }
  });

  test('the small channel, whose zlib stream has no end', () => {
    const [frame] = decodeFrames(decodeBlob(readShared('data/blobs/sepolia-small.blob.gz')));
    const limits = { maxRlpBytes: 10_000_000, brotli: false };
    const content = decompressChannel(frame?.data as Uint8Array, limits);
    expect(content).toMatchObject({ compression: 'zlib', ending: 'truncated' });
    const read = readBatchItem(content, 0);
    expect(read?.item[0]).toBe(1);
    expect(readBatchItem(content, read?.end ?? 0)).toBeUndefined();
  });

  test('blobs of others are refused without harm', () => {
    const { data } = readSharedJson<{ readonly data: readonly { readonly blob: string }[] }>(
      'data/blobs/beacon-sidecars-goerli-7422094.json.gz',
    );
    expect(data.length).toBe(5);
    for (const { blob } of data) expect(() => decodeBlob(hexToBytes(blob))).toThrow(DecodeError);
  });
});
