import { DecodeError } from '../../base/errors.ts';
import type { Dropped } from '../../derive/index.ts';
import { decodeBlob } from '../../protocol/blob.ts';
import { isActive } from '../../protocol/forks.ts';
import { decodeFrames } from '../../protocol/frame.ts';
import type { InboxTx, L1Block } from '../../protocol/l1Block.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';

/** One calldata or blob of a transaction to the inbox. */
export type InboxItem = {
  readonly txIndex: number;
  readonly txHash: string;
  /** Undefined for calldata. */
  readonly blobIndex: number | undefined;
  /** Of batcher data; 0 where a blob holds none. */
  readonly bytes: number;
  /** Empty where the data holds no frames, or does not count. */
  readonly frames: readonly FrameNote[];
  readonly kept: boolean;
};

/** A frame as it is told: `bytes` counts its data. */
export type FrameNote = {
  readonly channelId: string;
  readonly frameNumber: number;
  readonly bytes: number;
  readonly isLast: boolean;
};

/** What the inbox of an L1 block holds, looked at again for people: which data, which frames. */
export function inboxItems(
  rollup: RollupConfig,
  block: L1Block,
  dropped: readonly Dropped[],
): readonly InboxItem[] {
  const readsBlobs = isActive(rollup.forkTimes, 'ecotone', block.ref.timestamp);
  const refused = new Set(
    dropped.filter(({ subject }) => subject === 'transaction').map(({ at }) => at.txIndex),
  );
  return block.inboxTxs.flatMap((tx) => {
    const blobIndexes: readonly (number | undefined)[] =
      readsBlobs && tx.type === 3 ? tx.blobs.map((_, index) => index) : [undefined];
    return blobIndexes.map((blobIndex) => itemOf(tx, blobIndex, !refused.has(tx.index)));
  });
}

function itemOf(tx: InboxTx, blobIndex: number | undefined, counts: boolean): InboxItem {
  const place = { txIndex: tx.index, txHash: tx.hash, blobIndex };
  let bytes = 0;
  try {
    const data =
      blobIndex === undefined
        ? tx.input
        : decodeBlob(tx.blobs[blobIndex]?.data ?? new Uint8Array(0));
    bytes = data.length;
    if (!counts) return { ...place, bytes, frames: [], kept: false };
    const frames = decodeFrames(data).map((frame) => ({
      channelId: frame.channelId,
      frameNumber: frame.frameNumber,
      bytes: frame.data.length,
      isLast: frame.isLast,
    }));
    return { ...place, bytes, frames, kept: true };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { ...place, bytes, frames: [], kept: false };
  }
}
