import { encodeJsonExact } from '../../base/json.ts';
import { EngineError } from '../../engine/errors.ts';
import type { EngineHeads } from '../../engine/heads.ts';
import type { RollupNode } from '../node.ts';
import { explainNode, type NodePast } from '../why.ts';
import { createPageRecord, type PageRecord } from './pageRecord.ts';
import { type PageSnapshot, pageSnapshot, sumOf } from './pageSnapshot.ts';
import { createStatusSite, type StatusSite } from './statusSite.ts';
import type { Sample } from './syncRate.ts';

const SAMPLE_MS = 1_000;

/** The status page of a node. Takes a sample each second until it is closed. */
export function createNodePage(node: RollupNode, past: NodePast, version: string): StatusSite {
  const record = createPageRecord(node.drops.recent());
  const takeSample = (): void => record.addSample(sampleOf(node, Date.now()));
  takeSample();
  const timer = setInterval(takeSample, SAMPLE_MS).unref();
  const site = createStatusSite({
    history: () => encodeJsonExact(record.samples()),
    snapshot: () => encodeJsonExact(snapshotOf(node, past, version, record)),
    text: () => textOf(node, past, version),
  });
  const look = blockLooker(node, record);
  const headsMoved = (heads: EngineHeads): void => {
    record.headsMoved(heads);
    if (site.isWatched()) void look(heads);
  };
  const ends = [node.observe(record.events), node.chain.onChange(headsMoved)];
  const heads = node.heads();
  if (heads !== undefined) record.headsMoved(heads);
  return {
    ...site,
    close: () => {
      clearInterval(timer);
      for (const end of ends) end();
      site.close();
    },
  };
}

/**
 * Asks the engine how full a block is that derivation has not come to. One question at a time:
 * blocks that come faster than answers are told of when they are derived.
 */
function blockLooker(
  { options: { engine } }: RollupNode,
  record: PageRecord,
): (heads: EngineHeads) => Promise<void> {
  let isAsking = false;
  return async ({ unsafeHead: { number, hash }, pendingSafeHead }) => {
    if (isAsking || number <= pendingSafeHead.number) return;
    isAsking = true;
    try {
      const found = await engine.block({ hash });
      if (found === undefined) return;
      const { transactions, gasUsed } = found.executionPayload;
      record.lookedInto(hash, { transactions: transactions.length, gasUsed });
    } catch (error) {
      // The page does without it; whoever needs the engine tells of its failures.
      if (!(error instanceof EngineError)) throw error;
    } finally {
      isAsking = false;
    }
  };
}

function snapshotOf(
  node: RollupNode,
  past: NodePast,
  version: string,
  record: PageRecord,
): PageSnapshot {
  const nowMs = Date.now();
  const { currentL1, derivation } = node.driver.status();
  const { sequencer, l1 } = node;
  const sequencing = sequencer?.isActive() === true ? 'sequencer' : 'stopped sequencer';
  return pageSnapshot({
    nowMs,
    version,
    role: sequencer === undefined ? 'verifier' : sequencing,
    rollup: node.options.config.rollup,
    why: explainNode(node, past, nowMs),
    heads: node.heads(),
    l1: {
      current: currentL1,
      head: l1.heads.head('latest'),
      finalized: l1.heads.head('finalized'),
    },
    derivation,
    unsafeWaiting: node.unsafe.queue().waiting.length,
    drops: node.drops.recent(),
    dropCounts: record.dropCounts(),
    meters: l1.meters(),
    samples: record.samples(),
    blocks: record.blocks(),
    counts: record.counts(),
  });
}

/** The state in a few lines, for a terminal. */
function textOf(node: RollupNode, past: NodePast, version: string): string {
  const { l1, options } = node;
  const heads = node.heads();
  const rows: readonly (readonly [string, bigint | undefined])[] = [
    ['L1 head', l1.heads.head('latest')?.number],
    ['L1 read', node.driver.status().currentL1?.number],
    ['L2 unsafe', heads?.unsafeHead.number],
    ['L2 safe', heads?.safeHead.number],
    ['L2 finalized', heads?.finalizedHead.number],
  ];
  return [
    `headwater ${version}, L2 chain ${options.config.rollup.l2ChainId}`,
    ...rows.map(([name, number]) => `${name.padEnd(13)}${number ?? 'unknown'}`),
    explainNode(node, past, Date.now()).summary,
    'JSON-RPC by POST here; /healthz, /readyz, /metrics; in a browser the status page',
    '',
  ].join('\n');
}

function sampleOf(node: RollupNode, atMs: number): Sample {
  const heads = node.heads();
  return {
    atMs,
    unsafe: toNumber(heads?.unsafeHead.number),
    safe: toNumber(heads?.safeHead.number),
    l1: toNumber(node.driver.status().currentL1?.number),
    l1Head: toNumber(node.l1.heads.head('latest')?.number),
    l1Calls: node.l1.meters().reduce((sum, { calls }) => sum + sumOf(calls), 0),
  };
}

/** Charts are drawn with numbers. */
function toNumber(height: bigint | undefined): number | null {
  return height === undefined ? null : Number(height);
}
