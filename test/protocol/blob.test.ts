import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import {
  BLOB_BYTES,
  decodeBlob,
  encodeBlob,
  MAX_BLOB_DATA_BYTES,
} from '../../src/protocol/blob.ts';
import { runs } from '../support/runs.ts';

/** A blob that begins with `hex`, the rest zero. */
function blobOf(hex: string): Uint8Array {
  const blob = new Uint8Array(BLOB_BYTES);
  blob.set(hexToBytes(hex));
  return blob;
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (7 * i + 3) & 0xff);
}

describe('decodeBlob', () => {
  test.each([
    ['an all-zero blob', '0x', '0x'],
    ['one zero byte', '0x0000000001', '0x00'],
    ['nine zero bytes and ff', `0x000000000a${'00'.repeat(9)}ff`, `0x${'00'.repeat(9)}ff`],
    ['27 bytes', `0x000000001b${'ff'.repeat(27)}`, `0x${'ff'.repeat(27)}`],
    ['32 bytes', `0x3f00000020${'ff'.repeat(27)}30${'ff'.repeat(4)}`, `0x${'ff'.repeat(32)}`],
    ['top bits of the first element', '0x4000000001', '0x00'],
  ])('default: %s', (_, blob, data) => {
    expect(bytesToHex(decodeBlob(blobOf(blob)))).toBe(data);
  });

  test('default: as long as it gets', () => {
    const data = decodeBlob(blobOf('0x000001fbfc'));
    expect(data).toEqual(new Uint8Array(MAX_BLOB_DATA_BYTES));
  });

  test.each([
    ['a length above the maximum', '0x000001fbfd', 'blobLength'],
    ['another version', '0x0001', 'blobVersion'],
    ['a byte behind the data, in the round', '0x00000000010001', 'blobExcess'],
    ['six bits behind the data', '0x3000000000', 'blobExcess'],
    ['a byte behind the data, in a later round', `0x00${'00'.repeat(128)}01`, 'blobExcess'],
    ['bit 0x80 of the second element', `0x0000000001${'00'.repeat(27)}80`, 'blobElement'],
    ['bit 0x40 of the second element', `0x0000000001${'00'.repeat(27)}40`, 'blobElement'],
  ])('error: %s', (_, blob, code) => {
    expect(() => decodeBlob(blobOf(blob))).toThrow(expect.objectContaining({ code }));
  });

  test('error: not the size of a blob', () => {
    expect(() => decodeBlob(new Uint8Array(BLOB_BYTES - 1))).toThrow(DecodeError);
    expect(() => decodeBlob(new Uint8Array(BLOB_BYTES + 1))).toThrow(DecodeError);
  });

  test('behavior: any bytes decode or throw a DecodeError', () => {
    const damage = fc.array(fc.tuple(fc.nat(BLOB_BYTES - 1), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(fc.nat(MAX_BLOB_DATA_BYTES), damage, (length, patches) => {
        const blob = encodeBlob(pattern(length));
        for (const [offset, byte] of patches) blob[offset] = byte;
        try {
          expect(decodeBlob(blob).length).toBeLessThanOrEqual(MAX_BLOB_DATA_BYTES);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: runs(50) },
    );
  });
});

describe('encodeBlob', () => {
  // Of data[i] = 7 * i + 3: keccak256 of the blob. @see protocol/derivation-2-vectors.md 12.7
  test.each([
    [1, '0x73b2c56d404c34704a910206f37d27a45bdc6e5ab3f0a66a823515bccfcdc69d'],
    [27, '0xf2de8cc9c6851439e578202953a4361f7bfc1212a11146dd0a7d8b021c5ce9ca'],
    [28, '0x3168b5cfde8a2d8ce46b409cfd9ab8fbc9b05fbe01ab1e9069cc234bd1aee1c6'],
    [59, '0x47fb4d594b85cd7a17705810a5bc7ab58b0c5701a68aa9eed83d63610cdbb849'],
    [60, '0x64b97fb878774ab096e389edf1fda407f41de18efc582904095636a0adb050a4'],
    [91, '0x3a13f1d8277a787297c12502060518137ecba23453bae7fcdf0addf7d2c26af7'],
    [92, '0x804b3047f9d7c9717dcdfc4be1554ae969091c86c0e9d90afc021a5c4b90382b'],
    [122, '0x8df094d8ac63fd35fe6a7bf09db8bdc71345150f27dc3490e461111e4afaac37'],
    [123, '0xb3ffb347eb3b751284710e40b808dc003c62999edb5eaece2fd8f52f7cd08169'],
    [127, '0x1a9324b9ff4b8d022bca53dd9961aebfd476108fa707b6cde346cf9ba2e751b5'],
    [128, '0x94ea5f535a72cab3556cc12f890b039268130d8cac8b181d92a81e4a8a7f88b4'],
    [250, '0x4c6d8b697dfe1528e846f96137521816447fda23db5cb9ce964e4951ec9d6dbf'],
    [1000, '0x427901d3654465fb3ebe33d89c2bfc9fa63d72b37920937155f374ca2454a283'],
    [130_043, '0x4dff5d32f12f07c2c0aa666c65730f2c3785bea6df886491c62ab2dd176ae9ab'],
    [130_044, '0x2d4c5c681e7391a3b58b8929ab0f73da562c9f24c3d973a00f1471ccb8431a99'],
  ])('%i bytes', (length, hash) => {
    const blob = encodeBlob(pattern(length));
    expect(keccak256Hex(blob)).toBe(hash);
    expect(decodeBlob(blob)).toEqual(pattern(length));
  });

  test('behavior: round trip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
        expect(decodeBlob(encodeBlob(data))).toEqual(data);
      }),
    );
  });

  test('error: more than a blob holds', () => {
    expect(() => encodeBlob(new Uint8Array(MAX_BLOB_DATA_BYTES + 1))).toThrow(RangeError);
  });
});
