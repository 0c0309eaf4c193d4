import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import type { SingularBatch } from '../../src/protocol/batch.ts';
import { bitAt } from '../../src/protocol/bitlist.ts';
import { decodeBlob } from '../../src/protocol/blob.ts';
import { decompressChannel, readBatchItem } from '../../src/protocol/channel.ts';
import { decodeBatch } from '../../src/protocol/batchCodec.ts';
import { decodeFrames } from '../../src/protocol/frame.ts';
import { decodeSingularBatch } from '../../src/protocol/singularBatch.ts';
import {
  decodeSpanBatch,
  expandSpanBatch,
  type RawSpanBatch,
} from '../../src/protocol/spanBatch.ts';
import {
  type Expected,
  type ExpectedBatch,
  type ExpectedChannel,
  readShared,
  readSharedHexLines,
  readSharedJson,
} from '../support/batches.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

const OP_SEPOLIA = { l2Time: 1691802540n, blockTime: 2n, l2ChainId: 11155420n };
const OP_MAINNET = { l2Time: 1686068903n, blockTime: 2n, l2ChainId: 10n };
const LIMITS = { maxRlpBytes: 100_000_000, brotli: true };

describe.skipIf(lacksShared('data/batches'))('data/batches', () => {
  const DATA = [
    'op-goerli-singular-feb2023-calldata',
    'op-mainnet-singular-jan2024-calldata',
    'op-sepolia-span-dec2023-calldata',
  ];
  const CHANNELS = ['synthetic-one-singular-brotli9', 'synthetic-one-singular-zlib'];

  test('every item of the folder is read here', () => {
    const items = readdirSync(sharedPath('data/batches')).flatMap((name) =>
      name.endsWith('.expected.json.gz') ? [name.replace('.expected.json.gz', '')] : [],
    );
    const known = [...DATA, ...CHANNELS, 'synthetic-27-singular', 'synthetic-raw-span-4-blocks'];
    expect(items.toSorted()).toEqual(known.toSorted());
  });

  for (const name of DATA) {
    test(name, () => {
      const [data] = readSharedHexLines(`data/batches/${name}.hex`);
      const expected = expectedOf(name);
      const frames = decodeFrames(data as Uint8Array);
      expect(
        frames.map(({ channelId, frameNumber, data, isLast }) => ({
          channelId,
          number: frameNumber,
          dataLength: data.length,
          isLast,
        })),
      ).toEqual(expected.frames);
      expectChannel(concatBytes(...frames.map((frame) => frame.data)), expected.channel);
    });
  }

  for (const name of CHANNELS) {
    test(name, () => {
      const [channel] = readSharedHexLines(`data/batches/${name}.hex`);
      expectChannel(channel as Uint8Array, expectedOf(name).channel);
    });
  }

  test('synthetic-27-singular', () => {
    const lines = readSharedHexLines('data/batches/synthetic-27-singular.txt.gz');
    const expected = expectedOf('synthetic-27-singular').batches ?? [];
    expect(lines.length).toBe(expected.length);
    lines.forEach((line, i) => {
      expectSingular(decodeSingularBatch(line), expected[i] as ExpectedBatch);
    });
  });

  test('synthetic-raw-span-4-blocks', () => {
    const [bytes] = readSharedHexLines('data/batches/synthetic-raw-span-4-blocks.hex');
    const expected = expectedOf('synthetic-raw-span-4-blocks').batch as ExpectedBatch;
    expectSpan(bytes as Uint8Array, expected, OP_MAINNET);
  });
});

describe.skipIf(lacksShared('data/blobs'))('data/blobs', () => {
  test('three blobs of one channel: op-sepolia-6582929', () => {
    const frames = [0, 1, 2].flatMap((index) =>
      decodeFrames(decodeBlob(readShared(`data/blobs/op-sepolia-6582929-${index}.blob`))),
    );
    const channel = concatBytes(...frames.map((frame) => frame.data));
    expectChannel(channel, readSharedJson('data/blobs/op-sepolia-6582929.channel.json.gz'));
  });
});

function expectedOf(name: string): Expected {
  return readSharedJson<Expected>(`data/batches/${name}.expected.json.gz`);
}

function expectChannel(data: Uint8Array, expected: ExpectedChannel | undefined): void {
  if (expected === undefined) throw new Error('the corpus says nothing of the channel');
  expect(data.length).toBe(expected.compressedBytes);
  const { compression, bytes, ending } = decompressChannel(data, LIMITS);
  expect(compression).toBe(expected.compression);
  expect(ending).toBe(expected.streamEndsCleanly === false ? 'truncated' : 'clean');
  expect(bytes.length).toBe(expected.decompressedBytes);
  expect(sha256(bytes)).toBe(expected.decompressedSha256);
  let offset = 0;
  for (const batch of expected.batches) {
    const read = readBatchItem({ bytes, ending }, offset);
    if (read === undefined) throw new Error(`expected a batch at ${offset}, found the end`);
    expect(read.item.length).toBe(batch.bytes);
    expect(sha256(read.item)).toBe(batch.sha256);
    const decoded = decodeBatch(read.item);
    if (decoded.type === 'singular') expectSingular(decoded, batch);
    else expectSpan(read.item.subarray(1), batch, OP_SEPOLIA);
    offset = read.end;
  }
  expect(readBatchItem({ bytes, ending }, offset)).toBeUndefined();
}

function expectSingular(batch: SingularBatch, expected: ExpectedBatch): void {
  expect(expected.batchType).toBe(0);
  expect({
    parentHash: batch.parentHash,
    epochNumber: batch.epochNumber,
    epochHash: batch.epochHash,
    timestamp: batch.timestamp,
    transactionHashes: batch.transactions.map(keccak256Hex),
  }).toEqual({
    parentHash: expected.parentHash,
    epochNumber: BigInt(expected.epochNumber),
    epochHash: expected.epochHash,
    timestamp: BigInt(expected.timestamp),
    transactionHashes: expected.transactionHashes,
  });
}

function expectSpan(bytes: Uint8Array, expected: ExpectedBatch, context: typeof OP_MAINNET): void {
  expect(expected.batchType).toBe(1);
  const raw: RawSpanBatch = decodeSpanBatch(bytes);
  expect(bytes.length - raw.end).toBe(expected.trailingBytes);
  expect(raw.relTimestamp).toBe(BigInt(expected.relTimestamp));
  expect(raw.l1OriginNumber).toBe(BigInt(expected.l1OriginNumber));
  expect(raw.blockCount).toBe(expected.blockCount);
  const { elements, parentCheck, l1OriginCheck } = expandSpanBatch(raw, context);
  expect(parentCheck).toBe(expected.parentCheck);
  expect(l1OriginCheck).toBe(expected.l1OriginCheck);
  expect(elements.length).toBe(expected.blocks.length);
  elements.forEach((element, i) => {
    const block = expected.blocks[i];
    if (block?.timestamp !== undefined) expect(element.timestamp).toBe(BigInt(block.timestamp));
    expect(element.epochNumber).toBe(BigInt(block?.epochNumber ?? -1));
    expect(bitAt(raw.originBits, i) === 1).toBe(block?.originChanged);
    expect(element.transactions.map(keccak256Hex)).toEqual(block?.transactionHashes);
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
