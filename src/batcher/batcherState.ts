import type { Hex } from '../base/bytes.ts';
import { assert } from '../base/errors.ts';
import { maxRlpBytesPerChannel } from '../derive/parameters.ts';
import { isActive } from '../protocol/forks.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { BatchBlock } from './batchBlock.ts';
import { type ChannelConfig, channelTimeout, supportedConfig } from './channelConfig.ts';
import {
  type BatcherTxData,
  type ClosedChannel,
  closeChannel,
  fullyIncludedIn,
  isTimedOut,
  noteFailed,
  noteIncluded,
  takeTxData,
} from './closedChannel.ts';
import {
  type ChannelTools,
  type CloseReason,
  type Compress,
  compressChannel,
  type OpenChannel,
  offerBlock,
  openChannel,
} from './openChannel.ts';
import type { HeldData, SyncAction } from './syncActions.ts';

/**
 * All that a batcher holds. Blocks and channels stay until the safe head passes them; a failure
 * only moves `cursor` or a channel's `nextFrame` back. One loop owns it.
 */
export type BatcherState = {
  /** Unsafe L2 blocks in a row, oldest first. */
  blocks: BatchBlock[];
  /** Position in `blocks` of the next one not in any channel. */
  cursor: number;
  open: OpenChannel | undefined;
  /** Oldest first. */
  channels: ClosedChannel[];
  /** Newest L1 origin of the last closed channel: where a channel's duration counts from. */
  lastL1Origin: bigint;
};

/** The world around the state in one call. */
export type BatcherEnv = {
  readonly rollup: RollupConfig;
  /** What is wanted, with the place of the data already chosen. */
  readonly config: ChannelConfig;
  /** Where a channel may be made again for the other place, while nothing of it was sent. */
  readonly mayRebuild: boolean;
  readonly l1Head: { readonly number: bigint; readonly timestamp: bigint };
  readonly compress: Compress;
  /** 16 random bytes. */
  readonly newChannelId: () => Hex;
};

/** Nothing held. `lastL1Origin` is the safe head's, or the L1 head's at the start. */
export function emptyState(lastL1Origin: bigint): BatcherState {
  return { blocks: [], cursor: 0, open: undefined, channels: [], lastL1Origin };
}

/** What `syncAction` reads of the state. */
export function heldData(state: BatcherState): HeldData {
  const channels = state.channels.map((channel) => ({
    lastBlock: channel.lastBlock,
    fullyIncludedIn: fullyIncludedIn(channel),
  }));
  return { blocks: state.blocks, channels };
}

/** Adds the next block, or tells that it does not follow the newest one: an L2 reorg. */
export function addBlock(state: BatcherState, block: BatchBlock): 'added' | 'reorg' {
  const newest = state.blocks.at(-1);
  if (newest !== undefined && block.parentHash !== newest.hash) return 'reorg';
  state.blocks.push(block);
  return 'added';
}

/** Brings the state to what a sync action says. Loading is left to the caller. */
export function applySync(
  state: BatcherState,
  action: Exclude<SyncAction, { type: 'wait' }>,
  safeL1Origin: bigint,
): void {
  if (action.type === 'startAfresh') {
    Object.assign(state, emptyState(safeL1Origin));
    return;
  }
  state.channels.splice(0, action.pruneChannels);
  state.blocks.splice(0, action.pruneBlocks);
  state.cursor -= action.pruneBlocks;
  // The blocks in the open channel are behind the cursor: some of them just became safe, through
  // data of someone else or of a life before. What is left goes into a new channel.
  const openBlocks = state.open?.blocks.length ?? 0;
  if (openBlocks > Math.max(0, state.cursor)) state.open = undefined;
  const firstFree = state.channels.at(-1)?.lastBlock;
  if (state.open === undefined) state.cursor = indexAfter(state, firstFree);
}

/**
 * Data of the next L1 transaction, or undefined when nothing is due. Fills and closes channels on
 * the way; a channel that is open stays open until it is full or a deadline has come.
 */
export function nextTxData(state: BatcherState, env: BatcherEnv): BatcherTxData | undefined {
  dropTimedOut(state, env);
  if (env.mayRebuild) takeBackUnsent(state, env.config);
  for (;;) {
    for (const channel of state.channels) {
      const data = takeTxData(channel);
      if (data !== undefined) return data;
    }
    if (!fillChannel(state, env)) return undefined;
  }
}

/** Closes the open channel with the blocks it has. False when there is none, or it is empty. */
export function closeOpenChannel(
  state: BatcherState,
  env: BatcherEnv,
  reason: CloseReason,
): boolean {
  const { open } = state;
  state.open = undefined;
  if (open === undefined || open.blocks.length === 0) return false;
  const data = compressChannel(open, toolsOf(env));
  const closed = closeChannel(env.newChannelId(), open.config, open.blocks, data, reason);
  state.channels.push(closed);
  state.lastL1Origin = closed.newestL1Origin;
  return true;
}

/** Puts all blocks into channels and closes the last, for the end of the work. */
export function drain(state: BatcherState, env: BatcherEnv): void {
  while (fillChannel(state, env)) continue;
  closeOpenChannel(state, env, 'terminated');
}

/** Notes a confirmed transaction. Harmless when its channel is gone. */
export function confirmTx(state: BatcherState, data: BatcherTxData, l1Block: bigint): void {
  const channel = channelOf(state, data);
  if (channel !== undefined) noteIncluded(channel, data.firstFrame, l1Block);
}

/** Notes a failed transaction: it and what follows it in the channel are sent again. */
export function failTx(state: BatcherState, data: BatcherTxData): void {
  const channel = channelOf(state, data);
  if (channel !== undefined) noteFailed(channel, data.firstFrame);
}

/**
 * Moves blocks into the open channel.
 *
 * @returns Whether a channel was closed, so that there may be data to send.
 */
function fillChannel(state: BatcherState, env: BatcherEnv): boolean {
  const tools = toolsOf(env);
  while (state.cursor < state.blocks.length) {
    const block = state.blocks[state.cursor] as BatchBlock;
    state.open ??= newChannel(state, env, block);
    const offer = offerBlock(state.open, block, tools);
    if (offer.type === 'refused') {
      assert(state.open.blocks.length > 0, 'an empty channel takes any block');
      return closeOpenChannel(state, env, offer.reason);
    }
    state.open = offer.channel;
    state.cursor++;
    if (offer.type === 'addedLast') return closeOpenChannel(state, env, offer.reason);
  }
  const deadline = state.open?.deadline;
  if (deadline === undefined || env.l1Head.number < deadline.l1Block) return false;
  return closeOpenChannel(state, env, deadline.reason);
}

/**
 * A channel whose first block is `block`. A span is judged by the time of its first L1 origin, so
 * blocks from before Delta go into singular batches.
 */
function newChannel(state: BatcherState, env: BatcherEnv, block: BatchBlock): OpenChannel {
  const supported = supportedConfig(env.config, env.rollup, env.l1Head.timestamp);
  const delta = isActive(env.rollup.forkTimes, 'delta', block.l1OriginTime);
  const config = delta ? supported : { ...supported, batchType: 'singular' as const };
  const { maxChannelDuration, subSafetyMargin } = config;
  const windowEnd = block.l1Origin.number + env.rollup.seqWindowSize - subSafetyMargin;
  const durationEnd = state.lastL1Origin + maxChannelDuration;
  const deadline =
    maxChannelDuration > 0n && durationEnd < windowEnd
      ? ({ l1Block: durationEnd, reason: 'duration' } as const)
      : ({ l1Block: windowEnd, reason: 'seqWindow' } as const);
  return openChannel(config, deadline);
}

/** A channel spread over too many L1 blocks is dead; it and all later ones are made again. */
function dropTimedOut(state: BatcherState, env: BatcherEnv): void {
  const timeout = channelTimeout(env.rollup);
  const dead = state.channels.findIndex((channel) => isTimedOut(channel, timeout));
  if (dead >= 0) takeBack(state, dead);
}

/** Takes back channels made for the other place, as far as nothing of them was ever sent. */
function takeBackUnsent(state: BatcherState, config: ChannelConfig): void {
  const unsent = state.channels.findIndex(
    (channel) =>
      channel.nextFrame === 0 &&
      channel.included.size === 0 &&
      channel.config.daType !== config.daType,
  );
  const later = state.channels.slice(unsent);
  if (unsent >= 0 && later.every((channel) => channel.nextFrame === 0)) takeBack(state, unsent);
}

function takeBack(state: BatcherState, firstChannel: number): void {
  state.channels.splice(firstChannel);
  state.open = undefined;
  state.cursor = indexAfter(state, state.channels.at(-1)?.lastBlock);
}

/** Position of the first block above `number`, or of the first of all. */
function indexAfter(state: BatcherState, number: bigint | undefined): number {
  const oldest = state.blocks[0];
  if (oldest === undefined || number === undefined || number < oldest.number) return 0;
  return Math.min(state.blocks.length, Number(number + 1n - oldest.number));
}

function channelOf(state: BatcherState, data: BatcherTxData): ClosedChannel | undefined {
  return state.channels.find((channel) => channel.id === data.channelId);
}

function toolsOf(env: BatcherEnv): ChannelTools {
  const { rollup, compress, l1Head } = env;
  return { rollup, compress, maxRlpBytes: maxRlpBytesPerChannel(rollup, l1Head.timestamp) };
}
