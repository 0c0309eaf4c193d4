import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeBatch } from '../../src/protocol/batchCodec.ts';
import { BLOB_BYTES, decodeBlob, encodeBlob } from '../../src/protocol/blob.ts';
import { decompressChannel, readBatchItem } from '../../src/protocol/channel.ts';
import { decodeFrames } from '../../src/protocol/frame.ts';
import { decodeSpanBatch, expandSpanBatch } from '../../src/protocol/spanBatch.ts';
import { readSharedJson } from '../support/batches.ts';
import { decodeErrorCode } from '../support/decoding.ts';
import { KNOWN_ANSWERS, knownAnswers } from '../support/knownAnswers.ts';
import { lacksShared } from '../support/shared.ts';
import { SPAN_CONTEXT } from '../support/spanVector.ts';

const VECTORS = 'data/derivation-vectors.json';
const FJORD = { maxRlpBytes: 100_000_000, brotli: true };

describe.skipIf(lacksShared(KNOWN_ANSWERS))('known-answers.json', () => {
  test('frame', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly bytes: string },
      {
        readonly frames: number;
        readonly channelId: string;
        readonly frameNumber: number;
        readonly dataLength: number;
        readonly isLast: boolean;
      }
    >('frame')) {
      const frames = decodeFrames(hexToBytes(input.bytes));
      const [frame] = frames;
      expect(
        {
          frames: frames.length,
          channelId: frame?.channelId,
          frameNumber: frame?.frameNumber,
          dataLength: frame?.data.length,
          isLast: frame?.isLast,
        },
        id,
      ).toEqual(expected);
    }
  });

  test('frame-invalid', () => {
    for (const { input } of knownAnswers<{ readonly bytes: string }, unknown>('frame-invalid')) {
      expect(decodeErrorCode(() => decodeFrames(hexToBytes(input.bytes)))).not.toBe('');
    }
  });

  test('blob-codec', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly blobPrefix: string },
      { readonly valid: boolean; readonly payload?: string }
    >('blob-codec')) {
      const blob = new Uint8Array(BLOB_BYTES);
      blob.set(hexToBytes(input.blobPrefix));
      if (expected.valid) expect(bytesToHex(decodeBlob(blob)), id).toBe(expected.payload);
      else
        expect(
          decodeErrorCode(() => decodeBlob(blob)),
          id,
        ).toMatch(/^blob/);
    }
  });
});

/** What of derivation-vectors.json is a matter of batcher data. */
type Vectors = {
  readonly blobs: readonly { readonly n: number; readonly keccak: string }[];
  readonly small: {
    readonly typed: string;
    readonly stream: string;
    readonly channelStored: string;
    readonly channelBrotli: string;
    readonly channelZlib: string;
    readonly batcherData: string;
  };
  readonly span: { readonly bytes: string; readonly txs: readonly string[] };
};

/** The other keys of that file, and who proves them. */
const ELSEWHERE: { readonly [key: string]: string } = {
  selectors: 'test/protocol/l1Info.test.ts and test/protocol/upgradeTxs',
  topics: 'test/protocol/depositLog.test.ts and test/protocol/systemConfigLogs.test.ts',
  sourceHashes: 'test/protocol/sourceHash.test.ts',
  deposits: 'test/protocol/deposit.test.ts',
  l1attributes: 'test/protocol/l1InfoTx.test.ts',
  upgrades: 'test/protocol/upgradeTxs',
  karst: 'test/protocol/upgradeTxs',
  prune: 'test/derive/frameQueue.test.ts',
  blobFee: 'test/protocol/blobBaseFee.test.ts',
};

describe.skipIf(lacksShared(VECTORS))('derivation-vectors.json', () => {
  test('every key has its test', () => {
    const keys = Object.keys(readSharedJson<object>(VECTORS));
    expect(keys.filter((key) => !(key in ELSEWHERE))).toEqual(['blobs', 'small', 'span']);
  });

  test('blobs', () => {
    for (const { n, keccak } of readSharedJson<Vectors>(VECTORS).blobs) {
      const data = Uint8Array.from({ length: n }, (_, i) => (7 * i + 3) & 0xff);
      expect(keccak256Hex(encodeBlob(data)), `${n} bytes`).toBe(keccak);
    }
  });

  test('small', () => {
    const { small } = readSharedJson<Vectors>(VECTORS);
    for (const channel of [small.channelStored, small.channelBrotli, small.channelZlib]) {
      const content = decompressChannel(bytesOf(channel), FJORD);
      expect(bytesToHex(content.bytes)).toBe(bytesToHex(bytesOf(small.stream)));
      const read = readBatchItem(content, 0);
      expect(bytesToHex(read?.item as Uint8Array)).toBe(bytesToHex(bytesOf(small.typed)));
    }
    const [frame] = decodeFrames(bytesOf(small.batcherData));
    expect(frame?.data).toEqual(bytesOf(small.channelStored));
  });

  test('span', () => {
    const { span } = readSharedJson<Vectors>(VECTORS);
    const { elements } = expandSpanBatch(decodeSpanBatch(bytesOf(span.bytes)), SPAN_CONTEXT);
    const transactions = elements.flatMap((element) => element.transactions).map(bytesToHex);
    expect(transactions).toEqual(span.txs.map((tx) => bytesToHex(bytesOf(tx))));
    const typed = concatBytes(Uint8Array.of(1), bytesOf(span.bytes));
    expect(decodeBatch(typed).type).toBe('rawSpan');
    expect(keccak256Hex(typed)).toBe(
      '0x25f801f2cb6feccf69856cddee14e8e9a81bd79d75ef5bc973229f47e839c1d3',
    );
  });
});

/** Bytes of hex with or without `0x`. */
function bytesOf(hex: string): Uint8Array {
  return hexToBytes(hex.startsWith('0x') ? hex : `0x${hex}`);
}
