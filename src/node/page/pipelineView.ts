import { channelTimeout } from '../../derive/parameters.ts';
import { spanInProgress } from '../../derive/spanInProgress.ts';
import type {
  BankChannel,
  DeriveState,
  SpanInProgress,
  StagingChannel,
} from '../../derive/state.ts';

/** The pipeline stage by stage, in the order data takes. Sizes are bytes. */
export type PipelineView = {
  /** The L1 block being read, and how many are fed behind it. */
  readonly l1: { readonly number: bigint | null; readonly fedAhead: number };
  /** Calldata and blobs of the block being read that are not taken yet. */
  readonly dataItemsLeft: number;
  readonly framesQueued: number;
  readonly channels: ChannelsView;
  readonly reading: ReadingView | null;
  readonly batches: {
    readonly waiting: number;
    readonly span: {
      readonly left: number;
      readonly of: number;
      readonly channelId: string;
    } | null;
  };
  /** Since this derivation began. */
  readonly read: { readonly channels: number; readonly batches: number };
};

/** Channels being filled; `open` holds the oldest ones. */
export type ChannelsView = {
  readonly count: number;
  readonly sizeBytes: number;
  /** L1 blocks from opening to death, at the L1 block being read. */
  readonly timeoutL1Blocks: bigint | null;
  readonly open: readonly ChannelView[];
};

/** A channel being filled. */
export type ChannelView = {
  readonly id: string;
  readonly frames: number;
  readonly sizeBytes: number;
  readonly openedL1: bigint;
  readonly ageL1Blocks: bigint;
  /** True once its last frame has come, whatever is missing before it. */
  readonly hasEnd: boolean;
};

/** The complete channel that batches are read from. */
export type ReadingView = {
  readonly id: string;
  readonly inclusionL1: bigint;
  readonly compression: 'zlib' | 'brotli';
  readonly sizeBytes: number;
  readonly readBytes: number;
  readonly batchIndex: number;
  /** Not `clean`: the stream broke, and what came before is used. */
  readonly ending: string;
};

/** Channels listed, at most. */
const MAX_CHANNELS = 20;

/** What a state holds at each stage. Reads it once and keeps nothing of it. */
export function pipelineView(state: DeriveState): PipelineView {
  const { traversal, retrieval, frames, channel, batches, read } = state;
  const span = spanInProgress(state);
  return {
    l1: { number: traversal.origin?.ref.number ?? null, fedAhead: traversal.pending.length },
    dataItemsLeft: retrieval.items.length - retrieval.next,
    framesQueued: frames.frames.length - frames.next,
    channels: channelsView(state),
    reading:
      channel === undefined
        ? null
        : {
            id: channel.id,
            inclusionL1: channel.inclusion.number,
            compression: channel.compression,
            sizeBytes: channel.bytes.length,
            readBytes: channel.offset,
            batchIndex: channel.batchIndex,
            ending: channel.ending,
          },
    batches: {
      waiting: batches.type === 'queue' ? batches.waiting.length : 0,
      span: span === undefined ? null : spanView(span),
    },
    read: { channels: read.channels, batches: read.batches },
  };
}

function spanView({ batches, next, position }: SpanInProgress): PipelineView['batches']['span'] {
  return { left: batches.length - next, of: batches.length, channelId: position.channelId };
}

function channelsView({ channels, traversal, config }: DeriveState): ChannelsView {
  const origin = traversal.origin?.ref;
  const filling = channels.type === 'bank' ? [...channels.channels.values()] : staged(channels);
  return {
    count: filling.length,
    sizeBytes: filling.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    timeoutL1Blocks: origin === undefined ? null : channelTimeout(config.rollup, origin.timestamp),
    open: filling.slice(0, MAX_CHANNELS).map((channel) => channelView(channel, origin?.number)),
  };
}

function staged({
  stagingChannel,
}: {
  readonly stagingChannel: StagingChannel | undefined;
}): readonly StagingChannel[] {
  return stagingChannel === undefined ? [] : [stagingChannel];
}

function channelView(
  channel: BankChannel | StagingChannel,
  origin: bigint | undefined,
): ChannelView {
  return {
    id: channel.id,
    frames: 'endFrameNumber' in channel ? channel.frames.size : channel.frames.length,
    sizeBytes: channel.sizeBytes,
    openedL1: channel.opened.number,
    ageL1Blocks: (origin ?? channel.opened.number) - channel.opened.number,
    hasEnd: 'endFrameNumber' in channel && channel.endFrameNumber !== undefined,
  };
}
