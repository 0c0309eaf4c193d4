import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { Hash } from '../../src/base/bytes.ts';
import { createTxMetrics } from '../../src/l1Tx/txMetrics.ts';
import type { TxReceipt } from '../../src/l1Tx/l1Client.ts';

const HASH: Hash = `0x${'11'.repeat(32)}`;
const FEES = { tip: 7n, feeCap: 9n, blobFeeCap: undefined };

function receipt(cost: bigint, succeeded: boolean): TxReceipt {
  return { hash: HASH, succeeded, blockNumber: 1n, blockHash: HASH, cost };
}

describe('createTxMetrics', () => {
  test('default: counts what happens to transactions', async () => {
    const registry = new Registry();
    let nowMs = 1_000;
    const { onEvent, attach } = createTxMetrics(registry, 'x_', () => nowMs);
    attach({ pending: () => 2 });
    onEvent({ type: 'published', nonce: 4n, hash: HASH });
    onEvent({ type: 'bumped', nonce: 4n, fees: FEES });
    onEvent({ type: 'published', nonce: 4n, hash: HASH });
    onEvent({ type: 'refused', nonce: 4n, message: 'underpriced' });
    nowMs = 3_500;
    onEvent({ type: 'confirmed', nonce: 4n, receipt: receipt(3_000_000_000n, true) });
    onEvent({ type: 'confirmed', nonce: 5n, receipt: receipt(1_000_000_000n, false) });
    const text = await registry.metrics();
    for (const line of [
      'x_txmgr_tx_fee_gwei 1',
      'x_txmgr_tx_fee_gwei_total 4',
      'x_txmgr_publish_total 2',
      'x_txmgr_tx_publish_error_count 1',
      'x_txmgr_confirm_total{status="success"} 1',
      'x_txmgr_confirm_total{status="reverted"} 1',
      'x_txmgr_tipcap_wei 7',
      'x_txmgr_current_nonce 4',
      'x_txmgr_pending_txs 2',
      // Measured once: the second one was never seen being published.
      'x_txmgr_tx_confirmed_latency_ms_sum 2500',
      'x_txmgr_tx_confirmed_latency_ms_count 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });
});
