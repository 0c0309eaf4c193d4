import { brotliCompressSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decompressBrotliPure } from '../../../src/base/brotli/brotli.ts';
import { bytesEqual, concatBytes, hexToBytes } from '../../../src/base/bytes.ts';
import type { Inflated } from '../../../src/base/inflate.ts';
import { runs } from '../../support/runs.ts';

const CAP = 10_000_000;
const PAGE = '<div class="content"> function() { return this.value; } </div> and the University; ';
const TEXT = new TextEncoder().encode(
  `The quick brown fox. International Development, information about the Government. ${PAGE}${PAGE}`,
);
const NOISE = Uint8Array.from({ length: 70_000 }, (_, i) => ((i * i * 2654435761) >>> 13) & 0xff);
const WORDS = `${PAGE} naïve Übergröße, señor; déjà vu`.split(' ');
const PROSE = new TextEncoder().encode(
  Array.from({ length: 4_000 }, (_, i) => WORDS[(i * i * 7 + (i >> 3)) % WORDS.length]).join(' '),
);
const MIXED = concatBytes(TEXT, NOISE, TEXT, new Uint8Array(100_000), TEXT, NOISE.subarray(9));

function compress(content: Uint8Array, quality: number, window = 22): Uint8Array {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_LGWIN]: window,
  };
  return new Uint8Array(brotliCompressSync(content, { params }));
}

/** How it ended, if the bytes are the expected ones. */
function sameAs(expected: Uint8Array, { bytes, ending }: Inflated): string {
  return bytesEqual(bytes, expected) ? ending : `differs after ${bytes.length} bytes`;
}

describe('decompressBrotliPure', () => {
  test.each([0, 1, 2, 4, 5, 6, 9, 10, 11])('default: what quality %i compresses', (quality) => {
    for (const content of [new Uint8Array(0), TEXT, PROSE, NOISE, MIXED]) {
      expect(sameAs(content, decompressBrotliPure(compress(content, quality), CAP))).toBe('clean');
    }
  });

  test('default: small and large windows', () => {
    for (let window = 10; window <= 24; window++) {
      expect(sameAs(MIXED, decompressBrotliPure(compress(MIXED, 5, window), CAP))).toBe('clean');
    }
  });

  test('behavior: any content', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), fc.integer({ min: 4, max: 11 }), (text, level) => {
        const content = new TextEncoder().encode(text);
        expect(sameAs(content, decompressBrotliPure(compress(content, level), CAP))).toBe('clean');
      }),
    );
  });

  test('behavior: bytes behind the end are ignored', () => {
    const longer = concatBytes(compress(TEXT, 9), Uint8Array.of(1, 2, 3));
    expect(sameAs(TEXT, decompressBrotliPure(longer, CAP))).toBe('clean');
  });

  test('Z4: every truncation yields a prefix', () => {
    const stream = compress(TEXT, 9);
    for (let length = 0; length < stream.length; length++) {
      const { bytes, ending } = decompressBrotliPure(stream.subarray(0, length), CAP);
      expect(ending, `${length}`).toBe('truncated');
      expect(bytesEqual(bytes, TEXT.subarray(0, bytes.length)), `${length}`).toBe(true);
    }
  });

  test('behavior: the cap', () => {
    const stream = compress(MIXED, 5);
    expect(decompressBrotliPure(stream, MIXED.length).ending).toBe('clean');
    for (const cap of [1, 65_536, MIXED.length - 1]) {
      expect(sameAs(MIXED.subarray(0, cap), decompressBrotliPure(stream, cap))).toBe('capped');
    }
  });

  test('Z6: any damage ends in a result', () => {
    const stream = compress(TEXT, 9);
    const edits = fc.array(fc.tuple(fc.nat(stream.length - 1), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(edits, (patches) => {
        const damaged = stream.slice();
        for (const [offset, byte] of patches) damaged[offset] = byte;
        expect(decompressBrotliPure(damaged, 100_000).bytes.length).toBeLessThanOrEqual(100_000);
      }),
      { numRuns: runs(500) },
    );
  });

  // Of a stream that ends before its fault, what came before that piece counts: so it matters when
  // the reference finds out.
  test.each([
    ['too many code lengths, which count when all are read', '0x1b0705efc654d342efd2958e36b5'],
    ['too many in a longer window', '0x2b5adf82595cd390d938e46abf224b52b15e'],
  ])('behavior: truncated, %s', (_, hex) => {
    expect(decompressBrotliPure(hexToBytes(hex), CAP).ending).toBe('truncated');
  });

  test.each([
    ['a symbol of a short code that is none, as soon as it is read', '0x1b422c927a66'],
    ['a large window', '0x1100'],
    ['a reserved bit', '0x1c'],
  ])('error: %s', (_, hex) => {
    expect(decompressBrotliPure(hexToBytes(hex), CAP).ending).toBe('corrupt');
  });
});
