import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { compressChannel } from '../../src/native/compress.ts';
import { decompressChannel, readBatchItem } from '../../src/protocol/channel.ts';
import { decodeFrames } from '../../src/protocol/frame.ts';
import { expectDecodeError } from '../support/decoding.ts';

// One empty singular batch. @see protocol/derivation-2-vectors.md 12.8 "Smallest complete example"
const ITEM = `00f84ba0${'11'.repeat(32)}8203e8a0${'22'.repeat(32)}84647f5f0bc0`;
const STREAM = hexToBytes(`0xb84e${ITEM}`);
const STORED = hexToBytes(`0x7801015000afff${bytesToHex(STREAM).slice(2)}19160de8`);
const DEFLATED = hexToBytes('0x789cdbe1c7f0c37b812001d0c4fc62811201d092521fcf7d000019160de8');
const BROTLI = hexToBytes(
  '0x011b4f00f8e5e9b58551a099b6059a24ded6224830ccf080cf3664a9271078d6e0ebb014be9174a4d301',
);
const FJORD = { maxRlpBytes: 100_000_000, brotli: true };

describe('decompressChannel', () => {
  test.each([
    ['zlib, one stored block', STORED, 'zlib'],
    ['zlib', DEFLATED, 'zlib'],
    ['brotli', BROTLI, 'brotli'],
  ])('default: %s', (_, data, compression) => {
    expect(decompressChannel(data, FJORD)).toEqual({ compression, bytes: STREAM, ending: 'clean' });
  });

  test('default: from batcher data', () => {
    const data = concatBytes(
      hexToBytes('0x00000102030405060708090a0b0c0d0e0f00000000005b'),
      STORED,
      Uint8Array.of(1),
    );
    const [frame] = decodeFrames(data);
    expect(decompressChannel(frame?.data as Uint8Array, FJORD).bytes).toEqual(STREAM);
  });

  test.each([
    ['no bytes', '0x', 'channelEmpty', 0],
    ['first byte 0', '0x00', 'unknownCompression', 0],
    ['first byte 2', '0x0278', 'unknownCompression', 0],
    ['brotli without version byte', '0x1b4f00f8', 'unknownCompression', 0],
    ['compression method 15', '0x7f01', 'zlibHeader', 0],
    ['a window of 64 KiB', '0x881c', 'zlibHeader', 0],
    ['a wrong header check', '0x789d', 'zlibHeader', 0],
    ['a preset dictionary', '0x78bb', 'zlibDictionary', 1],
    ['half a header', '0x78', 'truncated', 1],
  ])('error: %s', (_, hex, code, offset) => {
    expectDecodeError(() => decompressChannel(hexToBytes(hex), FJORD), code, offset);
  });

  test('behavior: the empty dictionary, named by its checksum', () => {
    const data = concatBytes(hexToBytes('0x78bb00000001'), DEFLATED.subarray(2));
    const expected = { compression: 'zlib', bytes: STREAM, ending: 'clean' };
    expect(decompressChannel(data, FJORD)).toEqual(expected);
  });

  test('error: brotli before Fjord', () => {
    const read = () => decompressChannel(BROTLI, { ...FJORD, brotli: false });
    expectDecodeError(read, 'brotliBeforeFjord', 0);
  });

  test('behavior: the limit counts decompressed bytes', () => {
    for (const data of [STORED, DEFLATED, BROTLI]) {
      expect(batchesOf(data, 80)).toEqual([ITEM]);
      expect(batchesOf(data, 79)).toEqual([]);
    }
    const [zlib, brotli] = (['zlib', 'brotli-9'] as const).map((algorithm) =>
      compressChannel(concatBytes(STREAM, STREAM), algorithm),
    );
    for (const data of [zlib, brotli] as Uint8Array[]) {
      expect(batchesOf(data, 160)).toEqual([ITEM, ITEM]);
      expect(batchesOf(data, 159)).toEqual([ITEM]);
      expect(batchesOf(data, 80)).toEqual([ITEM]);
    }
  });
});

describe('readBatchItem', () => {
  const read = (hex: string, offset = 0) =>
    readBatchItem({ bytes: hexToBytes(hex), ending: 'clean' }, offset);

  test('default: a view, and where it ends', () => {
    expect(read('0xaa8201ff', 1)).toEqual({ item: hexToBytes('0x01ff'), end: 4 });
    expect(read('0x00')).toEqual({ item: hexToBytes('0x00'), end: 1 });
    expect(read('0x8201ff', 3)).toBeUndefined();
    const long = { bytes: encodeRlp(new Uint8Array(70_000)), ending: 'clean' } as const;
    expect(readBatchItem(long, 0)).toMatchObject({ end: 70_004 });
  });

  test.each([
    ['an empty string', '0x80'],
    ['a list', '0xc100'],
    ['a byte below 0x80 with a header', '0x8100'],
    ['a long form for a short length', '0xb801ff'],
    ['a length with a leading zero', `0xb90038${'00'.repeat(56)}`],
    ['fewer bytes than announced', '0x8201'],
    ['no length', '0xb9'],
    ['a length of 2^64 - 1', '0xbfffffffffffffffff00'],
  ])('error: %s', (_, hex) => {
    expect(() => read(hex)).toThrow(DecodeError);
  });
});

/** Batches that a channel yields under a limit. */
function batchesOf(data: Uint8Array, maxRlpBytes: number): string[] {
  const content = decompressChannel(data, { maxRlpBytes, brotli: true });
  const batches: string[] = [];
  try {
    for (let offset = 0; ; ) {
      const read = readBatchItem(content, offset);
      if (read === undefined) return batches;
      batches.push(bytesToHex(read.item).slice(2));
      offset = read.end;
    }
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return batches;
  }
}
