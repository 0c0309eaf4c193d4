import type { Address, Hash } from '../base/bytes.ts';
import type { L1Block } from '../protocol/l1Block.ts';

/** Blobs that a block's batcher transactions name and that it lacks, each once, in order. */
export function wantedBlobs(
  blobsSince: bigint | undefined,
  batcher: Address,
  block: L1Block,
): readonly Hash[] {
  if (blobsSince === undefined || block.ref.timestamp < blobsSince) return [];
  const named = block.inboxTxs.filter(({ from }) => from === batcher).flatMap(({ blobs }) => blobs);
  const lacking = named.filter(({ data }) => data === undefined);
  return [...new Set(lacking.map(({ versionedHash }) => versionedHash))];
}

/** The block with the blobs that were found, those it had already kept. */
export function fillBlobs(block: L1Block, found: ReadonlyMap<Hash, Uint8Array>): L1Block {
  const inboxTxs = block.inboxTxs.map((tx) => ({
    ...tx,
    blobs: tx.blobs.map(({ versionedHash, data }) => ({
      versionedHash,
      data: data ?? found.get(versionedHash),
    })),
  }));
  return { ...block, inboxTxs };
}
