import type { Metric, Registry } from 'prom-client';

/** What any metric of prom-client is made with. */
export type MetricOptions = {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
};

/** Options of metrics in `registry` whose names begin with `prefix`. */
export function metricOptions(
  registry: Registry,
  prefix: string,
): (name: string, help: string, labels?: readonly string[]) => MetricOptions {
  return (name, help, labels = []) => ({
    name: `${prefix}${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
}

/** Has `collect` fill a metric, and whatever else it fills, whenever the registry is read. */
export function collectWith(metric: Metric, collect: () => void): void {
  Object.assign(metric, { collect });
}
