import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createBatcherMetrics } from '../../src/batcher/batcherMetrics.ts';
import { addBlock, confirmTx, emptyState, nextTxData } from '../../src/batcher/batcherState.ts';
import { batchBlocks, batcherEnv } from '../support/batcher.ts';

describe('createBatcherMetrics', () => {
  test('default: tells of blocks, channels and transactions', async () => {
    const registry = new Registry();
    const { events, attach } = createBatcherMetrics(registry);
    const state = emptyState(100n);
    attach({ state: () => state });
    for (const block of batchBlocks(1, 6)) {
      addBlock(state, block);
      events.loaded(block);
    }
    const valueOf = async (line: string): Promise<number> => {
      const text = await registry.metrics();
      const found = text.split('\n').find((one) => one.startsWith(`op_batcher_default_${line} `));
      return Number(found?.split(' ')[1]);
    };
    expect(await valueOf('blocks_added_total')).toBe(6);
    expect(await valueOf('pending_blocks_count{stage="added"}')).toBe(6);
    const unpacked = await valueOf('pending_blocks_bytes_current');
    expect(unpacked).toBe(await valueOf('pending_blocks_bytes_total'));

    const data = nextTxData(state, batcherEnv(101n));
    const [channel] = state.channels;
    if (data === undefined || channel === undefined) throw new Error('expected a closed channel');
    events.closed(channel);
    events.submitted(data);
    expect(await valueOf('channel_total{stage="closed"}')).toBe(1);
    expect(await valueOf('channel_queue_length')).toBe(1);
    expect(await valueOf('input_bytes_total')).toBe(channel.rawBytes);
    expect(await valueOf('pending_blocks_bytes_current')).toBeLessThan(unpacked);
    const pending = await valueOf('pending_da_bytes');
    expect(pending).toBe(await valueOf('output_bytes_total'));
    expect(pending).toBe(channel.frames.reduce((sum, frame) => sum + frame.data.length, 0));

    confirmTx(state, data, 101n);
    events.confirmed({ ...data, daType: 'blobs' }, 101n);
    events.failed(data);
    expect(await valueOf('pending_da_bytes')).toBe(0);
    expect(await valueOf('batcher_tx_total{stage="submitted"}')).toBe(1);
    expect(await valueOf('batcher_tx_total{stage="success"}')).toBe(1);
    expect(await valueOf('batcher_tx_total{stage="failed"}')).toBe(1);
    expect(await valueOf('blob_used_bytes_count')).toBe(data.payloads.length);
    events.throttled(77, { intensity: 0.5, maxTxBytes: 5, maxBlockBytes: 6 });
    expect(await valueOf('throttle_intensity')).toBe(0.5);
    expect(await valueOf('unsafe_da_bytes')).toBe(77);
  });
});
