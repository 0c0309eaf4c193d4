import { brotliCompressSync, constants, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decompressBrotliPure } from '../../src/base/brotli/brotli.ts';
import { bytesEqual, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { type Inflated, inflateZlibPure } from '../../src/base/inflate.ts';
import { decompressBrotliNative, inflateZlibNative } from '../../src/native/decompress.ts';
import { compressChannel } from '../../src/native/compress.ts';
import { runs } from '../support/runs.ts';

// Noise in the low bits keeps the stream long enough for several pieces.
const CONTENT = Uint8Array.from(
  { length: 300_000 },
  (_, i) => ((i * i * 2654435761) >>> 13) & 0xff,
);
const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
const STREAM = new Uint8Array(brotliCompressSync(CONTENT, FAST));
const CAP = 1_000_000;

describe('decompressBrotliNative', () => {
  test('default: a whole stream', () => {
    expect(sameAs(CONTENT, decompressBrotliNative(STREAM, CAP))).toBe('clean');
    // From the tests of kona. @see protocol/derivation-2-vectors.md 12.8
    const known = decompressBrotliNative(hexToBytes('0x8b048075ed184249e9bc19675e03'), CAP);
    expect(known.bytes).toEqual(hexToBytes('0x75ed184249e9bc19675e'));
  });

  test('behavior: bytes behind the end are ignored', () => {
    const longer = concatBytes(STREAM, Uint8Array.of(1, 2, 3));
    expect(sameAs(CONTENT, decompressBrotliNative(longer, CAP))).toBe('clean');
  });

  test('behavior: bytes behind the end come with a fault, if in the piece that ends it', () => {
    const beyond = (length: number) => concatBytes(STREAM, new Uint8Array(length));
    const { faultReadBytes, ending } = decompressBrotliNative(beyond(1), CAP);
    expect(ending).toBe('clean');
    const lastPiece = 4095 + 32_768 * Math.floor((STREAM.length - 4095) / 32_768);
    const before = decompressBrotliNative(STREAM.subarray(0, lastPiece), CAP).bytes.length;
    expect(faultReadBytes).toBe(CONTENT.length - before);
    expect(faultReadBytes).toBeGreaterThan(4096);
    // A stream of exactly one piece: noise that is stored, of the right length.
    const spare = 5000 - stored(5000).length;
    const onePiece = stored(4095 + spare);
    expect(onePiece.length).toBe(4095);
    const longer = concatBytes(onePiece, Uint8Array.of(1));
    expect(decompressBrotliNative(longer, CAP).faultReadBytes).toBeUndefined();
    expect(decompressBrotliNative(onePiece, CAP).faultReadBytes).toBeUndefined();
  });

  test('behavior: a stream that stops after a flush', () => {
    const options = { ...FAST, finishFlush: constants.BROTLI_OPERATION_FLUSH };
    const flushed = new Uint8Array(brotliCompressSync(CONTENT, options));
    expect(sameAs(CONTENT, decompressBrotliNative(flushed, CAP))).toBe('truncated');
  });

  test('behavior: truncated, an exact prefix', () => {
    const { bytes, ending } = decompressBrotliNative(STREAM.subarray(0, STREAM.length >> 1), CAP);
    expect(ending).toBe('truncated');
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytesEqual(bytes, CONTENT.subarray(0, bytes.length))).toBe(true);
  });

  test('behavior: corrupt, what the pieces before the fault yield', () => {
    const parts = [CONTENT.subarray(0, 150_000), CONTENT.subarray(150_000)];
    // A flushed stream, then bytes that begin no valid block.
    const flush = { ...FAST, finishFlush: constants.BROTLI_OPERATION_FLUSH };
    const good = new Uint8Array(brotliCompressSync(parts[0] as Uint8Array, flush));
    const broken = concatBytes(good, new Uint8Array(40_000).fill(0xff));
    const { bytes, ending } = decompressBrotliNative(broken, CAP);
    expect(ending).toBe('corrupt');
    const pieces = Math.floor((good.length - 4095) / 32_768);
    expect(pieces).toBeGreaterThan(1);
    const whole = good.subarray(0, 4095 + pieces * 32_768);
    expect(bytesEqual(bytes, decompressBrotliNative(whole, CAP).bytes)).toBe(true);
    expect(bytesEqual(bytes, CONTENT.subarray(0, bytes.length))).toBe(true);
  });

  test('behavior: corrupt, a window that was full had been handed out', () => {
    const window = { [constants.BROTLI_PARAM_LGWIN]: 12, [constants.BROTLI_PARAM_QUALITY]: 5 };
    const flush = { params: window, finishFlush: constants.BROTLI_OPERATION_FLUSH };
    const text = Uint8Array.from({ length: 10_000 }, (_, i) => (i % 7) * (i % 11));
    const good = new Uint8Array(brotliCompressSync(text, flush));
    expect(good.length).toBeLessThan(4_000);
    const broken = concatBytes(good, new Uint8Array(20).fill(0xff));
    const found = decompressBrotliNative(broken, CAP);
    expect(found).toMatchObject({ ending: 'corrupt', faultReadBytes: 8_192 });
    expect(bytesEqual(found.bytes, text.subarray(0, 8_192))).toBe(true);
    // A fault behind the cap, in front of which the window was not full.
    const wide = { params: FAST.params, finishFlush: flush.finishFlush };
    const unseen = concatBytes(new Uint8Array(brotliCompressSync(text, wide)), broken.slice(-20));
    expect(decompressBrotliNative(unseen, 5_000)).toMatchObject({ ending: 'corrupt' });
    expect(decompressBrotliNative(unseen, 5_000).bytes.length).toBe(0);
    expect(decompressBrotliNative(broken, 5_000).ending).toBe('capped');
  });

  test.each([
    [1024, undefined],
    [4096, 4096],
    [16_384, 16_384],
    [1000, undefined],
    [512, undefined],
  ])(
    'behavior: corrupt, a block of %i bytes filled a smaller buffer or did not',
    (length, read) => {
      const flush = { ...FAST, finishFlush: constants.BROTLI_OPERATION_FLUSH };
      const text = Uint8Array.from({ length }, (_, i) => (i % 7) * (i % 11));
      const good = new Uint8Array(brotliCompressSync(text, flush));
      const broken = concatBytes(good, new Uint8Array(20).fill(0xff));
      const isFull = length >= 1024 && length !== 1000;
      for (const decompress of [decompressBrotliNative, decompressBrotliPure]) {
        const found = decompress(broken, CAP);
        expect(sameAs(text.subarray(0, isFull ? length : 0), found)).toBe('corrupt');
        expect([found.faultReadBytes, found.isOneRead]).toEqual([read, read && true]);
      }
    },
  );

  test('behavior: truncated anywhere, it agrees with the pure one', () => {
    for (let length = 0; length < STREAM.length; length += 9973) {
      const cut = STREAM.subarray(0, length);
      const pure = decompressBrotliPure(cut, CAP);
      expect(sameAs(pure.bytes, decompressBrotliNative(cut, CAP)), `${length}`).toBe('truncated');
    }
  });

  test('behavior: damaged or longer, it agrees with the pure one', () => {
    const shapes = [10, 12, 16, 22].map((window) => {
      const params = {
        [constants.BROTLI_PARAM_LGWIN]: window,
        [constants.BROTLI_PARAM_QUALITY]: 5,
      };
      return new Uint8Array(brotliCompressSync(CONTENT.subarray(0, 50_000), { params }));
    });
    const tail = fc.uint8Array({ maxLength: 40 });
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 });
    fc.assert(
      fc.property(fc.constantFrom(...shapes), tail, edits, (stream, extra, patches) => {
        const damaged = concatBytes(stream, extra);
        for (const [offset, byte] of patches) damaged[offset % damaged.length] = byte;
        for (const cap of [CAP, 20_000]) {
          const pure = decompressBrotliPure(damaged, cap);
          const native = decompressBrotliNative(damaged, cap);
          expect(sameAs(pure.bytes, native)).toBe(pure.ending);
          expect(native.faultReadBytes).toBe(pure.faultReadBytes);
          expect(native.isOneRead).toBe(pure.isOneRead);
        }
      }),
      { numRuns: runs(100) },
    );
  });

  test('behavior: the cap', () => {
    expect(decompressBrotliNative(STREAM, CONTENT.length).ending).toBe('clean');
    const capped = decompressBrotliNative(STREAM, CONTENT.length - 1);
    expect(sameAs(CONTENT.subarray(0, -1), capped)).toBe('capped');
  });

  test('behavior: a bomb costs no more than the cap', () => {
    const bomb = new Uint8Array(brotliCompressSync(new Uint8Array(10_000_000), FAST));
    const { bytes, ending } = decompressBrotliNative(bomb, 100_000);
    expect(ending).toBe('capped');
    expect(bytes.length).toBeLessThanOrEqual(100_000);
    expect(bytes.buffer.byteLength).toBeLessThan(1_000_000);
  });

  test('behavior: any damage ends in a result', () => {
    const edits = fc.array(fc.tuple(fc.nat(STREAM.length - 1), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(edits, (patches) => {
        const damaged = STREAM.slice();
        for (const [offset, byte] of patches) damaged[offset] = byte;
        expect(decompressBrotliNative(damaged, CAP).bytes.length).toBeLessThanOrEqual(CAP);
      }),
      { numRuns: runs(20) },
    );
  });
});

describe('inflateZlibNative', () => {
  test('behavior: truncated at the cap, it agrees with the pure one', () => {
    // The reference yields 20,000 bytes and then the end; other decoders find one more literal.
    const damaged = compressChannel(CONTENT.subarray(0, 20_000), 'zlib').slice(0, 19_600);
    damaged[18_468] = 0;
    const pure = inflateZlibPure(damaged, 20_000);
    expect(pure).toMatchObject({ ending: 'truncated', bytes: { length: 20_000 } });
    expect(sameAs(pure.bytes, inflateZlibNative(damaged, 20_000))).toBe('truncated');
    expect(inflateZlibPure(damaged, 19_999).ending).toBe('capped');
  });

  test.each([
    // The reference yields 19 bytes; one more literal could be decoded.
    ['in codes', '480d001400ebff0000ffff0000ffff0000ffff0000010000ffff', 20, 19],
    ['in content', '789c00ff0000ff0000ffff', CAP, 4],
    ['in a flushed stream', '789c4a4c4a06000000ffff', CAP, 3],
    ['in a last block', '789c010000ffff', CAP, 0],
  ])('behavior: the mark of a flush, %s, agrees with the pure one', (_, hex, cap, length) => {
    const stream = hexToBytes(`0x${hex}`);
    const pure = inflateZlibPure(stream, cap);
    expect([pure.ending, pure.bytes.length]).toEqual(['truncated', length]);
    expect(inflateZlibNative(stream, cap)).toEqual(pure);
  });

  test('behavior: a last block without checksum, made so that what is tried next fits', () => {
    // Of the 5000 bytes the last six are searched for: with the hash of the stream behind them
    // they have the checksum 000000ff, as an empty block begins.
    const content = new Uint8Array(5000).fill(13, 0, 1002).fill(12, 1002);
    content.set(hexToBytes('0x5bd6cd3a0000'), 4994);
    const begin = hexToBytes('0x780100881377ec');
    const stream = concatBytes(begin, content, hexToBytes('0x010000ffff'));
    const pure = inflateZlibPure(stream, CAP);
    expect(pure).toMatchObject({ ending: 'truncated', faultReadBytes: 5000 });
    expect(inflateZlibNative(stream, CAP)).toEqual(pure);
  });

  test('behavior: a flushed stream, up to the cap', () => {
    const options = { finishFlush: constants.Z_SYNC_FLUSH };
    const flushed = new Uint8Array(deflateSync(CONTENT, options));
    for (const cap of [CAP, CONTENT.length]) {
      expect(sameAs(CONTENT, inflateZlibNative(flushed, cap))).toBe('truncated');
    }
    const capped = inflateZlibNative(flushed, CONTENT.length - 1);
    expect(sameAs(CONTENT.subarray(0, -1), capped)).toBe('capped');
  });

  test('behavior: damaged and ended with the mark of a flush, it agrees with the pure one', () => {
    const stream = compressChannel(CONTENT.subarray(0, 2_000), 'zlib');
    const edit = fc.tuple(fc.nat(stream.length - 1), fc.nat(255), fc.nat(stream.length));
    fc.assert(
      fc.property(edit, ([offset, byte, length]) => {
        const damaged = stream.slice(0, length);
        if (offset < length) damaged[offset] = byte;
        const marked = concatBytes(damaged, Uint8Array.of(0, 0, 0xff, 0xff));
        const pure = inflateZlibPure(marked, CAP);
        expect(sameAs(pure.bytes, inflateZlibNative(marked, CAP))).toBe(pure.ending);
      }),
      { numRuns: runs(100) },
    );
  });

  test('behavior: agrees with the pure one on damaged streams', () => {
    const stream = compressChannel(CONTENT.subarray(0, 20_000), 'zlib');
    const edit = fc.tuple(fc.nat(stream.length - 1), fc.nat(255), fc.nat(stream.length));
    fc.assert(
      fc.property(edit, fc.constantFrom(CAP, 20_000, 10_000), ([offset, byte, length], cap) => {
        const damaged = stream.slice(0, length);
        if (offset < length) damaged[offset] = byte;
        const pure = inflateZlibPure(damaged, cap);
        expect(sameAs(pure.bytes, inflateZlibNative(damaged, cap))).toBe(pure.ending);
      }),
      { numRuns: runs(100) },
    );
  });
});

/** How it ended, if the bytes are the expected ones. Quicker than `toEqual` on long arrays. */
function sameAs(expected: Uint8Array, { bytes, ending }: Inflated): Inflated['ending'] | 'differs' {
  return bytesEqual(bytes, expected) ? ending : 'differs';
}

/** A brotli stream of one uncompressed block. */
function stored(length: number): Uint8Array {
  const content = Uint8Array.from({ length }, (_, i) => (i * i * 2654435761) >>> 13);
  const flush = { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } };
  return new Uint8Array(brotliCompressSync(content, flush));
}
