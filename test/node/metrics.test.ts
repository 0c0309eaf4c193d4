import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics, type NodeMetrics } from '../../src/node/metrics.ts';
import { readSharedJson } from '../support/recordings.ts';
import {
  headsReached,
  lastRecordedBlock,
  type LiveNode,
  type ServedChain,
  serveRecording,
  startLive,
} from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';

type GoldenMetric = {
  readonly name: string;
  readonly type: string;
  readonly labels: { readonly [name: string]: readonly string[] };
};

const PREFIX = 'op_node_default_';

/** What op-node exports and this node does not, and why. */
const LEFT_OUT: readonly (readonly [names: RegExp, because: string])[] = [
  [/^(go_|promhttp_)/, 'of the Go runtime; nodejs_ takes its place'],
  [/^process_(network|virtual_memory_max)/, 'not to be had from Node'],
  [/_p2p_/, 'there is no peer-to-peer network yet'],
  [/_events_/, 'there is no event queue inside'],
  [/_l[12]_source_cache_/, 'there are no such caches'],
  [
    /_l1_request_seconds$/,
    'names functions of op-node; rpc_client_request_duration_seconds has it',
  ],
  [/_(params|results)_size_total$/, 'sizes are not measured'],
  [/_rpc_client_notifications_received_total$/, 'heads by subscription are not counted'],
  [
    /_(channel_input_bytes|(last_)?(frame_added|head_channel)(_unix|_total)?)$/,
    'inside derivation',
  ],
  [/_(last_)?(publishing_errors|storage_errors|sequencer_resets)_/, 'not told apart'],
  [/_sequencer_(building_diff|sealing)_/, 'sequencer_building_seconds has it'],
];

/** What op-node does not export. */
const OURS: readonly RegExp[] = [
  /^nodejs_/,
  /^process_(cpu_(user|system)_seconds_total|heap_bytes)$/,
  /_dropped_total$/,
  /_l1_endpoint_calls_total$/,
  /_sequencer_building_seconds$/,
  // Since v1.19.6.
  /_hardfork_activation_timestamp$/,
];

/** Labels that differ: op-node also tells deposits from other transactions. */
const OTHER_LABELS: ReadonlySet<string> = new Set([`${PREFIX}transactions_sequenced_total`]);

describe.skipIf(lacksShared('golden/node') || lacksShared('data/chains/devnet-fjord'))(
  'createMetrics',
  () => {
    let served: ServedChain;
    let node: LiveNode;
    let metrics: NodeMetrics;
    const golden = (): readonly GoldenMetric[] =>
      readSharedJson('golden/node/metrics-list.json') as readonly GoldenMetric[];
    const ours = () => metrics.registry.getMetricsAsJSON();

    beforeAll(async () => {
      served = await serveRecording('devnet-fjord', { finalityDepth: 4 });
      metrics = createMetrics('v0.0.0');
      node = await startLive('devnet-fjord', served, { calls: metrics.calls }, [metrics.events]);
      metrics.attach(node);
      const { hash } = lastRecordedBlock('devnet-fjord').block;
      await headsReached(node, ({ safeHead }) => safeHead.hash === hash);
    });
    afterAll(async () => {
      await node.stop();
      await served.close();
    });

    test('default: every metric of op-node is there, or left out for a reason', async () => {
      const names = new Set((await ours()).map(({ name }) => name));
      const missing = golden().filter(({ name }) => !names.has(name));
      const unexplained = missing.filter(({ name }) => !LEFT_OUT.some(([left]) => left.test(name)));
      expect(unexplained.map(({ name }) => name)).toEqual([]);
      const needless = LEFT_OUT.filter(([left]) => !missing.some(({ name }) => left.test(name)));
      expect(needless).toEqual([]);
    });

    test('behavior: whatever else there is has been added on purpose', async () => {
      const names = new Set(golden().map(({ name }) => name));
      const added = (await ours()).filter(({ name }) => !names.has(name));
      expect(
        added.map(({ name }) => name).filter((name) => !OURS.some((own) => own.test(name))),
      ).toEqual([]);
    });

    test('behavior: types are the same, and labels', async () => {
      const byName = new Map(golden().map((metric) => [metric.name, metric]));
      for (const metric of await ours()) {
        const found = byName.get(metric.name);
        if (found === undefined) continue;
        expect(metric.type, metric.name).toBe(found.type);
        if (OTHER_LABELS.has(metric.name)) continue;
        const given = Object.keys(found.labels).toSorted();
        for (const { labels } of metric.values) {
          const names = Object.keys(labels).filter((label) => label !== 'le');
          expect(names.toSorted(), metric.name).toEqual(given);
        }
      }
    });

    test('behavior: calls to L1 and beacon are counted as they were served', async () => {
      const text = await metrics.registry.metrics();
      const served = (method: string): number =>
        Number(
          new RegExp(`requests_total\\{rpc="l1[^}]*",method="${method}"\\} (\\d+)`).exec(text)?.[1],
        );
      expect(served('eth_chainId')).toBe(1);
      expect(served('/eth/v1/beacon/genesis')).toBe(1);
      expect(served('/eth/v1/beacon/blobs')).toBeGreaterThan(0);
      expect(text).toContain(
        `rpc_client_responses_total{rpc="l1",method="eth_chainId",error="<nil>"} 1`,
      );
      expect(text).toMatch(/refs_latency\{layer="l2",type="l2_safe"\} -\d+/);
    });
  },
);
