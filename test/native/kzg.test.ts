import { afterAll, describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import { createKzg, type Kzg, type KzgImplementation } from '../../src/native/kzg.ts';
import { BLOB_BYTES } from '../../src/protocol/blob.ts';
import { blobVersionedHash } from '../../src/protocol/versionedHash.ts';
import { l1LinesOf } from '../support/recordedChains.ts';
import { lacksShared } from '../support/shared.ts';

const loaded: KzgImplementation[] = [];
const onLoad = (implementation: KzgImplementation) => loaded.push(implementation);
const fastest = createKzg({ onLoad });
const js = createKzg({ onLoad, implementation: 'js' });

afterAll(async () => {
  await fastest.close();
  await js.close();
});

const ZERO_BLOB = new Uint8Array(BLOB_BYTES);
const INFINITY = `0xc0${'00'.repeat(47)}`;

/** Element i is i + 1: needs every point of the setup. */
const COUNTING_BLOB = new Uint8Array(BLOB_BYTES);
for (let i = 0; i < BLOB_BYTES / 32; i++) {
  new DataView(COUNTING_BLOB.buffer).setUint32(32 * i + 28, i + 1);
}

const BOTH: readonly (readonly [string, Kzg])[] = [
  ['fastest', fastest],
  ['js', js],
];

describe('createKzg', () => {
  test.each(BOTH)('default: %s: the all-zero blob', async (_, kzg) => {
    const commitment = await kzg.commitment(ZERO_BLOB);
    expect(bytesToHex(commitment)).toBe(INFINITY);
    expect(bytesToHex(await kzg.proof(ZERO_BLOB, commitment))).toBe(INFINITY);
  });

  test('behavior: says which implementation it loaded, once', async () => {
    await js.commitment(ZERO_BLOB);
    await fastest.commitment(ZERO_BLOB);
    expect(loaded.filter((implementation) => implementation === 'js').length).toBeGreaterThan(0);
    expect(loaded.length).toBe(2);
  });

  test('behavior: both implementations agree on commitment and proof', async () => {
    const expected = await js.commitment(COUNTING_BLOB);
    expect(await fastest.commitment(COUNTING_BLOB)).toEqual(expected);
    expect(await fastest.proof(COUNTING_BLOB, expected)).toEqual(
      await js.proof(COUNTING_BLOB, expected),
    );
  });

  test('behavior: 128 cell proofs', async () => {
    const proofs = await fastest.cellProofs(ZERO_BLOB);
    expect(proofs.map((proof) => bytesToHex(proof))).toEqual(Array(128).fill(INFINITY));
  });

  test('behavior: a view into a larger buffer, which the caller keeps', async () => {
    const large = new Uint8Array(3 * BLOB_BYTES).fill(255);
    large.set(COUNTING_BLOB, 100);
    const view = large.subarray(100, 100 + BLOB_BYTES);
    expect(await fastest.commitment(view)).toEqual(await fastest.commitment(COUNTING_BLOB));
    expect(large.length).toBe(3 * BLOB_BYTES);
    expect(large[100 + 31]).toBe(1);
  });

  test.each(BOTH)(
    'error: %s: no field elements, another length; then it goes on',
    async (_, kzg) => {
      const invalid = new Uint8Array(BLOB_BYTES).fill(255);
      await expect(kzg.commitment(invalid)).rejects.toThrow(/./);
      await expect(kzg.commitment(new Uint8Array(31))).rejects.toThrow(/./);
      expect(bytesToHex(await kzg.commitment(ZERO_BLOB))).toBe(INFINITY);
    },
  );

  test('behavior: those that are open at the same time end each for itself', async () => {
    const told: KzgImplementation[] = [];
    const other = createKzg({ implementation: 'js', onLoad: (which) => void told.push(which) });
    const first = other.commitment(ZERO_BLOB);
    const abandoned = other.commitment(COUNTING_BLOB).catch((error: Error) => error.message);
    const kept = js.commitment(ZERO_BLOB);
    expect(bytesToHex(await first)).toBe(INFINITY);
    await other.close();
    expect(await abandoned).toBe('the KZG thread has ended');
    expect(bytesToHex(await kept)).toBe(INFINITY);
    await expect(other.commitment(ZERO_BLOB)).rejects.toThrow('closed');
    expect(told).toEqual(['js']);
  });

  test('behavior: a second thread takes part when calls pile up', async () => {
    const kzg = createKzg({ maxThreads: 2 });
    const blobs = Array.from({ length: 30 }, (_, i) => (i % 10 === 0 ? COUNTING_BLOB : ZERO_BLOB));
    const expected = bytesToHex(await js.commitment(COUNTING_BLOB));
    const commitments = await Promise.all(blobs.map((blob) => kzg.commitment(blob)));
    expect(commitments.map(bytesToHex)).toEqual(
      blobs.map((blob) => (blob === COUNTING_BLOB ? expected : INFINITY)),
    );
    await kzg.close();
    expect(bytesToHex(await fastest.commitment(ZERO_BLOB))).toBe(INFINITY);
  });

  test('error: closed before and while computing', async () => {
    const kzg = createKzg({ implementation: 'js' });
    const running = kzg.commitment(ZERO_BLOB).catch((error: Error) => error.message);
    await kzg.close();
    expect(await running).toBe('the KZG thread has ended');
    await expect(kzg.commitment(ZERO_BLOB)).rejects.toThrow('closed');
    const unused = createKzg();
    await unused.close();
    await expect(unused.commitment(ZERO_BLOB)).rejects.toThrow('closed');
  });
});

describe.skipIf(lacksShared('data/chains'))('blobs of recorded chains', () => {
  test.each(['every-fork-a', 'every-fork-c', 'devnet-fjord'])('%s', async (chain) => {
    const blobs = l1LinesOf(chain).flatMap((line) => line.blobs ?? []);
    expect(blobs.length).toBeGreaterThan(0);
    for (const { versionedHash, blob } of blobs) {
      const commitment = await fastest.commitment(hexToBytes(blob));
      expect(blobVersionedHash(commitment)).toBe(versionedHash);
    }
  });
});
