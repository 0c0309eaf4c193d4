import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CallWatch } from '../transport/callWatch.ts';
import { metricOptions } from '../transport/metricOptions.ts';
import { addEndpointMetrics, clientMetrics } from './clientMetrics.ts';
import type { DriverEvents } from './driverPorts.ts';
import { addHeadMetrics } from './headMetrics.ts';
import type { RollupNode } from './node.ts';
import type { SequencerEvents } from '../sequencer/ports.ts';
import type { RpcWatch } from './rpc/answerRpc.ts';

/** Metrics of a node under op-node's names, where the meaning is the same. */
export type NodeMetrics = {
  readonly registry: Registry;
  readonly events: Partial<DriverEvents>;
  readonly rpcServed: RpcWatch;
  readonly sequencing: SequencerEvents;
  /** For calls to other servers, by their role: `l1`, `l1-beacon`, `engine-api`. */
  readonly calls: (rpc: string) => CallWatch;
  /** Lets gauges read from a node that has started. */
  readonly attach: (node: RollupNode) => void;
};

const PREFIX = 'op_node_default_';

/** A new set of metrics with a registry of its own. @spec protocol/node-surface.md 5 */
export function createMetrics(version: string): NodeMetrics {
  const registry = new Registry();
  const named = metricOptions(registry, PREFIX);
  // Of this process: CPU, memory, event loop, garbage collection. op-node has those of Go.
  collectDefaultMetrics({ register: registry });
  const event = (name: string, help: string, labels?: readonly string[]): Event =>
    eventMetric(registry, name, help, labels);
  new Gauge(named('info', 'Version of the node', ['version'])).set({ version }, 1);
  new Gauge(named('up', '1 while the node runs')).set(1);

  const resets = event('pipeline_resets', 'Derivations begun again');
  const errors = event('derivation_errors', 'Steps that failed and were tried again');
  const batches = event('derived_batches', 'Batches that became blocks', ['type']);
  const timeouts = event('channel_timeout', 'Channels that timed out');
  const payloads = event('unsafe_payloads', 'Unsafe blocks that came from outside');
  const refused = 'Things of L1 that derivation refused (not of op-node)';
  const dropped = new Counter(named('dropped_total', refused, ['subject', 'reason']));
  const reorgDepth = new Histogram({
    ...named('l1_reorg_depth', 'L1 blocks that a reorg replaced'),
    buckets: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 20.5, 50.5, 100.5],
  });
  return {
    registry,
    rpcServed: rpcServerMetrics(registry),
    sequencing: sequencerMetrics(registry),
    calls: clientMetrics(registry, PREFIX),
    events: {
      reset: () => resets(),
      failed: () => errors(),
      unsafePayload: () => payloads(),
      l1Reorg: (depth) => reorgDepth.observe(Number(depth)),
      derived: ({ step }) => {
        if (step.source.type === 'batch') batches({ type: step.source.kind });
      },
      dropped: ({ subject, reason }) => {
        dropped.inc({ subject, reason });
        if (reason === 'channelTimedOut') timeouts();
      },
    },
    attach: (node) => {
      addHeadMetrics(registry, PREFIX, node);
      addEndpointMetrics(registry, PREFIX, node);
      forkGauge(registry, node);
    },
  };
}

type Labels = { readonly [name: string]: string };
type Event = (labels?: Labels) => void;

/** An event counter and the time it was last counted. */
function eventMetric(
  registry: Registry,
  name: string,
  help: string,
  labels: readonly string[] = [],
): Event {
  const named = metricOptions(registry, PREFIX);
  const total = new Counter(named(`${name}_total`, help, labels));
  const last = new Gauge(named(`last_${name}_unix`, `${help}: time of the last one`, labels));
  return (given = {}) => {
    total.inc(given);
    last.set(given, Date.now() / 1000);
  };
}

function sequencerMetrics(registry: Registry): SequencerEvents {
  const named = metricOptions(registry, PREFIX);
  const errors = eventMetric(registry, 'sequencing_errors', 'Blocks that were not made');
  const origins = eventMetric(
    registry,
    'sequencer_inconsistent_l1_origin',
    'L1 origins that turned out not to be canonical',
  );
  const transactions = new Counter(
    named('transactions_sequenced_total', 'Transactions of blocks that were made here'),
  );
  const durations = new Histogram(
    named('sequencer_building_seconds', 'Time to make a block (not of op-node)'),
  );
  return {
    failed: () => errors(),
    inconsistentOrigin: () => origins(),
    sequenced: (_block, count, buildMs) => {
      transactions.inc(count);
      durations.observe(buildMs / 1000);
    },
  };
}

function rpcServerMetrics(registry: Registry): RpcWatch {
  const named = metricOptions(registry, `${PREFIX}rpc_server_`);
  const called = ['rpc', 'method'];
  const requests = new Counter(named('requests_total', 'Calls to our RPC server', called));
  const responses = new Counter(
    named('responses_total', 'Answers of our RPC server', [...called, 'error']),
  );
  const durations = new Histogram(
    named('request_duration_seconds', 'Time to answer a call', called),
  );
  return (method, durationMs, error) => {
    const labels = { rpc: 'main', method };
    requests.inc(labels);
    responses.inc({ ...labels, error: error === undefined ? '<nil>' : `rpc_${error}` });
    durations.observe(labels, durationMs / 1000);
  };
}

function forkGauge(registry: Registry, node: RollupNode): void {
  const named = metricOptions(registry, PREFIX);
  const labelNames = ['chain_id', 'fork', 'activation_basis'];
  const gauge = new Gauge(
    named('hardfork_activation_timestamp', 'When a fork becomes active', labelNames),
  );
  const { forkTimes, l2ChainId } = node.options.config.rollup;
  for (const [fork, time] of Object.entries(forkTimes)) {
    if (time === undefined) continue;
    const labels = { chain_id: `${l2ChainId}`, fork, activation_basis: 'l2_timestamp' };
    gauge.set(labels, Number(time));
  }
}
