import type { Dropped, DropReason } from '../../derive/dropped.ts';
import type { DeriveState } from '../../derive/state.ts';
import type { EngineHeads } from '../../engine/heads.ts';
import { FORKS, newestFork } from '../../protocol/forks.ts';
import type { L1BlockRef } from '../../protocol/ids.ts';
import { networkByChainId } from '../../protocol/registry/networks.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import type { EndpointMeter } from '../../sources/endpoint.ts';
import type { Wait } from '../../transport/waits.ts';
import type { Why } from '../why.ts';
import type { PageCounts, SeenBlock } from './pageRecord.ts';
import { type PipelineView, pipelineView } from './pipelineView.ts';
import { type Sample, type SyncRate, syncRate } from './syncRate.ts';

/** All that a snapshot is made of, at one moment. */
export type PageParts = {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly version: string;
  readonly role: 'verifier' | 'sequencer' | 'stopped sequencer';
  readonly rollup: RollupConfig;
  readonly why: Why;
  readonly heads: EngineHeads | undefined;
  readonly l1: {
    /** The block being read. */
    readonly current: L1BlockRef | undefined;
    readonly head: L1BlockRef | undefined;
    readonly finalized: L1BlockRef | undefined;
  };
  /** Undefined while no derivation is under way. */
  readonly derivation: DeriveState | undefined;
  /** Unsafe blocks that wait to be inserted. */
  readonly unsafeWaiting: number;
  /** Newest first. */
  readonly drops: readonly Dropped[];
  readonly dropCounts: ReadonlyMap<DropReason, number>;
  readonly meters: readonly EndpointMeter[];
  readonly samples: readonly Sample[];
  readonly blocks: readonly SeenBlock[];
  readonly counts: PageCounts;
};

/** What the page shows, as it goes over the wire. Its size has a bound. */
export type PageSnapshot = {
  readonly nowMs: number;
  readonly version: string;
  readonly role: PageParts['role'];
  readonly chain: ChainView;
  readonly why: WhyView;
  readonly heads: {
    readonly unsafe: HeadView | null;
    readonly safe: HeadView | null;
    readonly finalized: HeadView | null;
    readonly l1Current: HeadView | null;
    readonly l1Head: HeadView | null;
  };
  readonly unsafeWaiting: number;
  readonly pipeline: PipelineView | null;
  readonly drops: DropsView;
  readonly l1Calls: CallsView;
  readonly sync: SyncRate;
  readonly blocks: readonly BlockView[];
  readonly resets: {
    readonly count: number;
    readonly l1Reorgs: number;
    readonly last: { readonly reason: string; readonly atMs: number } | null;
  };
  /** The newest point of the charts. */
  readonly sample: Sample | null;
};

/** The chain. Times are seconds; `fork` is the one that the unsafe head has. */
export type ChainView = {
  readonly name: string | null;
  readonly l1ChainId: bigint;
  readonly l2ChainId: bigint;
  /** The L1 block that the chain begins from. */
  readonly l1Genesis: bigint;
  readonly blockTime: bigint;
  readonly fork: string;
  readonly nextFork: { readonly name: string; readonly time: bigint } | null;
};

/** What the node is doing and waits for. */
export type WhyView = {
  readonly summary: string;
  readonly phase: string;
  readonly isReady: boolean;
  readonly waits: readonly WaitView[];
};

/** One thing that is waited for. */
export type WaitView = {
  readonly name: string;
  readonly sinceMs: number;
  readonly tries: number;
  readonly lastError: string | null;
  readonly nextAction: string;
  readonly nextActionAtMs: number | null;
};

/** A head. `time` is seconds; `behind` is blocks below the chain's highest head. */
export type HeadView = {
  readonly number: bigint;
  readonly hash: string;
  readonly time: bigint;
  readonly behind: bigint;
  /** Of L2 heads. */
  readonly l1Origin: bigint | null;
};

/** What was dropped, by reason and the newest in full. */
export type DropsView = {
  readonly count: number;
  readonly byReason: readonly { readonly reason: string; readonly count: number }[];
  readonly recent: readonly DropView[];
};

/** One drop with its position in L1. */
export type DropView = {
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
  readonly l1Number: bigint;
  readonly l1Hash: string;
  readonly txHash: string | null;
  readonly channelId: string | null;
  /** Short words: `tx 3, frame 2`. */
  readonly position: string;
};

/** Calls to L1 since the process began. */
export type CallsView = {
  readonly total: number;
  readonly requests: number;
  readonly failures: number;
  readonly perL1Block: number | null;
  readonly methods: readonly { readonly method: string; readonly count: number }[];
  readonly endpoints: readonly {
    readonly name: string;
    readonly calls: number;
    readonly failures: number;
  }[];
};

/** One L2 block. */
export type BlockView = {
  readonly number: bigint;
  readonly hash: string;
  readonly time: bigint;
  readonly l1Origin: bigint;
  readonly sequenceNumber: bigint;
  readonly source: SeenBlock['source'];
  /** Whether derivation built it or found it in the chain. */
  readonly how: 'built' | 'consolidated' | null;
  readonly transactions: number | null;
  readonly gasUsed: bigint | null;
};

/** Lines of each list, at most. */
const MAX_ROWS = 30;
/** Characters of a text that others have written, at most. */
const MAX_TEXT = 300;

/** The snapshot of a moment: a pure function of its parts. */
export function pageSnapshot(parts: PageParts): PageSnapshot {
  const { why, heads, l1, drops, counts } = parts;
  const unsafe = heads?.unsafeHead;
  const l2View = (ref = unsafe): HeadView | null => headView(ref, unsafe, ref?.l1Origin.number);
  return {
    nowMs: parts.nowMs,
    version: parts.version,
    role: parts.role,
    chain: chainView(parts),
    why: {
      summary: clip(why.summary),
      phase: why.phase,
      isReady: why.isReady,
      waits: why.waits.slice(0, MAX_ROWS).map(waitView),
    },
    heads: {
      unsafe: l2View(),
      safe: l2View(heads?.safeHead),
      finalized: l2View(heads?.finalizedHead),
      l1Current: headView(l1.current, l1.head),
      l1Head: headView(l1.head, l1.head),
    },
    unsafeWaiting: parts.unsafeWaiting,
    pipeline: parts.derivation === undefined ? null : pipelineView(parts.derivation),
    drops: dropsView(drops, parts.dropCounts),
    l1Calls: callsView(parts.meters, counts.l1BlocksRead),
    sync: syncRate(parts.samples),
    blocks: parts.blocks.slice(0, MAX_ROWS).map(blockView),
    resets: {
      count: counts.resets,
      l1Reorgs: counts.l1Reorgs,
      last: counts.lastReset ?? null,
    },
    sample: parts.samples.at(-1) ?? null,
  };
}

function chainView({ rollup, heads, nowMs }: PageParts): ChainView {
  const { l1ChainId, l2ChainId, blockTime, forkTimes } = rollup;
  const time = heads?.unsafeHead.timestamp ?? BigInt(Math.floor(nowMs / 1000));
  const next = FORKS.find((fork) => (forkTimes[fork] ?? 0n) > time);
  return {
    name: networkByChainId(l2ChainId) ?? null,
    l1ChainId,
    l2ChainId,
    l1Genesis: rollup.genesis.l1.number,
    blockTime,
    fork: newestFork(forkTimes, time),
    nextFork: next === undefined ? null : { name: next, time: forkTimes[next] as bigint },
  };
}

function headView(
  ref: L1BlockRef | undefined,
  highest: L1BlockRef | undefined,
  l1Origin?: bigint,
): HeadView | null {
  if (ref === undefined) return null;
  const { number, hash, timestamp } = ref;
  const behind = highest === undefined || highest.number < number ? 0n : highest.number - number;
  return { number, hash, time: timestamp, behind, l1Origin: l1Origin ?? null };
}

function waitView(wait: Wait): WaitView {
  return {
    name: clip(wait.name),
    sinceMs: wait.sinceMs,
    tries: wait.tries,
    lastError: wait.lastError === undefined ? null : clip(wait.lastError),
    nextAction: clip(wait.nextAction),
    nextActionAtMs: wait.nextActionAtMs ?? null,
  };
}

function dropsView(drops: readonly Dropped[], counts: ReadonlyMap<DropReason, number>): DropsView {
  const byReason = [...counts].map(([reason, count]) => ({ reason, count }));
  return {
    count: byReason.reduce((sum, { count }) => sum + count, 0),
    byReason: byReason.toSorted((left, right) => right.count - left.count),
    recent: drops.slice(0, MAX_ROWS).map(dropView),
  };
}

function dropView({ subject, reason, message, at }: Dropped): DropView {
  const words = [
    ['tx', at.txIndex],
    ['blob', at.blobIndex],
    ['frame', at.frameNumber],
    ['batch', at.batchIndex],
    ['log', at.logIndex],
  ].flatMap(([word, index]) => (index === undefined ? [] : [`${word} ${index}`]));
  return {
    subject,
    reason,
    message: clip(message),
    l1Number: at.l1.number,
    l1Hash: at.l1.hash,
    txHash: at.txHash ?? null,
    channelId: at.channelId ?? null,
    position: words.join(', '),
  };
}

function callsView(meters: readonly EndpointMeter[], l1BlocksRead: number): CallsView {
  const byMethod = new Map<string, number>();
  for (const { calls } of meters) {
    for (const [method, count] of Object.entries(calls)) {
      byMethod.set(method, (byMethod.get(method) ?? 0) + count);
    }
  }
  const methods = [...byMethod].map(([method, count]) => ({ method, count }));
  const total = methods.reduce((sum, { count }) => sum + count, 0);
  return {
    total,
    requests: meters.reduce((sum, { requests }) => sum + requests, 0),
    failures: meters.reduce((sum, { failures }) => sum + failures, 0),
    perL1Block: l1BlocksRead === 0 ? null : total / l1BlocksRead,
    methods: methods.toSorted((left, right) => right.count - left.count).slice(0, MAX_ROWS),
    endpoints: meters.slice(0, MAX_ROWS).map(({ name, calls, failures }) => ({
      name: clip(name),
      calls: sumOf(calls),
      failures,
    })),
  };
}

/** Calls of all methods. */
export function sumOf(calls: EndpointMeter['calls']): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

function blockView({ block, content, source, how }: SeenBlock): BlockView {
  return {
    number: block.number,
    hash: block.hash,
    time: block.timestamp,
    l1Origin: block.l1Origin.number,
    sequenceNumber: block.sequenceNumber,
    source,
    how: how ?? null,
    transactions: content?.transactions ?? null,
    gasUsed: content?.gasUsed ?? null,
  };
}

function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
