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
    expect(without).toEqual({ bytes: CONTENT, ending: 'truncated' });
    const wrong = STREAM.slice();
    wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
    expect(inflate(wrong, CAP)).toEqual({ bytes: CONTENT, ending: 'corrupt' });
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
