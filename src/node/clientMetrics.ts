import { Counter, Histogram, type Registry } from 'prom-client';
import type { CallWatch } from '../transport/callWatch.ts';
import { collectWith, metricOptions } from '../transport/metricOptions.ts';
import type { RollupNode } from './node.ts';

/** Metrics of calls to other servers. Give it the role of a server for who tells of its calls. */
export function clientMetrics(registry: Registry, prefix: string): (rpc: string) => CallWatch {
  const named = metricOptions(registry, `${prefix}rpc_client_`);
  const called = ['rpc', 'method'];
  const requests = new Counter(named('requests_total', 'Calls to other servers', called));
  const responses = new Counter(
    named('responses_total', 'What calls to other servers came to', [...called, 'error']),
  );
  const durations = new Histogram(
    named('request_duration_seconds', 'Time until a call to another server was answered', called),
  );
  return (rpc) => (method, durationMs, failure) => {
    const labels = { rpc, method };
    requests.inc(labels);
    responses.inc({ ...labels, error: failure ?? '<nil>' });
    durations.observe(labels, durationMs / 1000);
  };
}

/** Calls by L1 endpoint, read from a node whenever they are asked for. */
export function addEndpointMetrics(registry: Registry, prefix: string, node: RollupNode): void {
  const help = 'Calls to each L1 endpoint (not of op-node)';
  const labels = ['endpoint', 'method'];
  const calls = new Counter(
    metricOptions(registry, prefix)('l1_endpoint_calls_total', help, labels),
  );
  collectWith(calls, () => {
    calls.reset();
    for (const { name, calls: counts } of node.l1.meters()) {
      for (const [method, count] of Object.entries(counts)) {
        calls.inc({ endpoint: name, method }, count);
      }
    }
  });
}
