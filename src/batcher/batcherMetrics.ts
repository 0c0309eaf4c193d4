import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { MAX_BLOB_DATA_BYTES } from '../protocol/blob.ts';
import type { BlockId } from '../protocol/ids.ts';
import { collectWith, metricOptions } from '../transport/metricOptions.ts';
import { rawSizeBound } from './batchBlock.ts';
import type { Batcher, BatcherEvents } from './batcher.ts';
import { fullyIncludedIn } from './closedChannel.ts';

/** Prefix of op-batcher's metrics. */
export const BATCHER_METRICS = 'op_batcher_default_';

/** Metrics of a batcher. */
export type BatcherMetrics = {
  readonly events: BatcherEvents;
  /** Lets gauges read from the batcher that runs now. */
  readonly attach: (batcher: Pick<Batcher, 'state'>) => void;
};

/**
 * Metrics under op-batcher's names, where the meaning is the same. Sizes before compression are
 * upper bounds.
 *
 * @spec protocol/batcher.md 9
 */
export function createBatcherMetrics(registry: Registry): BatcherMetrics {
  const named = metricOptions(registry, BATCHER_METRICS);
  const channels = channelMetrics(registry);
  const heads = new Gauge(named('refs_number', 'Height of a head', ['layer', 'type']));
  const added = new Counter(named('blocks_added_total', 'L2 blocks loaded'));
  const loadedBytes = new Counter(named('pending_blocks_bytes_total', 'Bytes of L2 blocks loaded'));
  const txs = new Counter(
    named('batcher_tx_total', 'L1 transactions by what became of them', ['stage']),
  );
  const blobBytes = new Histogram({
    ...named('blob_used_bytes', 'Bytes used of each blob'),
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map(
      (part) => part * MAX_BLOB_DATA_BYTES,
    ),
  });
  const intensity = new Gauge(
    named('throttle_intensity', 'How strongly the builder is slowed down, 0 to 1'),
  );
  const maxTx = new Gauge(
    named('throttle_max_tx_size', 'Limit of a transaction, bytes; 0 for none'),
  );
  const maxBlock = new Gauge(named('throttle_max_block_size', 'Limit of a block, bytes'));
  const unsafeBytes = new Gauge(
    named('unsafe_da_bytes', 'Bytes that wait to be on L1, as estimated'),
  );
  return {
    attach: stateGauges(registry),
    events: {
      followed: ({ headL1, currentL1, unsafeL2, localSafeL2 }) => {
        const set = (layer: string, type: string, { number }: BlockId): void =>
          heads.set({ layer, type }, Number(number));
        set('l1', 'l1_head', headL1);
        set('l1', 'l1_current', currentL1);
        set('l2', 'l2_unsafe', unsafeL2);
        set('l2', 'l2_safe', localSafeL2);
      },
      loaded: (block) => {
        added.inc();
        loadedBytes.inc(rawSizeBound(block));
      },
      closed: channels.closed,
      submitted: () => txs.inc({ stage: 'submitted' }),
      confirmed: ({ daType, payloads }) => {
        txs.inc({ stage: 'success' });
        if (daType === 'blobs') for (const { length } of payloads) blobBytes.observe(length);
      },
      failed: () => txs.inc({ stage: 'failed' }),
      throttled: (backlog, limits) => {
        unsafeBytes.set(backlog);
        intensity.set(limits.intensity);
        maxTx.set(limits.maxTxBytes);
        maxBlock.set(limits.maxBlockBytes);
      },
    },
  };
}

function channelMetrics(registry: Registry): Pick<BatcherEvents, 'closed'> {
  const named = metricOptions(registry, BATCHER_METRICS);
  const total = new Counter(named('channel_total', 'Channels by stage', ['stage']));
  const reasons = new Counter(
    named('channel_closed_total', 'Channels by why they closed', ['reason']),
  );
  const input = new Counter(
    named('input_bytes_total', 'Bytes of closed channels before compression'),
  );
  const output = new Counter(
    named('output_bytes_total', 'Bytes of closed channels after compression'),
  );
  const frameCount = new Gauge(named('channel_num_frames', 'Frames of the last closed channel'));
  const ratio = new Histogram({
    ...named('channel_compr_ratio', 'Bytes after compression by bytes before'),
    buckets: [0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1],
  });
  return {
    closed: ({ rawBytes, frames, reason }) => {
      const bytes = frames.reduce((sum, { data }) => sum + data.length, 0);
      total.inc({ stage: 'closed' });
      reasons.inc({ reason });
      input.inc(rawBytes);
      output.inc(bytes);
      frameCount.set(frames.length);
      ratio.observe(bytes / rawBytes);
    },
  };
}

function stateGauges(registry: Registry): BatcherMetrics['attach'] {
  const named = metricOptions(registry, BATCHER_METRICS);
  const blocks = new Gauge(named('pending_blocks_count', 'L2 blocks held', ['stage']));
  const bytes = new Gauge(
    named('pending_blocks_bytes_current', 'Bytes of L2 blocks not in a channel yet'),
  );
  const channels = new Gauge(named('channel_queue_length', 'Channels held'));
  const pending = new Gauge(
    named('pending_da_bytes', 'Bytes of closed channels that L1 has not confirmed'),
  );
  return (batcher) => {
    // One collector for all of them: it runs when any is read.
    collectWith(blocks, () => {
      const state = batcher.state();
      blocks.set({ stage: 'added' }, state.blocks.length);
      channels.set(state.channels.length);
      const waiting = state.blocks.slice(state.cursor);
      bytes.set(waiting.reduce((sum, block) => sum + rawSizeBound(block), 0));
      const unconfirmed = state.channels.filter((one) => fullyIncludedIn(one) === undefined);
      const frames = unconfirmed.flatMap((channel) => channel.frames);
      pending.set(frames.reduce((sum, { data }) => sum + data.length, 0));
    });
  };
}
