import { describe, expect, test } from 'vitest';
import { BLOB_BYTES } from '../../src/protocol/blob.ts';
import { blobVersionedHash } from '../../src/protocol/versionedHash.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { assertBlob, type BlobKzg } from '../../src/sources/verifyBlob.ts';

/** Stands for KZG: the commitment is the blob's first 48 bytes. */
const HEAD_KZG: BlobKzg = { commitment: async (blob) => blob.slice(0, 48) };

const BLOB = new Uint8Array(BLOB_BYTES).fill(5);
const HASH = blobVersionedHash(BLOB.subarray(0, 48));

async function refusal(kzg: BlobKzg, blob: Uint8Array): Promise<SourceError> {
  const error = await assertBlob(kzg, HASH, blob).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
}

describe('assertBlob', () => {
  test('default', async () => {
    await expect(assertBlob(HEAD_KZG, HASH, BLOB)).resolves.toBeUndefined();
  });

  test('L18: another blob', async () => {
    const other = BLOB.slice();
    other[0] = 6;
    const error = await refusal(HEAD_KZG, other);
    expect([error.code, error.retryable]).toEqual(['unverified', true]);
    expect(error.message).toContain(HASH);
  });

  test('error: another length, before anything is computed', async () => {
    const unused: BlobKzg = { commitment: () => expect.fail('expected no computation') };
    expect((await refusal(unused, BLOB.slice(1))).code).toBe('unverified');
  });

  test('error: no field elements; the reason is kept', async () => {
    const cause = new Error('not canonical');
    const error = await refusal({ commitment: () => Promise.reject(cause) }, BLOB);
    expect(error.code).toBe('unverified');
    expect(error.cause).toBe(cause);
  });
});
