import { DecodeError } from '../base/errors.ts';

// A blob is 4096 field elements of 32 bytes, big-endian, each below the BLS modulus. The codec
// leaves the two top bits of every element zero and uses the other 254: 31 low bytes, and six
// bits of the first byte. Four elements make a round of 4 * 31 + 3 = 127 bytes:
//
//   element  31 low bytes           six bits of the first byte
//   0        bytes 0..30            x: low six bits of byte 31
//   1        bytes 32..62           y: low four bits of byte 63, above them bits 6, 7 of byte 31
//   2        bytes 64..94           z: low six bits of byte 95
//   3        bytes 96..126          bits 4..7 of byte 63, above them bits 6, 7 of byte 95
//
// The first 31 bytes of the first round are: 1 version byte (0), 3 length bytes, 27 of data.
// Invalid blobs cost their own data only. The two top bits of the very first element are not
// checked, those of every other element that is read are.

/** Bytes of a blob. */
export const BLOB_BYTES = 131_072;

/** Most bytes one blob can carry: 1024 rounds less version and length. */
export const MAX_BLOB_DATA_BYTES = 130_044;

const ELEMENT_BYTES = 32;
const ROUND_BYTES = 4 * ELEMENT_BYTES;
const ROUND_DATA_BYTES = 127;
/** Version and length take the place of the first four data bytes of round 0. */
const PREFIX_BYTES = 4;

/**
 * Batcher data that a blob carries.
 *
 * @param blob  BLOB_BYTES bytes.
 * @returns     0 to MAX_BLOB_DATA_BYTES bytes, in a new array.
 * @throws      DecodeError when the blob is not in this encoding. It is then ignored.
 * @spec        protocol/derivation.md 2.5
 */
export function decodeBlob(blob: Uint8Array): Uint8Array {
  const length = decodeLength(blob);
  const rounds = Math.max(1, Math.ceil((length + PREFIX_BYTES) / ROUND_DATA_BYTES));
  const data = new Uint8Array(rounds * ROUND_DATA_BYTES);
  for (let round = 0; round < rounds; round++) decodeRound(blob, round, data);
  const end = PREFIX_BYTES + length;
  for (let i = end; i < data.length; i++) {
    if (data[i] !== 0) throw excess(length, i - PREFIX_BYTES);
  }
  for (let i = rounds * ROUND_BYTES; i < BLOB_BYTES; i++) {
    if (blob[i] !== 0) throw excess(length, i);
  }
  return data.subarray(PREFIX_BYTES, end);
}

function decodeLength(blob: Uint8Array): number {
  if (blob.length !== BLOB_BYTES) {
    const message = `blob: expected ${BLOB_BYTES} bytes, found ${blob.length}`;
    throw new DecodeError('blobSize', blob.length, message);
  }
  const version = blob[1] as number;
  if (version !== 0) {
    throw new DecodeError('blobVersion', 1, `blob encoding version: expected 0, found ${version}`);
  }
  const length = ((blob[2] as number) << 16) | ((blob[3] as number) << 8) | (blob[4] as number);
  if (length > MAX_BLOB_DATA_BYTES) {
    const message = `blob data length: expected at most ${MAX_BLOB_DATA_BYTES}, found ${length}`;
    throw new DecodeError('blobLength', 2, message);
  }
  return length;
}

function decodeRound(blob: Uint8Array, round: number, data: Uint8Array): void {
  const at = round * ROUND_BYTES;
  const to = round * ROUND_DATA_BYTES;
  for (let element = 0; element < 4; element++) {
    const start = at + element * ELEMENT_BYTES;
    if (start !== 0 && ((blob[start] as number) & 0xc0) !== 0) {
      const message = `field element ${start / ELEMENT_BYTES}: the two top bits must be zero`;
      throw new DecodeError('blobElement', start, message);
    }
    // A loop, as 4096 views for each blob would be most of the garbage of reading it.
    const target = to + element * ELEMENT_BYTES;
    for (let i = 0; i < ELEMENT_BYTES - 1; i++) data[target + i] = blob[start + 1 + i] as number;
  }
  const e0 = blob[at] as number;
  const e1 = blob[at + 32] as number;
  const e2 = blob[at + 64] as number;
  const e3 = blob[at + 96] as number;
  data[to + 31] = (e0 & 0x3f) | ((e1 & 0x30) << 2);
  data[to + 63] = (e1 & 0x0f) | ((e3 & 0x0f) << 4);
  data[to + 95] = (e2 & 0x3f) | ((e3 & 0x30) << 2);
}

function excess(length: number, offset: number): DecodeError {
  const message = `blob: expected zeros behind its ${length} data bytes, found data`;
  return new DecodeError('blobExcess', offset, message);
}

/**
 * The blob that carries `data`.
 *
 * @throws RangeError above MAX_BLOB_DATA_BYTES.
 * @spec   protocol/derivation.md 2.5
 */
export function encodeBlob(data: Uint8Array): Uint8Array {
  if (data.length > MAX_BLOB_DATA_BYTES) {
    throw new RangeError(`expected at most ${MAX_BLOB_DATA_BYTES} bytes, found ${data.length}`);
  }
  const rounds = Math.ceil((data.length + PREFIX_BYTES) / ROUND_DATA_BYTES);
  const stream = new Uint8Array(rounds * ROUND_DATA_BYTES);
  stream.set([0, data.length >> 16, (data.length >> 8) & 0xff, data.length & 0xff]);
  stream.set(data, PREFIX_BYTES);
  const blob = new Uint8Array(BLOB_BYTES);
  for (let round = 0; round < rounds; round++) encodeRound(stream, round, blob);
  return blob;
}

function encodeRound(stream: Uint8Array, round: number, blob: Uint8Array): void {
  const at = round * ROUND_DATA_BYTES;
  const to = round * ROUND_BYTES;
  for (let element = 0; element < 4; element++) {
    const start = at + element * ELEMENT_BYTES;
    blob.set(stream.subarray(start, start + 31), to + element * ELEMENT_BYTES + 1);
  }
  const x = stream[at + 31] as number;
  const y = stream[at + 63] as number;
  const z = stream[at + 95] as number;
  blob[to] = x & 0x3f;
  blob[to + 32] = (y & 0x0f) | ((x & 0xc0) >> 2);
  blob[to + 64] = z & 0x3f;
  blob[to + 96] = ((z & 0xc0) >> 2) | (y >> 4);
}
