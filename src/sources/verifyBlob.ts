import type { Hash } from '../base/bytes.ts';
import { BLOB_BYTES } from '../protocol/blob.ts';
import { blobVersionedHash } from '../protocol/versionedHash.ts';
import { SourceError } from './errors.ts';

/** KZG of blobs, away from the event loop. */
export type BlobKzg = {
  /**
   * Commitment of a blob, 48 bytes.
   *
   * @throws when the blob has another length, or an element that is no field element.
   */
  readonly commitment: (blob: Uint8Array) => Promise<Uint8Array>;
};

/**
 * States that a blob is the one a versioned hash names. The commitment is computed from the blob:
 * one that came with it proves nothing without a proof.
 *
 * @throws SourceError `unverified` when it is not.
 */
export async function assertBlob(
  kzg: BlobKzg,
  versionedHash: Hash,
  blob: Uint8Array,
): Promise<void> {
  if (blob.length !== BLOB_BYTES) {
    const message = `blob \`${versionedHash}\`: expected ${BLOB_BYTES} bytes, found ${blob.length}`;
    throw new SourceError('unverified', message);
  }
  let found: Hash;
  try {
    found = blobVersionedHash(await kzg.commitment(blob));
  } catch (cause) {
    const message = `blob \`${versionedHash}\`: expected field elements, found something else`;
    throw new SourceError('unverified', message, { cause });
  }
  if (found !== versionedHash) {
    throw new SourceError('unverified', `expected blob \`${versionedHash}\`, found \`${found}\``);
  }
}
