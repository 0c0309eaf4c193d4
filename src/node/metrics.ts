import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { hexToBytes } from '../base/bytes.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { DriverEvents } from './driverPorts.ts';
import type { RollupNode } from './node.ts';
import type { SequencerEvents } from '../sequencer/ports.ts';
import type { RpcWatch } from './rpc/answerRpc.ts';

/** Metrics of a node under op-node's names, where the meaning is the same. */
export type NodeMetrics = {
  readonly registry: Registry;
  readonly events: Partial<DriverEvents>;
  readonly rpcServed: RpcWatch;
  readonly sequencing: SequencerEvents;
  /** Lets gauges read from a node that has started. */
  readonly attach: (node: RollupNode) => void;
};

const PREFIX = 'op_node_default_';

/** A new set of metrics with a registry of its own. @spec protocol/node-surface.md 5 */
export function createMetrics(version: string): NodeMetrics {
  const registry = new Registry();
  const registers = [registry];
  const event = (name: string, help: string, labels: readonly string[] = []): Event =>
    eventMetric(registry, name, help, labels);
  new Gauge({
    name: `${PREFIX}info`,
    help: 'Version of the node',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  new Gauge({ name: `${PREFIX}up`, help: '1 while the node runs', registers }).set(1);

  const resets = event('pipeline_resets', 'Derivations begun again');
  const errors = event('derivation_errors', 'Steps that failed and were tried again');
  const batches = event('derived_batches', 'Batches that became blocks', ['type']);
  const timeouts = event('channel_timeout', 'Channels that timed out');
  const dropped = new Counter({
    name: `${PREFIX}dropped_total`,
    help: 'Things of L1 that derivation refused (not of op-node)',
    labelNames: ['subject', 'reason'],
    registers,
  });
  const reorgDepth = new Histogram({
    name: `${PREFIX}l1_reorg_depth`,
    help: 'L1 blocks that a reorg replaced',
    buckets: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 20.5, 50.5, 100.5],
    registers,
  });
  return {
    registry,
    rpcServed: rpcServerMetrics(registry),
    sequencing: sequencerMetrics(registry),
    events: {
      reset: () => resets(),
      failed: () => errors(),
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
      headGauges(registry, node);
      sourceGauges(registry, node);
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
  labels: readonly string[],
): Event {
  const labelNames = [...labels];
  const registers = [registry];
  const total = new Counter({ name: `${PREFIX}${name}_total`, help, labelNames, registers });
  const last = new Gauge({
    name: `${PREFIX}last_${name}_unix`,
    help: `${help}: time of the last one`,
    labelNames,
    registers,
  });
  return (given = {}) => {
    total.inc(given);
    last.set(given, Date.now() / 1000);
  };
}

function sequencerMetrics(registry: Registry): SequencerEvents {
  const errors = eventMetric(registry, 'sequencing_errors', 'Blocks that were not made', []);
  const origins = eventMetric(
    registry,
    'sequencer_inconsistent_l1_origin',
    'L1 origins that turned out not to be canonical',
    [],
  );
  const transactions = new Counter({
    name: `${PREFIX}transactions_sequenced_total`,
    help: 'Transactions of blocks that were made here',
    registers: [registry],
  });
  const durations = new Histogram({
    name: `${PREFIX}sequencer_building_seconds`,
    help: 'Time to make a block (not of op-node)',
    registers: [registry],
  });
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
  const registers = [registry];
  const labelNames = ['rpc', 'method'];
  const name = (suffix: string): string => `${PREFIX}rpc_server_${suffix}`;
  const requests = new Counter({
    name: name('requests_total'),
    help: 'Calls to our RPC server',
    labelNames,
    registers,
  });
  const responses = new Counter({
    name: name('responses_total'),
    help: 'Answers of our RPC server',
    labelNames: [...labelNames, 'error'],
    registers,
  });
  const durations = new Histogram({
    name: name('request_duration_seconds'),
    help: 'Time to answer a call',
    labelNames,
    registers,
  });
  return (method, durationMs, error) => {
    const labels = { rpc: 'main', method };
    requests.inc(labels);
    responses.inc({ ...labels, error: error === undefined ? '<nil>' : `rpc_${error}` });
    durations.observe(labels, durationMs / 1000);
  };
}

function headGauges(registry: Registry, node: RollupNode): void {
  const registers = [registry];
  const layered = ['layer', 'type'];
  const gauge = (name: string, help: string, labelNames: string[]): Gauge =>
    new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers });
  const numbers = gauge('refs_number', 'Height of a head', layered);
  const times = gauge('refs_time', 'Time of a head', layered);
  const hashes = gauge('refs_hash', 'First 8 bytes of the hash of a head', layered);
  const sequence = gauge('refs_seqnr', 'Sequence number of an L2 head', ['type']);
  const idle = gauge('derivation_idle', '1 when all of L1 has been read', []);
  const active = gauge('sequencer_active', '1 while blocks are made here', []);
  const queued = gauge('unsafe_payloads_buffer_len', 'Unsafe blocks that wait', []);
  const queuedBytes = gauge('unsafe_payloads_buffer_mem_size', 'Their size in bytes', []);
  const set = (layer: string, type: string, ref: L1BlockRef | undefined): void => {
    if (ref === undefined) return;
    numbers.set({ layer, type }, Number(ref.number));
    times.set({ layer, type }, Number(ref.timestamp));
    hashes.set({ layer, type }, hashNumber(ref.hash));
  };
  // One collector for all of them: it runs when any is read.
  collectWith(numbers, () => {
    const { currentL1, phase } = node.driver.status();
    for (const label of ['latest', 'safe', 'finalized'] as const) {
      const name = label === 'latest' ? 'l1_head' : `l1_${label}`;
      set('l1', name, node.l1.heads.head(label));
    }
    set('l1', 'l1_derived', currentL1);
    for (const [type, ref] of l2Heads(node)) {
      set('l2', type, ref);
      if (ref !== undefined) numbers.set({ layer: 'l1_origin', type }, Number(ref.l1Origin.number));
      if (ref !== undefined) sequence.set({ type }, Number(ref.sequenceNumber));
    }
    idle.set(phase.type === 'atL1Head' ? 1 : 0);
    active.set(node.sequencer?.isActive() === true ? 1 : 0);
    const { waiting, sizeBytes } = node.unsafe.queue();
    queued.set(waiting.length);
    queuedBytes.set(sizeBytes);
  });
}

function l2Heads(node: RollupNode): readonly (readonly [string, L2BlockRef | undefined])[] {
  const heads = node.heads();
  return [
    ['l2_unsafe', heads?.unsafeHead],
    ['l2_pending_safe', heads?.pendingSafeHead],
    ['l2_local_safe', heads?.safeHead],
    ['l2_safe', heads?.safeHead],
    ['l2_finalized', heads?.finalizedHead],
    ['l2_backup_unsafe', heads?.backupUnsafeHead],
  ];
}

/** The first eight bytes, little endian, as op-node has them. */
function hashNumber(hash: `0x${string}`): number {
  const bytes = hexToBytes(hash);
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}

function sourceGauges(registry: Registry, node: RollupNode): void {
  const requests = new Gauge({
    name: `${PREFIX}rpc_client_requests_total`,
    help: 'Calls to other servers',
    labelNames: ['rpc', 'method', 'endpoint'],
    registers: [registry],
  });
  collectWith(requests, () => {
    for (const { name, calls } of node.l1.meters()) {
      for (const [method, count] of Object.entries(calls)) {
        requests.set({ rpc: 'l1', method, endpoint: name }, count);
      }
    }
  });
}

function forkGauge(registry: Registry, node: RollupNode): void {
  const gauge = new Gauge({
    name: `${PREFIX}hardfork_activation_timestamp`,
    help: 'When a fork becomes active',
    labelNames: ['chain_id', 'fork', 'activation_basis'],
    registers: [registry],
  });
  const { forkTimes, l2ChainId } = node.options.config.rollup;
  for (const [fork, time] of Object.entries(forkTimes)) {
    if (time === undefined) continue;
    const labels = { chain_id: `${l2ChainId}`, fork, activation_basis: 'l2_timestamp' };
    gauge.set(labels, Number(time));
  }
}

/** Fills gauges when the registry is read. */
function collectWith(gauge: Gauge, collect: () => void): void {
  Object.assign(gauge, { collect });
}
