import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { collectWith, metricOptions } from '../transport/metricOptions.ts';
import type { TxSender } from './txSender.ts';
import type { TxEvent } from './txSenderParts.ts';

/** Metrics of a transaction sender. */
export type TxMetrics = {
  readonly onEvent: (event: TxEvent) => void;
  /** Lets gauges read from a sender. */
  readonly attach: (sender: Pick<TxSender, 'pending'>) => void;
};

const WEI_PER_GWEI = 1e9;

/**
 * Metrics under the names of op-batcher's and op-proposer's transaction manager.
 *
 * @param prefix Of the service, like `op_batcher_default_`.
 * @param now    Milliseconds since 1970.
 * @spec  protocol/batcher.md 9, "L1 cost"
 */
export function createTxMetrics(
  registry: Registry,
  prefix: string,
  now: () => number = Date.now,
): TxMetrics {
  const named = metricOptions(registry, `${prefix}txmgr_`);
  const fee = new Gauge(named('tx_fee_gwei', 'Cost of the last confirmed transaction'));
  const fees = new Counter(named('tx_fee_gwei_total', 'Cost of all confirmed transactions'));
  const feeSizes = new Histogram({
    ...named('tx_fee_histogram_gwei', 'Cost of confirmed transactions'),
    buckets: [0.5, 1, 2, 5, 10, 20, 40, 60, 80, 100, 200, 400, 800, 1600].map((x) => x * 1e5),
  });
  const bumps = new Gauge(named('tx_gas_bump', 'How often the fees of the last one were raised'));
  const latency = new Histogram({
    ...named('tx_confirmed_latency_ms', 'Time from the first publication to the confirmation'),
    buckets: [100, 500, 1_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000],
  });
  const nonce = new Gauge(named('current_nonce', 'Newest nonce that was published'));
  const published = new Counter(named('publish_total', 'Publications, repeated ones too'));
  const refused = new Counter(named('tx_publish_error_count', 'Publications that L1 refused'));
  const confirmed = new Counter(named('confirm_total', 'Confirmed transactions', ['status']));
  const tip = new Gauge(named('tipcap_wei', 'Tip of the last raised fee'));
  const pending = new Gauge(named('pending_txs', 'Transactions on their way'));
  const firstPublished = new Map<bigint, number>();
  const bumpsOf = new Map<bigint, number>();
  return {
    attach: (sender) => {
      collectWith(pending, () => pending.set(sender.pending()));
    },
    onEvent: (event) => {
      switch (event.type) {
        case 'published':
          published.inc();
          nonce.set(Number(event.nonce));
          if (!firstPublished.has(event.nonce)) firstPublished.set(event.nonce, now());
          return;
        case 'bumped':
          bumpsOf.set(event.nonce, (bumpsOf.get(event.nonce) ?? 0) + 1);
          tip.set(Number(event.fees.tip));
          return;
        case 'refused':
          refused.inc();
          return;
        case 'confirmed': {
          const cost = Number(event.receipt.cost) / WEI_PER_GWEI;
          fee.set(cost);
          fees.inc(cost);
          feeSizes.observe(cost);
          bumps.set(bumpsOf.get(event.nonce) ?? 0);
          confirmed.inc({ status: event.receipt.succeeded ? 'success' : 'reverted' });
          const since = firstPublished.get(event.nonce);
          if (since !== undefined) latency.observe(now() - since);
          forget(firstPublished, event.nonce);
          forget(bumpsOf, event.nonce);
        }
      }
    },
  };
}

/** Drops what is known of a nonce and of all below it: those given up were never confirmed. */
function forget(known: Map<bigint, number>, nonce: bigint): void {
  for (const key of known.keys()) if (key <= nonce) known.delete(key);
}
