import { constants, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesEqual, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { inflateBroken } from '../../src/base/inflateBroken.ts';
import { runs } from '../support/runs.ts';

const CAP = 1_000_000;
const TEXT = Uint8Array.from({ length: 20_000 }, (_, i) => ((i * i) % 251) >> (i % 5));

// 260 letters in a dynamic block whose end marker takes more bits than most of the letters.
const LETTERS = hexToBytes(
  '0x780105c1010100000082a0add2ff0f418395d460253558490d56528395d460253558490d565283' +
    '95d460253558490d56528395d460253558490d56528395d460253558490d56d201a320634d',
);

describe('inflateBroken', () => {
  test.each([
    ['dynamic codes', {}],
    ['fixed codes', { strategy: constants.Z_FIXED }],
    ['no matches', { strategy: constants.Z_HUFFMAN_ONLY }],
    ['runs', { strategy: constants.Z_RLE }],
    ['stored', { level: 0 }],
    ['a small window', { windowBits: 9 }],
  ])('default: a whole stream, %s', (_, options) => {
    const stream = new Uint8Array(deflateSync(TEXT, options));
    const found = inflateBroken(stream, CAP);
    expect(found.ending).toBe('clean');
    expect(bytesEqual(found.bytes, TEXT)).toBe(true);
    expect(inflateBroken(concatBytes(stream, Uint8Array.of(9)), CAP).ending).toBe('clean');
  });

  // What Go 1.26's compress/zlib yields of it. zlib itself finds 256, 252 and 247.
  test.each([
    [4, 260],
    [5, 260],
    [6, 255],
    [7, 250],
    [8, 246],
  ])('behavior: without its last %i bytes, a dynamic block yields %i letters', (cut, length) => {
    const found = inflateBroken(LETTERS.subarray(0, -cut), CAP);
    expect(found).toMatchObject({ ending: 'truncated', lastChunkBytes: length });
    expect(found.bytes.length).toBe(length);
  });

  test('behavior: truncated anywhere, fixed codes yield what zlib yields', () => {
    const stream = new Uint8Array(deflateSync(TEXT, { strategy: constants.Z_FIXED }));
    const finishFlush = constants.Z_SYNC_FLUSH;
    for (let length = 2; length < stream.length; length += 97) {
      const cut = stream.subarray(0, length);
      const { bytes, ending } = inflateBroken(cut, CAP);
      expect(ending).toBe('truncated');
      expect(bytesEqual(bytes, new Uint8Array(inflateSync(cut, { finishFlush })))).toBe(true);
    }
  });

  test('behavior: a distance within 32 KiB passes, whatever window the header promises', () => {
    const far = concatBytes(TEXT, TEXT);
    const stream = new Uint8Array(deflateSync(far, { memLevel: 9 }));
    stream.set([0x08, 0x1d]);
    expect(inflateBroken(stream, CAP).ending).toBe('clean');
  });

  test.each([
    ['a reserved block type', '07', 'corrupt'],
    ['a length that its complement denies', '01010000ff', 'corrupt'],
    ['a distance beyond the begin', '0302', 'corrupt'],
    ['no block', '', 'truncated'],
    ['half a stored header', '010300', 'truncated'],
  ])('error: %s', (_, hex, ending) => {
    const found = inflateBroken(hexToBytes(`0x7801${hex}`), CAP);
    expect(found.ending).toBe(ending);
  });

  test('behavior: the cap', () => {
    const stream = new Uint8Array(deflateSync(TEXT));
    expect(inflateBroken(stream, TEXT.length).ending).toBe('clean');
    const capped = inflateBroken(stream, TEXT.length - 1);
    expect(capped.ending).toBe('capped');
    expect(bytesEqual(capped.bytes, TEXT.subarray(0, -1))).toBe(true);
  });

  test('behavior: any damage ends in a result', () => {
    const stream = new Uint8Array(deflateSync(TEXT));
    const edits = fc.array(fc.tuple(fc.integer({ min: 2, max: stream.length - 1 }), fc.nat(255)), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(edits, (patches) => {
        const damaged = stream.slice();
        for (const [offset, byte] of patches) damaged[offset] = byte;
        const { bytes, lastChunkBytes } = inflateBroken(damaged, CAP);
        expect(bytes.length).toBeLessThanOrEqual(CAP);
        expect(lastChunkBytes).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: runs(60) },
    );
  });
});
