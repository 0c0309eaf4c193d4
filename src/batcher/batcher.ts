import type { Hex } from '../base/bytes.ts';
import { encodeBlob } from '../protocol/blob.ts';
import type { BlockId, L1BlockRef } from '../protocol/ids.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { Log } from '../transport/log.ts';
import type { L1Client } from '../l1Tx/l1Client.ts';
import type { TxSender } from '../l1Tx/txSender.ts';
import type { TxCandidate } from '../l1Tx/txSenderParts.ts';
import { type BatchBlock, toBatchBlock } from './batchBlock.ts';
import {
  addBlock,
  applySync,
  type BatcherEnv,
  type BatcherState,
  closeOpenChannel,
  confirmTx,
  drain,
  emptyState,
  failTx,
  heldData,
  nextTxData,
} from './batcherState.ts';
import type { ChannelConfig, DaType } from './channelConfig.ts';
import type { BatcherTxData, ClosedChannel } from './closedChannel.ts';
import { cheaperDaType } from './daChoice.ts';
import type { Compress } from './openChannel.ts';
import { backlogBytes, type ThrottleLimits } from './throttle.ts';
import type { Throttler } from './throttler.ts';
import { type BatcherSyncStatus, type BlockRange, syncAction } from './syncActions.ts';

/** Where a batcher reads L2. Both throw TransportError, DecodeError or the signal's reason. */
export type BatcherSource = {
  readonly syncStatus: (options?: AbortOptions) => Promise<BatcherSyncStatus>;
  /** The unsafe block of that number; undefined where there is none. */
  readonly block: (number: bigint, options?: AbortOptions) => Promise<L2Block | undefined>;
};

/** How a batcher works. */
export type BatcherConfig = {
  readonly channel: Omit<ChannelConfig, 'daType'>;
  readonly daType: DaType | 'auto';
  readonly pollIntervalMs: number;
  /** Parallel L1 transactions; 0 for no limit. */
  readonly maxPendingTxs: number;
};

/** The parts a batcher works with. */
export type BatcherParts = {
  readonly rollup: RollupConfig;
  readonly source: BatcherSource;
  readonly l1: L1Client;
  readonly txSender: TxSender;
  readonly config: BatcherConfig;
  readonly compress: Compress;
  /** 16 random bytes. */
  readonly newChannelId: () => Hex;
  readonly log: Log;
  /** Slows the block builder down while much waits to be written. */
  readonly throttler: Throttler;
  /** Estimate of a compressed transaction's bytes, for the throttler. */
  readonly txBytes: (tx: Uint8Array) => number;
  /** Told what happens, for counts and metrics. */
  readonly events?: Partial<BatcherEvents>;
};

/** What happens in a batcher. */
export type BatcherEvents = {
  /** The node's heads, once a round. */
  readonly followed: (status: BatcherSyncStatus) => void;
  readonly loaded: (block: BatchBlock) => void;
  /** A channel takes no more blocks and waits to be sent. */
  readonly closed: (channel: ClosedChannel) => void;
  readonly submitted: (data: BatcherTxData) => void;
  readonly confirmed: (data: BatcherTxData, l1Block: bigint) => void;
  /** A transaction did not make it; its data are sent again. */
  readonly failed: (data: BatcherTxData) => void;
  readonly throttled: (backlogBytes: number, limits: ThrottleLimits) => void;
};

/** Writes unsafe L2 blocks to L1 while it runs. */
export type Batcher = {
  /** One round: follow the node, load blocks, send what is due. Rounds must not overlap. */
  readonly step: (options?: AbortOptions) => Promise<void>;
  /** Rounds at the poll interval, and after every confirmed transaction, until the signal. */
  readonly run: (options: { readonly signal: AbortSignal }) => Promise<void>;
  /** Closes the open channel, so that the next round sends it. */
  readonly flush: () => Promise<void>;
  /** Sends all that is held and waits until it is confirmed, or the signal. */
  readonly drain: (options?: AbortOptions) => Promise<void>;
  readonly state: () => Readonly<BatcherState>;
  /** L1 transactions on their way. */
  readonly pending: () => number;
};

/** Blocks loaded before the loop publishes and looks at the node again. */
const MAX_LOAD_BLOCKS = 100;

/** A batcher that starts from the node's safe head. It keeps nothing over a restart. */
export function createBatcher(parts: BatcherParts): Batcher {
  const core: Core = {
    parts,
    state: emptyState(0n),
    started: false,
    currentL1: undefined,
    lastIncluded: 0n,
    reorg: false,
    daType: parts.config.daType === 'auto' ? 'blobs' : parts.config.daType,
    group: new AbortController(),
    inFlight: new Set(),
    told: new WeakSet(),
    wake: () => {},
  };
  return {
    step: (options = {}) => step(core, options),
    run: ({ signal }) => run(core, signal),
    flush: async () => {
      closeOpenChannel(core.state, await envOf(core, {}), 'flushed');
      core.wake();
    },
    drain: (options = {}) => drainAll(core, options),
    state: () => core.state,
    pending: () => core.inFlight.size,
  };
}

type Core = {
  readonly parts: BatcherParts;
  readonly state: BatcherState;
  started: boolean;
  /** The node's `current_l1` in the last round. */
  currentL1: L1BlockRef | undefined;
  /** Newest L1 block with a transaction of ours. */
  lastIncluded: bigint;
  /** The unsafe chain changed: nothing is loaded or sent until the node has read all of ours. */
  reorg: boolean;
  daType: DaType;
  /** Cancels all transactions on their way when one fails: nothing may overtake it. */
  group: AbortController;
  readonly inFlight: Set<Promise<void>>;
  /** Closed channels that `events` knows of. */
  readonly told: WeakSet<ClosedChannel>;
  wake: () => void;
};

async function run(core: Core, signal: AbortSignal): Promise<void> {
  const { log, config } = core.parts;
  while (!signal.aborted) {
    const woken = new Promise<void>((resolve) => {
      core.wake = resolve;
    });
    try {
      await step(core, { signal });
    } catch (error) {
      if (signal.aborted) return;
      log.warn('batcher round failed', { error });
    }
    const pause = new AbortController();
    const options = { signal: AbortSignal.any([signal, pause.signal]) };
    const slept = sleep(config.pollIntervalMs, options).catch(() => {});
    await Promise.race([woken, slept]);
    pause.abort();
  }
}

async function step(core: Core, options: AbortOptions): Promise<void> {
  const { parts, state } = core;
  const status = await parts.source.syncStatus(options);
  parts.events?.followed?.(status);
  if (core.reorg && !isCaughtUp(core, status)) return;
  if (core.reorg || !core.started) begin(core, status);
  const action = syncAction(status, core.currentL1, heldData(state));
  if (action.type === 'wait') {
    parts.log.warn('batcher waits for the rollup node', { reason: action.reason });
    // Told once: from the new position on it is followed again.
    core.currentL1 = status.currentL1;
    return;
  }
  core.currentL1 = status.currentL1;
  if (action.type === 'startAfresh') {
    parts.log.warn('batcher starts afresh', {
      reason: action.reason,
      safe: status.localSafeL2.number,
    });
  }
  applySync(state, action, status.localSafeL2.l1Origin.number);
  // Before anything is sent: what is held may be of an unsafe chain that is gone.
  if (isReorged(state, status.unsafeL2)) noteReorg(core, status.unsafeL2.number);
  else await load(core, action.load, options);
  if (!core.reorg) await publish(core, options);
  const backlog = backlogBytes(state, parts.txBytes);
  parts.events?.throttled?.(backlog, await parts.throttler.update(backlog, options));
}

/** Whether the unsafe head is not the held block of its height, or below what is held. */
function isReorged({ blocks }: BatcherState, unsafe: BlockId): boolean {
  const newest = blocks.at(-1);
  if (newest === undefined || newest.number < unsafe.number) return false;
  return newest.hash !== unsafe.hash;
}

function noteReorg(core: Core, number: bigint): void {
  core.parts.log.warn('L2 reorg', { number });
  core.reorg = true;
}

/** Forgets everything; the next sync action loads from the safe head on. */
function begin(core: Core, status: BatcherSyncStatus): void {
  Object.assign(core.state, emptyState(status.localSafeL2.l1Origin.number));
  core.started = true;
  core.reorg = false;
}

/** After an L2 reorg: all of ours is on L1 or given up, and the node has read it. */
function isCaughtUp(core: Core, status: BatcherSyncStatus): boolean {
  return core.inFlight.size === 0 && status.currentL1.number >= core.lastIncluded;
}

async function load(
  core: Core,
  range: BlockRange | undefined,
  options: AbortOptions,
): Promise<void> {
  const { parts, state } = core;
  if (range === undefined) return;
  let loaded = 0;
  for (let number = range.first; number <= range.last; number++) {
    const block = await parts.source.block(number, options);
    if (block === undefined) break;
    const batchBlock = toBatchBlock(parts.rollup, block);
    if (addBlock(state, batchBlock) === 'reorg') {
      noteReorg(core, number);
      return;
    }
    parts.events?.loaded?.(batchBlock);
    if (++loaded % MAX_LOAD_BLOCKS === 0) await publish(core, options);
  }
}

/** Sends what is due, up to the limit of parallel transactions. Does not wait for them. */
async function publish(core: Core, options: AbortOptions): Promise<void> {
  const { config } = core.parts;
  if (core.group.signal.aborted && core.inFlight.size > 0) return;
  if (core.group.signal.aborted) core.group = new AbortController();
  const env = await envOf(core, options);
  // From here on nothing waits: what is taken is sent, in this order.
  const limit = config.maxPendingTxs === 0 ? Number.MAX_SAFE_INTEGER : config.maxPendingTxs;
  while (core.inFlight.size < limit && !core.group.signal.aborted) {
    const data = nextTxData(core.state, env);
    tellClosed(core);
    if (data === undefined) return;
    submit(core, data);
  }
}

function tellClosed({ state, told, parts }: Core): void {
  for (const channel of state.channels) {
    if (told.has(channel)) continue;
    told.add(channel);
    const { id, reason, firstBlock, lastBlock, frames } = channel;
    parts.log.info('channel closed', {
      channel: id,
      reason,
      firstBlock,
      lastBlock,
      frames: frames.length,
    });
    parts.events?.closed?.(channel);
  }
}

function submit(core: Core, data: BatcherTxData): void {
  const { group } = core;
  const { txSender, rollup, log, events } = core.parts;
  const candidate = toCandidate(rollup, data);
  events?.submitted?.(data);
  const sent = txSender.send(candidate, { signal: group.signal }).then((receipt) => {
    if (!receipt.succeeded) throw new Error(`transaction ${receipt.hash} reverted`);
    confirmTx(core.state, data, receipt.blockNumber);
    if (receipt.blockNumber > core.lastIncluded) core.lastIncluded = receipt.blockNumber;
    const { channelId, firstFrame } = data;
    const l1Block = receipt.blockNumber;
    log.info('batcher transaction confirmed', { channelId, firstFrame, l1Block });
    events?.confirmed?.(data, receipt.blockNumber);
  });
  const settled = sent
    .catch((error: unknown) => {
      failTx(core.state, data);
      events?.failed?.(data);
      if (group.signal.aborted) return;
      log.warn('batcher transaction failed', { channelId: data.channelId, error });
      group.abort(error);
    })
    .finally(() => {
      core.inFlight.delete(settled);
    });
  core.inFlight.add(settled);
}

function toCandidate(rollup: RollupConfig, data: BatcherTxData): TxCandidate {
  const isBlobs = data.daType === 'blobs';
  return {
    to: rollup.batchInboxAddress,
    data: isBlobs ? new Uint8Array(0) : (data.payloads[0] as Uint8Array),
    value: 0n,
    gas: 'data',
    blobs: isBlobs ? data.payloads.map(encodeBlob) : [],
  };
}

async function envOf(core: Core, options: AbortOptions): Promise<BatcherEnv> {
  const { rollup, config, compress, newChannelId, l1 } = core.parts;
  const head = await l1.head(options);
  if (config.daType === 'auto') {
    const { maxL1TxSizeBytes, targetNumFrames } = config.channel;
    core.daType = cheaperDaType(head.feeMarket, maxL1TxSizeBytes, targetNumFrames);
  }
  return {
    rollup,
    config: { ...config.channel, daType: core.daType },
    mayRebuild: config.daType === 'auto',
    l1Head: head,
    compress,
    newChannelId,
  };
}

async function drainAll(core: Core, options: AbortOptions): Promise<void> {
  drain(core.state, await envOf(core, options));
  const { signal } = options;
  const stop = (): void => core.group.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      try {
        await publish(core, options);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof TransportError)) throw error;
        core.parts.log.warn('L1 does not answer while draining', { error });
        await sleep(core.parts.config.pollIntervalMs, options);
        continue;
      }
      if (core.inFlight.size === 0) return;
      await Promise.race(core.inFlight);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
