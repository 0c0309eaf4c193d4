import { type Address, bytesToHex, concatBytes, type Hex } from '../../base/bytes.ts';
import { keccak256 } from '../../base/hash.ts';
import { type BatchBlock, toBatchBlock } from '../../batcher/batchBlock.ts';
import { singularContent, spanContent } from '../../batcher/channelContent.ts';
import { type CompressionAlgorithm, compressChannel } from '../../native/compress.ts';
import { isActive } from '../../protocol/forks.ts';
import { type Frame, encodeFrames } from '../../protocol/frame.ts';
import type { L2Block } from '../../protocol/l2Block.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import type { InboxPost } from './modelL1.ts';

/** How a channel is written. */
export type ChannelForm = {
  readonly batches: 'singular' | 'span';
  readonly compression: 'zlib' | 'brotli';
  readonly data: 'calldata' | 'blobs';
  readonly frames: number;
};

/** Every form in turn; what the L1 block's time does not allow yet falls back to the older way. */
const FORMS: readonly ChannelForm[] = [
  { batches: 'singular', compression: 'zlib', data: 'calldata', frames: 1 },
  { batches: 'span', compression: 'brotli', data: 'blobs', frames: 1 },
  { batches: 'span', compression: 'zlib', data: 'calldata', frames: 3 },
  { batches: 'singular', compression: 'brotli', data: 'blobs', frames: 2 },
  { batches: 'span', compression: 'brotli', data: 'calldata', frames: 2 },
  { batches: 'span', compression: 'zlib', data: 'blobs', frames: 1 },
];

/** A channel that holds some blocks, as it goes to the L1. */
export type PostedChannel = {
  readonly id: Hex;
  readonly form: ChannelForm;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  readonly compressedBytes: number;
  readonly posts: readonly InboxPost[];
};

/** Writes blocks as the `index`-th channel, for an L1 block of time `l1Time`. */
export function writeChannel(
  rollup: RollupConfig,
  batcher: Address,
  blocks: readonly L2Block[],
  index: number,
  l1Time: bigint,
): PostedChannel {
  const batchBlocks = blocks.map((block) => toBatchBlock(rollup, block));
  const firstEpochTime = (batchBlocks[0] as BatchBlock).l1OriginTime;
  const wanted = FORMS[index % FORMS.length] as ChannelForm;
  const form = allowedForm(rollup, wanted, l1Time, firstEpochTime);
  const content =
    form.batches === 'span' ? spanContent(rollup, batchBlocks, 0) : singularContent(batchBlocks);
  const algorithm: CompressionAlgorithm = form.compression === 'zlib' ? 'zlib' : 'brotli-10';
  const data = compressChannel(content, algorithm);
  const first = blocks[0] as L2Block;
  const id = bytesToHex(keccak256(concatBytes(Uint8Array.of(index), data)).subarray(0, 16));
  const pieces = framesOf(id, data, form.frames).map((frame) => encodeFrames([frame]));
  const posts: readonly InboxPost[] =
    form.data === 'blobs'
      ? [{ from: batcher, form: 'blobs', pieces }]
      : pieces.map((piece) => ({ from: batcher, form: 'calldata', pieces: [piece] }));
  const lastBlock = (blocks.at(-1) as L2Block).number;
  return { id, form, firstBlock: first.number, lastBlock, compressedBytes: data.length, posts };
}

/** A span batch counts from Delta on by its first epoch's time, all else by the L1 block's. */
function allowedForm(
  { forkTimes }: RollupConfig,
  form: ChannelForm,
  l1Time: bigint,
  firstEpochTime: bigint,
): ChannelForm {
  return {
    batches: isActive(forkTimes, 'delta', firstEpochTime) ? form.batches : 'singular',
    compression: isActive(forkTimes, 'fjord', l1Time) ? form.compression : 'zlib',
    data: isActive(forkTimes, 'ecotone', l1Time) ? form.data : 'calldata',
    frames: form.frames,
  };
}

function framesOf(channelId: Hex, data: Uint8Array, count: number): readonly Frame[] {
  const size = Math.ceil(data.length / count);
  return Array.from({ length: count }, (_, frameNumber) => ({
    channelId,
    frameNumber,
    data: data.subarray(frameNumber * size, (frameNumber + 1) * size),
    isLast: frameNumber === count - 1,
  }));
}
