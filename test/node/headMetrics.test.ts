import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { EngineHeads } from '../../src/engine/heads.ts';
import { addHeadMetrics } from '../../src/node/headMetrics.ts';
import type { RollupNode } from '../../src/node/node.ts';
import type { L1BlockRef, L2BlockRef } from '../../src/protocol/ids.ts';
import type { L1Label } from '../../src/sources/l1Source.ts';

const NOW = 2_000;

function l1Ref(number: number): L1BlockRef {
  const byte = number.toString(16).padStart(2, '0');
  return {
    number: BigInt(number),
    hash: `0x${byte}${'00'.repeat(31)}`,
    parentHash: `0x${'00'.repeat(32)}`,
    timestamp: BigInt(1_000 + number),
  };
}

function l2Ref(number: number): L2BlockRef {
  const { number: originNumber, hash } = l1Ref(number - 10);
  return { ...l1Ref(number), l1Origin: { number: originNumber, hash }, sequenceNumber: 3n };
}

const HEADS = {
  unsafeHead: l2Ref(45),
  pendingSafeHead: l2Ref(44),
  safeHead: l2Ref(43),
  finalizedHead: l2Ref(42),
  backupUnsafeHead: undefined,
} as EngineHeads;

/** What the gauges read of a node, and a way to change it. */
function watchedNode() {
  const l1 = new Map<L1Label, L1BlockRef>();
  let heads: EngineHeads | undefined;
  let phase = 'readingL1';
  let isActive: boolean | undefined;
  const onL1: ((label: L1Label, head: L1BlockRef) => void)[] = [];
  const onL2: (() => void)[] = [];
  const node = {
    driver: { status: () => ({ phase: { type: phase }, currentL1: l1Ref(30) }) },
    l1: {
      heads: {
        head: (label: L1Label) => l1.get(label),
        onChange: (listener: (label: L1Label, head: L1BlockRef) => void) => onL1.push(listener),
      },
    },
    chain: { onChange: (listener: () => void) => onL2.push(listener) },
    heads: () => heads,
    unsafe: { queue: () => ({ waiting: [1, 2], sizeBytes: 777 }) },
    get sequencer() {
      return isActive === undefined ? undefined : { isActive: () => isActive };
    },
  };
  return {
    node: node as unknown as RollupNode,
    setL1: (label: L1Label, head: L1BlockRef) => {
      l1.set(label, head);
      for (const listener of onL1) listener(label, head);
    },
    setL2: (next: EngineHeads) => {
      heads = next;
      for (const listener of onL2) listener();
    },
    enter: (next: string, sequencing: boolean) => {
      phase = next;
      isActive = sequencing;
    },
  };
}

async function read(registry: Registry): Promise<ReadonlyMap<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => /^[^#]/.test(line));
  return new Map(
    lines.map((line) => {
      const split = line.lastIndexOf(' ');
      return [line.slice(0, split), Number(line.slice(split + 1))];
    }),
  );
}

describe('addHeadMetrics', () => {
  test('default: number, time and hash of each head', async () => {
    const registry = new Registry();
    const { node, setL1, setL2 } = watchedNode();
    addHeadMetrics(registry, 'p_', node);
    setL1('latest', l1Ref(40));
    setL1('finalized', l1Ref(20));
    setL2(HEADS);
    const found = await read(registry);
    const of = (name: string, layer: string, type: string) =>
      found.get(`p_refs_${name}{layer="${layer}",type="${type}"}`);
    expect(of('number', 'l1', 'l1_head')).toBe(40);
    expect(of('number', 'l1', 'l1_finalized')).toBe(20);
    expect(of('number', 'l1', 'l1_derived')).toBe(30);
    expect(of('number', 'l1', 'l1_safe')).toBeUndefined();
    expect(of('number', 'l2', 'l2_unsafe')).toBe(45);
    expect(of('number', 'l2', 'l2_pending_safe')).toBe(44);
    expect(of('number', 'l2', 'l2_local_safe')).toBe(43);
    expect(of('number', 'l2', 'l2_safe')).toBe(43);
    expect(of('number', 'l2', 'l2_finalized')).toBe(42);
    expect(of('number', 'l2', 'l2_backup_unsafe')).toBeUndefined();
    expect(of('number', 'l1_origin', 'l2_safe')).toBe(33);
    expect(of('time', 'l2', 'l2_safe')).toBe(1_043);
    // Little endian: the first byte counts least.
    expect(of('hash', 'l1', 'l1_head')).toBe(40);
    expect(found.get('p_refs_seqnr{type="l2_unsafe"}')).toBe(3);
  });

  test('behavior: phase, sequencer and queue as they are when read', async () => {
    const registry = new Registry();
    const { node, enter } = watchedNode();
    addHeadMetrics(registry, 'p_', node);
    const first = await read(registry);
    expect(first.get('p_derivation_idle')).toBe(0);
    expect(first.get('p_sequencer_active')).toBe(0);
    expect(first.get('p_unsafe_payloads_buffer_len')).toBe(2);
    expect(first.get('p_unsafe_payloads_buffer_mem_size')).toBe(777);
    enter('atL1Head', true);
    const second = await read(registry);
    expect(second.get('p_derivation_idle')).toBe(1);
    expect(second.get('p_sequencer_active')).toBe(1);
    enter('findingHeads', false);
    const third = await read(registry);
    expect(third.get('p_derivation_idle')).toBe(0);
    expect(third.get('p_sequencer_active')).toBe(0);
  });

  test('behavior: the latency of a head is taken when it is first seen', async () => {
    const registry = new Registry();
    const { node, setL1, setL2 } = watchedNode();
    let now = NOW;
    addHeadMetrics(registry, 'p_', node, () => 1000 * now);
    setL1('latest', l1Ref(40));
    setL2(HEADS);
    now += 60;
    setL2({ ...HEADS, unsafeHead: l2Ref(46) });
    const found = await read(registry);
    expect(found.get('p_refs_latency{layer="l1",type="l1_head"}')).toBe(1_040 - NOW);
    expect(found.get('p_refs_latency{layer="l2",type="l2_safe"}')).toBe(1_043 - NOW);
    expect(found.get('p_refs_latency{layer="l2",type="l2_unsafe"}')).toBe(1_046 - NOW - 60);
  });
});
