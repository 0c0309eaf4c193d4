import { deflateSync, constants } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { type Decompress, inflateZlib, inflateZlibPure } from '../../src/base/inflate.ts';
import { inflateZlibNative } from '../../src/native/decompress.ts';

const CONTENT = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) >> 7);
const STREAM = new Uint8Array(deflateSync(CONTENT));
const CAP = 1_000_000;

const IMPLEMENTATIONS: readonly (readonly [string, Decompress])[] = [
  ['inflateZlibPure', inflateZlibPure],
  ['inflateZlibNative', inflateZlibNative],
  ['inflateZlib', inflateZlib],
];

describe.each(IMPLEMENTATIONS)('%s', (_, inflate) => {
  test('default: a whole stream', () => {
    expect(inflate(STREAM, CAP)).toEqual({ bytes: CONTENT, ending: 'clean' });
  });

  test('behavior: bytes behind the end are ignored', () => {
    const longer = concatBytes(STREAM, Uint8Array.of(1, 2, 3));
    expect(inflate(longer, CAP)).toEqual({ bytes: CONTENT, ending: 'clean' });
  });

  test('behavior: a stream that stops after a flush', () => {
    const flushed = deflateSync(CONTENT, { finishFlush: constants.Z_SYNC_FLUSH });
    expect(inflate(new Uint8Array(flushed), CAP)).toEqual({ bytes: CONTENT, ending: 'truncated' });
  });

  test('Z7: without checksum, or with a wrong one, everything comes out', () => {
    const without = inflate(STREAM.subarray(0, -4), CAP);
    expect(without).toMatchObject({ bytes: CONTENT, ending: 'truncated' });
    const wrong = STREAM.slice();
    wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
    expect(inflate(wrong, CAP)).toMatchObject({ bytes: CONTENT, ending: 'corrupt' });
  });

  test.each([
    ['one window', 9_000, 9_000],
    ['less than a read', 4_000, undefined],
    ['some windows and a rest', 70_000, 70_000 - 65_536],
    ['whole windows', 65_536, undefined],
  ])('behavior: what comes in one read with the fault, of %s', (_, length, faultReadBytes) => {
    const whole = new Uint8Array(deflateSync(noise(length)));
    const found = inflate(whole.subarray(0, -4), CAP);
    expect(found.bytes.length).toBe(length);
    expect(found.faultReadBytes).toBe(faultReadBytes);
    expect(inflate(whole, CAP).faultReadBytes).toBeUndefined();
  });

  test('behavior: a flush hands out what there is, a final block does not', () => {
    const [begin, flush, end] = [stored(noise(9_000)), stored(EMPTY), stored(EMPTY, true)];
    expect(inflate(zlib(begin, flush), CAP).faultReadBytes).toBeUndefined();
    expect(inflate(zlib(begin, flush, stored(noise(5_000))), CAP).faultReadBytes).toBe(5_000);
    expect(inflate(zlib(begin, flush, end), CAP).faultReadBytes).toBeUndefined();
    expect(inflate(zlib(begin, end), CAP).faultReadBytes).toBe(9_000);
    // Content that looks like the mark of a flush is none.
    const marks = new Uint8Array(9_000).fill(0xff);
    marks.set([0, 0], marks.length - 4);
    expect(inflate(zlib(stored(marks)), CAP)).toMatchObject({
      bytes: marks,
      faultReadBytes: 9_000,
    });
    const cut = zlib(stored(marks)).subarray(0, -100);
    expect(inflate(cut, CAP)).toMatchObject({ ending: 'truncated', faultReadBytes: 8_900 });
  });

  test('Z3, Z7: a truncated stream yields an exact prefix that grows with it', () => {
    let before = 0;
    for (const part of [0.1, 0.5, 0.9]) {
      const { bytes, ending } = inflate(STREAM.subarray(0, STREAM.length * part), CAP);
      expect(ending).toBe('truncated');
      expect(bytes.length).toBeGreaterThan(before);
      expect(bytes).toEqual(CONTENT.subarray(0, bytes.length));
      before = bytes.length;
    }
  });

  test('behavior: the cap', () => {
    expect(inflate(STREAM, CONTENT.length).ending).toBe('clean');
    const capped = inflate(STREAM, CONTENT.length - 1);
    expect(capped).toEqual({ bytes: CONTENT.subarray(0, -1), ending: 'capped' });
    expect(inflate(STREAM, 1)).toEqual({ bytes: CONTENT.subarray(0, 1), ending: 'capped' });
  });

  test('Z7: a corrupt block yields what came before it', () => {
    // A stored block of three bytes, then one of the reserved type.
    const stream = hexToBytes('0x7801000300fcff01020307');
    expect(inflate(stream, CAP)).toEqual({ bytes: Uint8Array.of(1, 2, 3), ending: 'corrupt' });
  });

  test('behavior: nothing at all', () => {
    expect(inflate(new Uint8Array(0), CAP)).toEqual({
      bytes: new Uint8Array(0),
      ending: 'truncated',
    });
  });
});

const EMPTY = new Uint8Array(0);

/** Bytes that do not compress. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * i * 2654435761) >>> 13);
}

/** A stored block, behind a byte's end. */
function stored(content: Uint8Array, isFinal = false): Uint8Array {
  const { length } = content;
  const header = [
    isFinal ? 1 : 0,
    length & 0xff,
    length >> 8,
    ~length & 0xff,
    (~length >> 8) & 0xff,
  ];
  return concatBytes(Uint8Array.from(header), content);
}

/** A zlib stream of these blocks, without checksum. */
function zlib(...blocks: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(0x78, 0x01), ...blocks);
}
