import { Gauge, type Registry } from 'prom-client';
import { metricOptions } from '../transport/metricOptions.ts';
import type { OutputAtBlock } from '../sources/rollupClient.ts';

/** Prefix of op-proposer's metrics. */
export const PROPOSER_METRICS = 'op_proposer_default_';

/**
 * Gauges of what was proposed, under op-proposer's names.
 *
 * @returns Sets them to a new proposal.
 * @spec    protocol/proposer.md, "Metrics"
 */
export function proposedGauges(registry: Registry): (output: OutputAtBlock) => void {
  const named = metricOptions(registry, PROPOSER_METRICS);
  const sequence = new Gauge(
    named('proposed_sequence_number', 'L2 block of the last proposed output'),
  );
  const numbers = new Gauge(named('refs_number', 'Height of a block', ['type']));
  return ({ block: { number } }) => {
    sequence.set(Number(number));
    numbers.set({ type: 'proposed' }, Number(number));
  };
}
