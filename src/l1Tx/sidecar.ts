import type { Hash } from '../base/bytes.ts';
import { blobVersionedHash } from '../protocol/versionedHash.ts';

/**
 * Blobs of a transaction with what proves them.
 *
 * Version 0 has one proof of 48 bytes per blob; version 1, from Osaka on, 128 cell proofs per
 * blob, blob after blob (EIP-7594).
 */
export type Sidecar = {
  readonly version: 0 | 1;
  /** BLOB_BYTES each. */
  readonly blobs: readonly Uint8Array[];
  /** 48 bytes each. */
  readonly commitments: readonly Uint8Array[];
  readonly proofs: readonly Uint8Array[];
  readonly versionedHashes: readonly Hash[];
};

/** What a sidecar is made with. Slow: tens to hundreds of milliseconds per blob. */
export type SidecarKzg = {
  /** 48 bytes. */
  readonly commitment: (blob: Uint8Array) => Promise<Uint8Array>;
  /** 48 bytes. */
  readonly proof: (blob: Uint8Array, commitment: Uint8Array) => Promise<Uint8Array>;
  /** CELLS_PER_BLOB proofs of 48 bytes. */
  readonly cellProofs: (blob: Uint8Array) => Promise<readonly Uint8Array[]>;
};

/** Cells of an extended blob. @spec EIP-7594 */
export const CELLS_PER_BLOB = 128;

/** Commitments, proofs and hashes of `blobs`. */
export async function makeSidecar(
  blobs: readonly Uint8Array[],
  version: 0 | 1,
  kzg: SidecarKzg,
): Promise<Sidecar> {
  const commitments = await Promise.all(blobs.map((blob) => kzg.commitment(blob)));
  const proofs =
    version === 0
      ? await Promise.all(blobs.map((blob, i) => kzg.proof(blob, commitments[i] as Uint8Array)))
      : (await Promise.all(blobs.map((blob) => kzg.cellProofs(blob)))).flat();
  return {
    version,
    blobs,
    commitments,
    proofs,
    versionedHashes: commitments.map(blobVersionedHash),
  };
}
