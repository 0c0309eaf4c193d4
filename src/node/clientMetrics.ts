import { Counter, Histogram, type Registry } from 'prom-client';
import type { CallWatch } from '../transport/callWatch.ts';
import type { RollupNode } from './node.ts';

/** Metrics of calls to other servers. Give it the role of a server for who tells of its calls. */
export function clientMetrics(registry: Registry, prefix: string): (rpc: string) => CallWatch {
  const registers = [registry];
  const labelNames = ['rpc', 'method'];
  const name = (suffix: string): string => `${prefix}rpc_client_${suffix}`;
  const requests = new Counter({
    name: name('requests_total'),
    help: 'Calls to other servers',
    labelNames,
    registers,
  });
  const responses = new Counter({
    name: name('responses_total'),
    help: 'What calls to other servers came to',
    labelNames: [...labelNames, 'error'],
    registers,
  });
  const durations = new Histogram({
    name: name('request_duration_seconds'),
    help: 'Time until a call to another server was answered',
    labelNames,
    registers,
  });
  return (rpc) => (method, durationMs, failure) => {
    const labels = { rpc, method };
    requests.inc(labels);
    responses.inc({ ...labels, error: failure ?? '<nil>' });
    durations.observe(labels, durationMs / 1000);
  };
}

/** Calls by L1 endpoint, read from a node whenever they are asked for. */
export function addEndpointMetrics(registry: Registry, prefix: string, node: RollupNode): void {
  const calls = new Counter({
    name: `${prefix}l1_endpoint_calls_total`,
    help: 'Calls to each L1 endpoint (not of op-node)',
    labelNames: ['endpoint', 'method'],
    registers: [registry],
  });
  const collect = (): void => {
    calls.reset();
    for (const { name, calls: counts } of node.l1.meters()) {
      for (const [method, count] of Object.entries(counts)) {
        calls.inc({ endpoint: name, method }, count);
      }
    }
  };
  Object.assign(calls, { collect });
}
