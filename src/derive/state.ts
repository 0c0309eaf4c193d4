import type { Address, Hash, Hex } from '../base/bytes.ts';
import type { SingularBatch, SpanBatch } from '../protocol/batch.ts';
import type { ChannelContent } from '../protocol/channel.ts';
import type { Frame } from '../protocol/frame.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { InboxTx, L1Block } from '../protocol/l1Block.ts';
import type { L1ChainConfig } from '../protocol/l1ChainConfig.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { SystemConfig } from '../protocol/systemConfig.ts';
import type { Dropped } from './dropped.ts';
import type { BatchPosition, Step } from './step.ts';

/** The two configurations that derivation depends on. */
export type DeriveConfig = { readonly rollup: RollupConfig; readonly l1Chain: L1ChainConfig };

/**
 * Where derivation begins: the L1 block to read first, and the system config read from the L2 block
 * that has it as origin.
 */
export type Checkpoint = { readonly l1: L1Block; readonly systemConfig: SystemConfig };

/**
 * The L2 block to build on: the pending safe head. Before Holocene it may run ahead of the safe
 * head inside a span batch. `systemConfig` is read back from that block.
 */
export type SafeHead = { readonly ref: L2BlockRef; readonly systemConfig: SystemConfig };

/**
 * All that derivation remembers: one plain value with a slice for each stage. Only the functions of
 * this folder change it, and none of them leaves a transition half done.
 */
export type DeriveState = {
  readonly config: DeriveConfig;
  readonly traversal: Traversal;
  readonly retrieval: Retrieval;
  readonly frames: FrameQueue;
  /** The bank before Holocene, the assembler from it on. */
  channels: ChannelBank | ChannelAssembler;
  /** The channel being read. Forgetting it is the flush: its span dies with it. */
  channel: OpenChannel | undefined;
  /** The queue before Holocene, the stage from it on. */
  batches: BatchQueue | BatchStage;
  /** L1 blocks from the safe head's epoch on, consecutive. */
  readonly window: L1Window;
  /** L2 blocks given for the overlap in question, by number. */
  readonly l2Blocks: Map<bigint, L2Block>;
  /** Notes not yet handed out. */
  readonly notes: Dropped[];
  /** What has been read since the start, for people. No rule looks at it. */
  readonly read: { channels: number; batches: number };
  /** The step that ended derivation; it is the answer from then on. */
  ended: Step | undefined;
};

/** Which L1 block is being read, which are fed but unread, and who the batcher is. */
export type Traversal = {
  /** Undefined until the checkpoint's block is opened. */
  origin: L1Block | undefined;
  /** Fed, not yet read, in order. */
  readonly pending: L1Block[];
  systemConfig: SystemConfig;
  /** True once everything of the origin has been used: what is left is to open the next block. */
  drained: boolean;
};

/** What is left of the origin's batcher data. */
export type Retrieval = { items: readonly DataItem[]; next: number };

/** One calldata or one blob of a batcher transaction. */
export type DataItem = {
  readonly tx: InboxTx;
  /** Position in the transaction's blobs; undefined for calldata. */
  readonly blobIndex: number | undefined;
};

/** Frames of one data item, not yet taken. */
export type FrameQueue = { frames: readonly QueuedFrame[]; next: number };

/** A frame, and the data item in which it came. */
export type QueuedFrame = { readonly frame: Frame; readonly item: DataItem };

/** Channels being filled before Holocene, oldest first. */
export type ChannelBank = {
  readonly type: 'bank';
  readonly channels: Map<Hex, BankChannel>;
  /** Sum over the channels. */
  sizeBytes: number;
};

/** A channel in the bank. `sizeBytes` counts FRAME_OVERHEAD for each frame. */
export type BankChannel = {
  readonly id: Hex;
  readonly opened: L1BlockRef;
  readonly frames: Map<number, Uint8Array>;
  sizeBytes: number;
  /** Number of the closing frame, once seen. */
  endFrameNumber: number | undefined;
  highestFrameNumber: number;
};

/** The one channel being filled from Holocene on. */
export type ChannelAssembler = {
  readonly type: 'assembler';
  stagingChannel: StagingChannel | undefined;
};

/** The one open channel. `sizeBytes` counts overheads too. */
export type StagingChannel = {
  readonly id: Hex;
  readonly opened: L1BlockRef;
  readonly frames: Uint8Array[];
  sizeBytes: number;
};

/** The joined frame data of a complete channel, still compressed. */
export type RawChannel = { readonly id: Hex; readonly data: Uint8Array };

/** A complete channel, decompressed, with what is left of it. */
export type OpenChannel = {
  readonly id: Hex;
  readonly inclusion: L1BlockRef;
  readonly compression: ChannelContent['compression'];
  /** Decompressed; a prefix where the stream broke. */
  readonly bytes: Uint8Array;
  readonly ending: ChannelContent['ending'];
  /** Offset of the next batch in `bytes`. */
  offset: number;
  /** Position of the next batch. */
  batchIndex: number;
  /** Holocene: a span that was read and is not yet judged. */
  candidate: TaggedSpan | undefined;
  /** Holocene: what is left of the accepted span. */
  span: SpanInProgress | undefined;
};

/** A batch with where it was read. */
export type TaggedBatch = {
  readonly batch: SingularBatch | SpanBatch;
  readonly position: BatchPosition;
};

/** A span with where it was read. */
export type TaggedSpan = { readonly batch: SpanBatch; readonly position: BatchPosition };

/** The rest of an accepted span batch: one singular batch for each new block, without parent. */
export type SpanInProgress = {
  readonly batches: readonly OrphanBatch[];
  next: number;
  /** Batches that `upcomingTransactions` has told of, from the first one on. */
  told: number;
  readonly position: BatchPosition;
};

/** A singular batch whose parent is whatever block is built before it. */
export type OrphanBatch = Omit<SingularBatch, 'parentHash'>;

/** Batches waiting before Holocene, in order of arrival. */
export type BatchQueue = {
  readonly type: 'queue';
  waiting: readonly TaggedBatch[];
  /** What is left of the accepted span. */
  span: SpanInProgress | undefined;
  /** What this round's load came to, once it is done. */
  loaded: Loaded | undefined;
};

/** Whether there may be more to read in the L1 block, or everything of it has been used. */
export type Loaded = 'batch' | 'outOfData';

/** From Holocene on nothing waits: the span lives in its channel. */
export type BatchStage = { readonly type: 'stage' };

/** Consecutive L1 blocks, the first being the epoch of the safe head or the one after. */
export type L1Window = { blocks: L1Block[]; origin: Hash | undefined };

/** Address whose transactions count in the L1 block being read. */
export function batcherAddress(state: DeriveState): Address {
  return state.traversal.systemConfig.batcherAddr;
}

/**
 * The L1 block being read.
 *
 * @throws never once `next` has opened the checkpoint's block; stages run only after that.
 */
export function pipelineOrigin(state: DeriveState): L1Block {
  return state.traversal.origin as L1Block;
}

/** What a stage answers when it has no value: ask again now, or nothing until L1 advances. */
export type StageEnd = 'again' | 'endOfData';
