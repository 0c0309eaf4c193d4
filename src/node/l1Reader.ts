import type { Address } from '../base/bytes.ts';
import { addL1Block } from '../derive/pipeline.ts';
import { batcherAddress, type DeriveState } from '../derive/state.ts';
import type { Step } from '../derive/step.ts';
import type { BlockId, L1BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { applyConfigLogs } from '../protocol/systemConfigLogs.ts';
import { fillBlobs } from '../sources/batcherBlobs.ts';
import { SourceError } from '../sources/errors.ts';
import { followL1, type L1FeedItem } from '../sources/l1Feed.ts';
import { retrying } from '../sources/retrying.ts';
import type { DriverPorts } from './driverPorts.ts';

/** Feeds derivation with L1 blocks, one when it asks for one. */
export type L1Reader = {
  /**
   * Feeds the child of `parent`; waits for it at the head.
   *
   * @returns Undefined when fed, or when it has to be asked for again.
   */
  readonly feedBlock: (
    state: DeriveState,
    parent: BlockId,
  ) => Promise<Extract<L1FeedItem, { readonly type: 'reorg' }> | undefined>;
  /** Feeds the block being asked about again, with its blobs. */
  readonly feedBlobs: (
    state: DeriveState,
    step: Extract<Step, { readonly type: 'needBlobs' }>,
  ) => Promise<void>;
  /** Ends the read-ahead. */
  readonly close: () => Promise<void>;
};

/** A reader that fetches ahead from the first block asked for on. */
export function createL1Reader(ports: DriverPorts, signal: AbortSignal): L1Reader {
  let feed: AsyncGenerator<L1FeedItem, void, void> | undefined;
  const close = async (): Promise<void> => {
    const ended = feed;
    feed = undefined;
    await ended?.return().catch(() => undefined);
  };
  return {
    feedBlock: async (state, parent) => {
      feed ??= beginFeed(ports, state, parent, signal);
      const item = await nextItem(ports, feed);
      if (item === undefined || item.type === 'reorg') {
        await close();
        return item;
      }
      ports.l1Refs.remember(item.block.ref);
      addL1Block(state, item.block);
      return undefined;
    },
    feedBlobs: (state, step) => feedBlobs(ports, state, step, signal),
    close,
  };
}

function beginFeed(
  ports: DriverPorts,
  state: DeriveState,
  after: BlockId,
  signal: AbortSignal,
): AsyncGenerator<L1FeedItem, void, void> {
  const { rollup } = ports.config;
  const { confirmations, readAhead, l1DeadlineMs: deadlineMs } = ports.options;
  const { l1: source, l1Heads: heads, l1Memory: memory, blobs, waits } = ports;
  return followL1(
    {
      source,
      heads,
      blobs,
      waits,
      memory,
      after,
      confirmations,
      readAhead,
      deadlineMs,
      batcherAddr: batcherAddress(state),
      nextBatcher: (before, block) => nextBatcher(rollup, before, block),
      blobsSince: rollup.forkTimes.ecotone,
    },
    { signal },
  );
}

async function nextItem(
  { log }: DriverPorts,
  feed: AsyncGenerator<L1FeedItem, void, void>,
): Promise<L1FeedItem | undefined> {
  try {
    const { value } = await feed.next();
    return value ?? undefined;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    log.warn('L1 could not be read in time', { err: error });
    return undefined;
  }
}

/** The batcher after the config updates of a block. Only read ahead with: derivation decides. */
function nextBatcher(rollup: RollupConfig, before: Address, block: L1Block): Address {
  const systemConfig = { ...rollup.genesis.systemConfig, batcherAddr: before };
  return applyConfigLogs(rollup, systemConfig, block).batcherAddr;
}

async function feedBlobs(
  { blobs, waits, options }: DriverPorts,
  state: DeriveState,
  { l1, versionedHashes }: Extract<Step, { readonly type: 'needBlobs' }>,
  signal: AbortSignal,
): Promise<void> {
  const block = state.traversal.pending.find(({ ref }) => ref.hash === l1.hash);
  if (block === undefined) return;
  const found = await retrying((abort) => blobs.blobs(block.ref, versionedHashes, abort), {
    waits,
    name: `${versionedHashes.length} blobs of L1 block ${l1.number}`,
    deadlineMs: options.l1DeadlineMs,
    signal,
  });
  addL1Block(state, fillBlobs(block, found));
}

/**
 * The L1 block that derivation begins with. Its blobs are asked for when they are read.
 *
 * @throws SourceError when it could not be had in time.
 */
export function readBase(
  { l1, waits, options }: DriverPorts,
  base: L1BlockRef,
  signal: AbortSignal,
): Promise<L1Block> {
  return retrying((abort) => l1.blockWithoutLogs({ hash: base.hash }, abort), {
    waits,
    name: `L1 block ${base.number}`,
    deadlineMs: options.l1DeadlineMs,
    signal,
  });
}
