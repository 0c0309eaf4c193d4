import { Gauge, Registry } from 'prom-client';
import { metricOptions } from '../transport/metricOptions.ts';
import { createTxMetrics, type TxMetrics } from '../l1Tx/txMetrics.ts';
import type { Page } from '../node/rpc/rpcServer.ts';

/** Metrics of a service that writes to L1. */
export type RoleMetrics = {
  readonly registry: Registry;
  readonly txs: TxMetrics;
  /** The page at `/metrics`. */
  readonly page: Page;
};

/**
 * Metrics that every service has.
 *
 * @param prefix Of all names, like `op_batcher_default_`.
 */
export function createRoleMetrics(prefix: string, version: string): RoleMetrics {
  const registry = new Registry();
  const named = metricOptions(registry, prefix);
  new Gauge(named('info', 'Version of the service', ['version'])).set({ version }, 1);
  new Gauge(named('up', '1 while the service runs')).set(1);
  return {
    registry,
    txs: createTxMetrics(registry, prefix),
    page: async () => ({
      status: 200,
      contentType: registry.contentType,
      body: await registry.metrics(),
    }),
  };
}
