import type { Hash } from '../base/bytes.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { AbortOptions } from '../transport/abort.ts';

/** Where blobs come from. */
export type BlobSource = {
  /**
   * The blobs (131,072 bytes each) of an L1 block by versioned hash, each proven by recomputing
   * its commitment. All that were asked for, duplicates once.
   *
   * @throws SourceError `notFound` when every server has been asked and one blob is missing.
   */
  readonly blobs: (
    block: L1BlockRef,
    versionedHashes: readonly Hash[],
    options?: AbortOptions,
  ) => Promise<ReadonlyMap<Hash, Uint8Array>>;
};
