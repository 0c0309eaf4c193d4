import { Gauge, type Registry } from 'prom-client';
import { type Hash, hexToBytes } from '../base/bytes.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { L1Label } from '../sources/l1Source.ts';
import { collectWith, metricOptions } from '../transport/metricOptions.ts';
import type { RollupNode } from './node.ts';

/**
 * Gauges of the heads of L1 and L2, read from a node whenever they are asked for.
 *
 * @param now Milliseconds since 1970.
 */
export function addHeadMetrics(
  registry: Registry,
  prefix: string,
  node: RollupNode,
  now: () => number = Date.now,
): void {
  const named = metricOptions(registry, prefix);
  const layered = ['layer', 'type'];
  const gauge = (name: string, help: string, labels?: readonly string[]): Gauge =>
    new Gauge(named(name, help, labels));
  const numbers = gauge('refs_number', 'Height of a head', layered);
  const times = gauge('refs_time', 'Time of a head', layered);
  const hashes = gauge('refs_hash', 'First 8 bytes of the hash of a head', layered);
  const sequence = gauge('refs_seqnr', 'Sequence number of an L2 head', ['type']);
  const idle = gauge('derivation_idle', '1 when all of L1 has been read');
  const active = gauge('sequencer_active', '1 while blocks are made here');
  const queued = gauge('unsafe_payloads_buffer_len', 'Unsafe blocks that wait');
  const queuedBytes = gauge('unsafe_payloads_buffer_mem_size', 'Their size in bytes');
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
      set('l1', l1Type(label), node.l1.heads.head(label));
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
  watchLatency(
    gauge('refs_latency', 'Time of a head less the time it was first seen', layered),
    node,
    now,
  );
}

function watchLatency(latency: Gauge, node: RollupNode, now: () => number): void {
  const seen = new Map<string, string>();
  const see = (layer: string, type: string, ref: L1BlockRef | undefined): void => {
    if (ref === undefined || seen.get(type) === ref.hash) return;
    seen.set(type, ref.hash);
    latency.set({ layer, type }, Number(ref.timestamp) - now() / 1000);
  };
  node.l1.heads.onChange((label, head) => see('l1', l1Type(label), head));
  node.chain.onChange(() => {
    for (const [type, ref] of l2Heads(node)) see('l2', type, ref);
  });
}

function l1Type(label: L1Label): string {
  return label === 'latest' ? 'l1_head' : `l1_${label}`;
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
function hashNumber(hash: Hash): number {
  const bytes = hexToBytes(hash);
  return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
}
